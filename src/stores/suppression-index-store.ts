/**
 * What the builder of one tenant's suppression index reads and writes: what has changed, the entries by bucket, and how far a
 * build has come.
 */
import { and, asc, between, eq, gt, isNull, lt, lte, ne, type SQL, sql } from 'drizzle-orm'
import type { IndexState, RunState } from '../contracts/suppression-index'
import type { Piece } from '../core/suppression/bucket'
import type { PackedHashes } from '../core/suppression/packed'
import { type Database, runBatch, type Statement } from './database'
import {
  suppressionChanges,
  suppressionImports,
  suppressionIndexes,
  suppressionLists,
  suppressionPieces,
} from './schema'
import { fromHex, jsonArrays, partsOf, toHex } from './suppression-pieces'

/** What the index at the edge does not know yet. */
export interface PendingChanges {
  readonly throughSequence: number
  readonly buckets: ReadonlySet<number>
  readonly entries: number
  /** RFC 3339 UTC. */
  readonly oldestAt: string
}

export type StoredPiece = Piece & { readonly layer: number; readonly part: number }

/** What a list holds in one bucket, to be stored in place of the pieces that it was put together from. */
export interface Compacted {
  readonly pieces: readonly StoredPiece[]
  readonly hashes: PackedHashes
}

export interface IndexedList {
  readonly id: string
  readonly number: number
  readonly kinds: number
}

/** Of the oldest; a build that has more to do is followed by another. */
const MAX_CHANGES = 5_000

