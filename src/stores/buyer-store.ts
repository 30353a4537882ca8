/** Buyers of one tenant. */
import { and, desc, eq, isNull, lt, sql } from 'drizzle-orm'
import type { BuyerSettings } from '../contracts/buyer'
import { type Page, type PageRequest, toPage } from '../contracts/pagination'
import type { AuditSubject } from './audit-trail'
import { type Change, ChangeSet, type Written } from './change-set'
import type { Database } from './database'
import { buyers } from './schema'

export type BuyerRow = typeof buyers.$inferSelect

export class BuyerStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(database: Database, tenantId: string) {
    this.#database = database
    this.#tenantId = tenantId
  }

  /** Creates the buyer. Its account is told at once, so that the first sale already meets its limits. */
  async create(id: string, settings: BuyerSettings, change: Change): Promise<Written<BuyerRow>> {
    const row: BuyerRow = {
      id,
      tenantId: this.#tenantId,
      ...columnsOf(settings),
      version: 1,
      createdAt: change.at,
      updatedAt: change.at,
      archivedAt: null,
    }
    const { publishIds } = await this.#changes(change)
      .writeAudited(this.#subject('create', id), this.#database.insert(buyers).values(row))
      .publish('buyer', id)
      .commit()
    return { row, publishIds }
  }

  /** @returns the buyer, also an archived one, or null where this tenant has none of that id */
  async read(id: string): Promise<BuyerRow | null> {
    const [row] = await this.#database.select().from(buyers).where(this.#is(id))
    return row ?? null
  }

  /** @returns those that are not archived, the newest first */
  async list({ limit, after }: PageRequest): Promise<Page<BuyerRow>> {
    const rows = await this.#database
      .select()
      .from(buyers)
      .where(
        and(
          eq(buyers.tenantId, this.#tenantId),
          isNull(buyers.archivedAt),
          after?.[0] === undefined ? undefined : lt(buyers.id, after[0]),
        ),
      )
      .orderBy(desc(buyers.id))
      .limit(limit + 1)
    return toPage(rows, limit, (row) => [row.id])
  }

  /**
   * @param known the row that the settings were made from
   * @returns null where the buyer was changed since it was read
   */
  async update(known: BuyerRow, settings: BuyerSettings, change: Change): Promise<Written<BuyerRow> | null> {
    const { publishIds, results } = await this.#changes(change)
      .writeAudited(
        this.#subject('update', known.id),
        this.#database
          .update(buyers)
          .set({ ...columnsOf(settings), version: known.version + 1, updatedAt: change.at })
          .where(and(this.#is(known.id), eq(buyers.version, known.version), isNull(buyers.archivedAt)))
          .returning(),
      )
      .touchCampaignsOfBuyer(known.id)
      .publish('buyer', known.id)
      .commit()
    const [row] = results[0] as readonly BuyerRow[]
    return row === undefined ? null : { row, publishIds }
  }

  /** Takes the buyer out of service for good, with its keys; leads still refer to it. @returns the publish rows */
  async archive(id: string, change: Change): Promise<readonly string[]> {
    const { publishIds } = await this.#changes(change)
      .writeAudited(
        this.#subject('archive', id),
        this.#database
          .update(buyers)
          .set({ archivedAt: change.at, updatedAt: change.at, version: sql`${buyers.version} + 1` })
          .where(and(this.#is(id), isNull(buyers.archivedAt))),
      )
      .revokeCredentialsOf(id)
      .touchCampaignsOfBuyer(id)
      .publish('buyer', id)
      .commit()
    return publishIds
  }

  #is(id: string) {
    return and(eq(buyers.tenantId, this.#tenantId), eq(buyers.id, id))
  }

  #subject(deed: 'create' | 'update' | 'archive', id: string): AuditSubject {
    return { action: `buyer.${deed}`, kind: 'buyer', id, table: buyers, where: this.#is(id) }
  }

  #changes(change: Change): ChangeSet {
    return new ChangeSet(this.#database, this.#tenantId, change)
  }
}

function columnsOf(settings: BuyerSettings) {
  return { name: settings.name, status: settings.status, settings }
}
