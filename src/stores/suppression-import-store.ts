/**
 * What imports bring, slice by slice. A slice is one transaction: its entries, what is known of the import, and the order to
 * build the index anew. Whatever dies between two slices, the import says how far it came.
 */
import { and, desc, eq, getTableColumns, isNotNull, isNull, lt, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../contracts/audit-entry'
import { type Page, type PageRequest, toPage } from '../contracts/pagination'
import type { ImportFormat, ImportMode, Rejections } from '../contracts/suppression-list'
import type { BucketHashes } from '../core/suppression/bucket'
import type { CsvShape } from '../core/suppression/csv'
import { auditDeed } from './audit-trail'
import { type Database, runBatch, type Statement } from './database'
import { suppressionChanges, suppressionImports, suppressionLists, suppressionPieces } from './schema'
import type { SuppressionListRow } from './suppression-list-store'
import { piecesJson } from './suppression-pieces'
import { bucketsOfList, layerOf, orderBuild, raiseSequence, sequenceOf } from './suppression-sequence'

export type SuppressionImportRow = typeof suppressionImports.$inferSelect & {
  /** Stored entries that the index at the edge does not hold yet. */
  readonly waiting: number
}

export interface NewImport {
  readonly id: string
  readonly list: SuppressionListRow
  readonly mode: ImportMode
  readonly format: ImportFormat
  /** RFC 3339 UTC. */
  readonly at: string
  readonly by: Actor
}

/** One transaction of an import. */
export interface Slice {
  /** How many lines the import had when this slice began: a second writer of the same import is refused by it. */
  readonly linesBefore: number
  readonly lines: number
  readonly received: number
  readonly stored: number
  readonly kinds: number
  readonly shape: CsvShape | null
  /** All that the import has rejected so far. */
  readonly rejections: Rejections
  readonly buckets: readonly BucketHashes[]
  readonly at: string
}

/** The newest of a list. */
const KEPT_IMPORTS = 1_000
/** What the database says where the fence of a write finds an import otherwise than its writer knew it. */
const FENCED = /NOT NULL constraint failed: suppression_(imports\.lines|pieces\.layer)/

export class SuppressionImportStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(database: Database, tenantId: string) {
    this.#database = database
    this.#tenantId = tenantId
  }

  async begin({ id, list, mode, format, at, by }: NewImport): Promise<SuppressionImportRow> {
    const isReplacement = mode === 'replace'
    const values = {
      id,
      tenantId: this.#tenantId,
      listId: list.id,
      mode,
      format,
      shape: null,
      // A replacement's pieces are the list's once it is finished, and nobody's until then.
      layer: isReplacement ? sql`${sequenceOf(this.#tenantId)}` : list.layer,
      rejections: { counts: {}, first: [] },
      createdAt: at,
      updatedAt: at,
    }
    await runBatch(this.#database, [
      ...(isReplacement ? [raiseSequence(this.#database, this.#tenantId)] : []),
      this.#database.insert(suppressionImports).values(values),
      this.#forgetOldest(list.id),
      auditDeed(
        this.#database,
        this.#tenantId,
        { id: `aud_${id.replace(/^imp_/, '')}`, at, by },
        {
          action: 'suppression_list.import',
          targetKind: 'suppression_list',
          targetId: list.id,
          details: { import_id: id, mode, format },
        },
      ),
    ])
    return this.#existing(id)
  }

  /** @returns the import, or null where the list has none of that id */
  async read(listId: string, id: string): Promise<SuppressionImportRow | null> {
    const [row] = await this.#select().where(and(this.#of(listId), eq(suppressionImports.id, id)))
    return row ?? null
  }

  /** @returns the newest first */
  async list(listId: string, { limit, after }: PageRequest): Promise<Page<SuppressionImportRow>> {
    const rows = await this.#select()
      .where(and(this.#of(listId), after?.[0] === undefined ? undefined : lt(suppressionImports.id, after[0])))
      .orderBy(desc(suppressionImports.id))
      .limit(limit + 1)
    return toPage(rows, limit, (row) => [row.id])
  }

  /** @returns false where somebody else went on with the import, or its list was archived: nothing is stored then */
  async store(row: SuppressionImportRow, list: SuppressionListRow, slice: Slice): Promise<boolean> {
    const statements = [this.#progress(row, slice)]
    if (slice.buckets.length > 0) statements.push(...this.#entries(row, list, slice))
    return this.#fenced(statements)
  }

  /** Nothing more comes. A replacement takes its list's place now. @returns false where somebody else was faster */
  async finish(row: SuppressionImportRow, list: SuppressionListRow, at: string): Promise<boolean> {
    const statements: Statement[] = [
      this.#database
        .update(suppressionImports)
        .set({ lines: fence(row.lines, row.lines), finishedAt: at, updatedAt: at })
        .where(this.#is(row.id)),
    ]
    if (row.mode === 'replace') statements.push(...this.#replace(row, list, at))
    return this.#fenced(statements)
  }

  /** A body ended before its time: until another goes on with the import, nobody waits for more of it. @param at RFC 3339 UTC */
  async breakOff(id: string, at: string): Promise<void> {
    await this.#database
      .update(suppressionImports)
      .set({ brokeOffAt: at })
      .where(and(this.#is(id), isNull(suppressionImports.finishedAt)))
  }

  /** The fence, and what the import says of itself. */
  #progress(row: SuppressionImportRow, slice: Slice): Statement {
    return this.#database
      .update(suppressionImports)
      .set({
        lines: fence(slice.linesBefore, slice.lines),
        received: sql`${suppressionImports.received} + ${slice.received}`,
        stored: sql`${suppressionImports.stored} + ${slice.stored}`,
        kinds: sql`${suppressionImports.kinds} | ${slice.kinds}`,
        shape: slice.shape,
        rejections: slice.rejections,
        updatedAt: slice.at,
        brokeOffAt: null,
      })
      .where(this.#is(row.id))
  }

  #entries(row: SuppressionImportRow, list: SuppressionListRow, slice: Slice): readonly Statement[] {
    const database = this.#database
    const tenantId = this.#tenantId
    const isStaged = row.mode === 'replace'
    const layer = isStaged ? sql`${row.layer}` : layerOf(tenantId, list.id)
    const effect = row.mode === 'remove' ? 'remove' : 'add'
    const pieces = piecesJson(slice.buckets).map((json) =>
      database.insert(suppressionPieces).select(sql`
        SELECT ${tenantId}, value ->> 0, ${list.number}, ${layer}, ${sequenceOf(tenantId)}, value ->> 1,
               ${effect}, value ->> 2, unhex(value ->> 3)
        FROM json_each(${json})`),
    )
    const statements = [raiseSequence(database, tenantId), ...pieces]
    if (isStaged) return statements
    const buckets = slice.buckets.map(({ bucket }) => bucket)
    const change = { importId: row.id, entries: slice.stored, buckets, at: slice.at }
    statements.push(orderBuild(database, tenantId, change))
    if (row.mode === 'add') {
      statements.push(this.#updateList(list.id, { kinds: sql`${suppressionLists.kinds} | ${slice.kinds}` }))
    }
    return statements
  }

  #replace(row: SuppressionImportRow, list: SuppressionListRow, at: string): readonly Statement[] {
    const tenantId = this.#tenantId
    const buckets = bucketsOfList(tenantId, list.number)
    return [
      raiseSequence(this.#database, tenantId),
      this.#updateList(list.id, { layer: row.layer, kinds: row.kinds }),
      orderBuild(this.#database, tenantId, { importId: row.id, entries: row.stored, buckets, at }),
    ]
  }

  /** Lists that are fed entry by entry would otherwise keep every one of their imports for ever. */
  #forgetOldest(listId: string): Statement {
    const { id, finishedAt } = suppressionImports
    const oldestKept = this.#database
      .select({ id })
      .from(suppressionImports)
      .where(this.#of(listId))
      .orderBy(desc(id))
      .limit(1)
      .offset(KEPT_IMPORTS - 1)
    return this.#database
      .delete(suppressionImports)
      .where(and(this.#of(listId), isNotNull(finishedAt), lt(id, sql`(${oldestKept})`)))
  }

  #updateList(id: string, set: { readonly kinds: number | SQL; readonly layer?: number }): Statement {
    return this.#database
      .update(suppressionLists)
      .set(set)
      .where(and(eq(suppressionLists.tenantId, this.#tenantId), eq(suppressionLists.id, id)))
  }

  async #fenced(statements: readonly Statement[]): Promise<boolean> {
    try {
      await runBatch(this.#database, statements)
      return true
    } catch (error) {
      if (isFenced(error)) return false
      throw error
    }
  }

  async #existing(id: string): Promise<SuppressionImportRow> {
    const [row] = await this.#select().where(this.#is(id))
    if (row === undefined) throw new Error('the import was not created')
    return row
  }

  #select() {
    const waiting = sql<number>`(
      SELECT coalesce(sum(${suppressionChanges.entries}), 0) FROM ${suppressionChanges}
      WHERE ${suppressionChanges.tenantId} = ${this.#tenantId} AND ${suppressionChanges.importId} = ${suppressionImports.id}
    )`
    return this.#database
      .select({ ...getTableColumns(suppressionImports), waiting })
      .from(suppressionImports)
      .$dynamic()
  }

  #of(listId: string) {
    return and(eq(suppressionImports.tenantId, this.#tenantId), eq(suppressionImports.listId, listId))
  }

  #is(id: string) {
    return and(eq(suppressionImports.tenantId, this.#tenantId), eq(suppressionImports.id, id))
  }
}

/** Batches have no conditions of their own: a column that may not be null stops the one that finds what it did not expect. */
function fence(linesBefore: number, lines: number): SQL {
  return sql`CASE WHEN ${suppressionImports.lines} = ${linesBefore} AND ${suppressionImports.finishedAt} IS NULL
    THEN ${lines} END`
}

function isFenced(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (FENCED.test(cause.message)) return true
  return false
}