export class SuppressionIndexStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(database: Database, tenantId: string) {
    this.#database = database
    this.#tenantId = tenantId
  }

  /** @returns null where the index knows everything */
  async pending(): Promise<PendingChanges | null> {
    const rows = await this.#database
      .select()
      .from(suppressionChanges)
      .where(eq(suppressionChanges.tenantId, this.#tenantId))
      .orderBy(asc(suppressionChanges.sequence))
      .limit(MAX_CHANGES)
    const [oldest, newest] = [rows[0], rows.at(-1)]
    if (oldest === undefined || newest === undefined) return null
    return {
      throughSequence: newest.sequence,
      buckets: new Set(rows.flatMap(({ buckets }) => buckets)),
      entries: rows.reduce((sum, { entries }) => sum + entries, 0),
      oldestAt: oldest.createdAt,
    }
  }

  /**
   * Whether an import is under way that stored entries since: of a body that was refused, and brought none, nothing more is
   * waited for.
   *
   * @param since RFC 3339 UTC
   */
  async isReceiving(since: string): Promise<boolean> {
    const [row] = await this.#database
      .select({ id: suppressionImports.id })
      .from(suppressionImports)
      .where(
        and(
          eq(suppressionImports.tenantId, this.#tenantId),
          isNull(suppressionImports.finishedAt),
          isNull(suppressionImports.brokeOffAt),
          gt(suppressionImports.updatedAt, since),
          gt(suppressionImports.stored, 0),
        ),
      )
      .limit(1)
    return row !== undefined
  }

  async progress(): Promise<{ readonly state: IndexState | null; readonly run: RunState | null }> {
    const [row] = await this.#database.select().from(suppressionIndexes).where(this.#mine())
    return { state: row?.state ?? null, run: row?.run ?? null }
  }

  async saveRun(run: RunState): Promise<void> {
    await this.#database.update(suppressionIndexes).set({ run }).where(this.#mine())
  }

  /** The index is published: what it serves is done with. */
  async finish(run: RunState, state: IndexState): Promise<void> {
    await runBatch(this.#database, [
      this.#database.update(suppressionIndexes).set({ state, run: null }).where(this.#mine()),
      this.#database
        .delete(suppressionChanges)
        .where(
          and(eq(suppressionChanges.tenantId, this.#tenantId), lte(suppressionChanges.sequence, run.throughSequence)),
        ),
    ])
  }

  /** @returns the lists in force that may have entries */
  async lists(): Promise<readonly IndexedList[]> {
    const { id, number, kinds } = suppressionLists
    return await this.#database
      .select({ id, number, kinds })
      .from(suppressionLists)
      .where(and(eq(suppressionLists.tenantId, this.#tenantId), isNull(suppressionLists.archivedAt), ne(kinds, 0)))
      .orderBy(asc(id))
  }

  /** @returns the pieces of all lists in force, by bucket and list, each in order */
  async pieces(fromBucket: number, toBucket: number): Promise<readonly StoredPiece[]> {
    const { tenantId, bucket, listNumber, layer, sequence, part, effect, hashes } = suppressionPieces
    const rows = await this.#database
      .select({ bucket, listNumber, layer, sequence, part, effect, hex: sql<string>`hex(${hashes})` })
      .from(suppressionPieces)
      .innerJoin(
        suppressionLists,
        and(
          eq(suppressionLists.tenantId, tenantId),
          eq(suppressionLists.number, listNumber),
          eq(suppressionLists.layer, layer),
          isNull(suppressionLists.archivedAt),
        ),
      )
      .where(and(eq(tenantId, this.#tenantId), between(bucket, fromBucket, toBucket)))
      .orderBy(asc(bucket), asc(listNumber), asc(sequence), asc(part))
    return rows.map(({ hex, ...piece }) => ({ ...piece, hashes: fromHex(hex) }))
  }

  /** Puts what was put together in the place of its pieces, and drops what belongs to no list any more. */
  async compact(fromBucket: number, toBucket: number, compacted: readonly Compacted[]): Promise<void> {
    const removed = compacted.flatMap(({ pieces }) =>
      pieces.map(({ bucket, listNumber, layer, sequence, part }) => `[${[bucket, listNumber, layer, sequence, part]}]`),
    )
    await runBatch(this.#database, [
      this.#deleteDead(fromBucket, toBucket),
      ...jsonArrays(removed).map((json) => this.#deletePieces(json)),
      ...jsonArrays(compacted.flatMap(rowsOf)).map((json) => this.#insertPieces(json)),
    ])
  }

  /** Drops what replacements have brought that nobody went on with. @param before RFC 3339 UTC */
  async dropAbandoned(before: string): Promise<void> {
    const abandoned = this.#staged(lt(suppressionImports.updatedAt, before))
    await this.#database
      .delete(suppressionPieces)
      .where(and(eq(suppressionPieces.tenantId, this.#tenantId), sql`${suppressionPieces.layer} IN ${abandoned}`))
  }

  #deleteDead(fromBucket: number, toBucket: number): Statement {
    const { tenantId, bucket, listNumber, layer } = suppressionPieces
    return this.#database.delete(suppressionPieces).where(
      and(
        eq(tenantId, this.#tenantId),
        between(bucket, fromBucket, toBucket),
        sql`(${listNumber}, ${layer}) NOT IN (
          SELECT number, layer FROM ${suppressionLists} WHERE tenant_id = ${this.#tenantId} AND archived_at IS NULL
        )`,
        sql`${layer} NOT IN ${this.#staged()}`,
      ),
    )
  }

  #deletePieces(json: string): Statement {
    return this.#database.delete(suppressionPieces).where(sql`
      (tenant_id, bucket, list_number, layer, sequence, part) IN (
        SELECT ${this.#tenantId}, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(${json})
      )`)
  }

  #insertPieces(json: string): Statement {
    return this.#database.insert(suppressionPieces).select(sql`
      SELECT ${this.#tenantId}, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, 'add', value ->> 5,
             unhex(value ->> 6)
      FROM json_each(${json})`)
  }

  /** Layers of replacements that are not finished. */
  #staged(condition?: SQL): SQL {
    const query = this.#database
      .select({ layer: suppressionImports.layer })
      .from(suppressionImports)
      .where(
        and(
          eq(suppressionImports.tenantId, this.#tenantId),
          eq(suppressionImports.mode, 'replace'),
          isNull(suppressionImports.finishedAt),
          condition,
        ),
      )
    return sql`(${query})`
  }

  #mine() {
    return eq(suppressionIndexes.tenantId, this.#tenantId)
  }
}

/** One row for each part, under the number of the last piece that is in it. */
function rowsOf({ pieces, hashes }: Compacted): readonly string[] {
  const last = pieces.at(-1)
  if (last === undefined) return []
  const { bucket, listNumber, layer, sequence } = last
  return partsOf(hashes).map(
    (part, index) => `[${bucket},${listNumber},${layer},${sequence},${index},${part.length / 2},"${toHex(part)}"]`,
  )
}
