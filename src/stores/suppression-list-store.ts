/** Suppression lists of one tenant; their entries are in suppression-import-store.ts and suppression-index-store.ts. */
import { and, desc, eq, inArray, isNull, lt, sql } from 'drizzle-orm'
import { type Page, type PageRequest, toPage } from '../contracts/pagination'
import type { SuppressionListSettings } from '../contracts/suppression-list'
import type { AuditSubject } from './audit-trail'
import { type Change, ChangeSet, type Written } from './change-set'
import type { Database } from './database'
import { suppressionLists, suppressionPieces } from './schema'
import { bucketsOfList, orderBuild, raiseSequence } from './suppression-sequence'

export type SuppressionListRow = typeof suppressionLists.$inferSelect

/** The index has 16 bits for a list's number. */
export const MAX_LIST_NUMBER = 65_535

export class SuppressionListStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(database: Database, tenantId: string) {
    this.#database = database
    this.#tenantId = tenantId
  }

  async create(id: string, settings: SuppressionListSettings, change: Change): Promise<Written<SuppressionListRow>> {
    const { publishIds, results } = await this.#changes(change, settings.scope === 'all_campaigns')
      .writeAudited(
        this.#subject('create', id),
        this.#database
          .insert(suppressionLists)
          .values({
            id,
            tenantId: this.#tenantId,
            number: sql`(SELECT coalesce(max(number), 0) + 1 FROM suppression_lists WHERE tenant_id = ${this.#tenantId})`,
            ...columnsOf(settings),
            createdAt: change.at,
            updatedAt: change.at,
          })
          .returning(),
      )
      .commit()
    return { row: rowOf(results), publishIds }
  }

  /** @returns the list, also an archived one, or null where this tenant has none of that id */
  async read(id: string): Promise<SuppressionListRow | null> {
    const [row] = await this.#database.select().from(suppressionLists).where(this.#is(id))
    return row ?? null
  }

  /** @returns those that are not archived, the newest first */
  async list({ limit, after }: PageRequest): Promise<Page<SuppressionListRow>> {
    const rows = await this.#database
      .select()
      .from(suppressionLists)
      .where(
        and(
          eq(suppressionLists.tenantId, this.#tenantId),
          isNull(suppressionLists.archivedAt),
          after?.[0] === undefined ? undefined : lt(suppressionLists.id, after[0]),
        ),
      )
      .orderBy(desc(suppressionLists.id))
      .limit(limit + 1)
    return toPage(rows, limit, (row) => [row.id])
  }

  /** @returns those of the ids that are lists of this tenant, archived ones left out */
  async known(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.#database
      .select({ id: suppressionLists.id })
      .from(suppressionLists)
      .where(
        and(
          eq(suppressionLists.tenantId, this.#tenantId),
          isNull(suppressionLists.archivedAt),
          inArray(suppressionLists.id, [...ids]),
        ),
      )
    return new Set(rows.map(({ id }) => id))
  }

  /** @returns how many entries each list has, by its number; what a build has not yet put together may count twice */
  async entries(): Promise<ReadonlyMap<number, number>> {
    const rows = await this.#database
      .select({ number: suppressionPieces.listNumber, entries: sql<number>`sum(${suppressionPieces.entries})` })
      .from(suppressionPieces)
      .innerJoin(
        suppressionLists,
        and(
          eq(suppressionLists.tenantId, suppressionPieces.tenantId),
          eq(suppressionLists.number, suppressionPieces.listNumber),
          eq(suppressionLists.layer, suppressionPieces.layer),
        ),
      )
      .where(and(eq(suppressionPieces.tenantId, this.#tenantId), eq(suppressionPieces.effect, 'add')))
      .groupBy(suppressionPieces.listNumber)
    return new Map(rows.map(({ number, entries }) => [number, entries]))
  }

  /**
   * @param known the row that the settings were made from
   * @returns null where the list was changed since it was read
   */
  async update(
    known: SuppressionListRow,
    settings: SuppressionListSettings,
    change: Change,
  ): Promise<Written<SuppressionListRow> | null> {
    const { publishIds, results } = await this.#changes(change, settings.scope !== known.scope)
      .writeAudited(
        this.#subject('update', known.id),
        this.#database
          .update(suppressionLists)
          .set({ ...columnsOf(settings), version: known.version + 1, updatedAt: change.at })
          .where(
            and(this.#is(known.id), eq(suppressionLists.version, known.version), isNull(suppressionLists.archivedAt)),
          )
          .returning(),
      )
      .commit()
    const [row] = results.at(-1) as readonly SuppressionListRow[]
    return row === undefined ? null : { row, publishIds }
  }

  /** Takes the list out of force for good; its entries are dropped when the index is built next. @returns the publish rows */
  async archive(known: SuppressionListRow, change: Change): Promise<readonly string[]> {
    const database = this.#database
    const tenantId = this.#tenantId
    const buckets = bucketsOfList(tenantId, known.number)
    const { publishIds } = await this.#changes(change, known.scope === 'all_campaigns')
      .writeAudited(
        this.#subject('archive', known.id),
        database
          .update(suppressionLists)
          .set({ archivedAt: change.at, updatedAt: change.at, version: sql`${suppressionLists.version} + 1` })
          .where(and(this.#is(known.id), isNull(suppressionLists.archivedAt))),
      )
      .write(raiseSequence(database, tenantId))
      .write(orderBuild(database, tenantId, { importId: null, entries: 0, buckets, at: change.at }))
      .commit()
    return publishIds
  }

  #is(id: string) {
    return and(eq(suppressionLists.tenantId, this.#tenantId), eq(suppressionLists.id, id))
  }

  #subject(deed: 'create' | 'update' | 'archive', id: string): AuditSubject {
    const kind = 'suppression_list'
    return { action: `${kind}.${deed}`, kind, id, table: suppressionLists, where: this.#is(id) }
  }

  #changes(change: Change, touchesAllCampaigns: boolean): ChangeSet {
    const changes = new ChangeSet(this.#database, this.#tenantId, change)
    return touchesAllCampaigns ? changes.touchAllCampaigns() : changes
  }
}

function columnsOf(settings: SuppressionListSettings) {
  return { name: settings.name, scope: settings.scope, settings }
}

function rowOf(results: readonly unknown[]): SuppressionListRow {
  const [row] = results.at(-1) as readonly SuppressionListRow[]
  if (row === undefined) throw new Error('the suppression list was not created')
  return row
}
