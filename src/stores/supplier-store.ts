/** Suppliers of one tenant. */
import { and, desc, eq, isNull, lt, sql } from 'drizzle-orm'
import { type Page, type PageRequest, toPage } from '../contracts/pagination'
import type { SupplierSettings } from '../contracts/supplier'
import { apiKeyRow, insertApiKey, type NewApiKeyRow } from './api-key-store'
import type { AuditSubject } from './audit-trail'
import { type Change, ChangeSet, type Written } from './change-set'
import type { Database } from './database'
import { suppliers } from './schema'

export type SupplierRow = typeof suppliers.$inferSelect

export interface NewSupplier {
  readonly id: string
  readonly settings: SupplierSettings
  readonly apiKey: NewApiKeyRow
}

export class SupplierStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(database: Database, tenantId: string) {
    this.#database = database
    this.#tenantId = tenantId
  }

  /**
   * Creates the supplier together with its first key.
   *
   * Its gate is not told: an object is placed where it is first called from, and that must be the supplier's edge.
   */
  async create({ id, settings, apiKey }: NewSupplier, change: Change): Promise<Written<SupplierRow>> {
    const row: SupplierRow = {
      id,
      tenantId: this.#tenantId,
      ...columnsOf(settings),
      version: 1,
      createdAt: change.at,
      updatedAt: change.at,
      archivedAt: null,
    }
    const key = apiKeyRow(apiKey, this.#tenantId, change)
    const { publishIds } = await this.#changes(change)
      .writeAudited(this.#subject('create', id), this.#database.insert(suppliers).values(row))
      .write(insertApiKey(this.#database, key))
      .publish('credential', key.id)
      .commit()
    return { row, publishIds }
  }

  /** @returns the supplier, also an archived one, or null where this tenant has none of that id */
  async read(id: string): Promise<SupplierRow | null> {
    const [row] = await this.#database.select().from(suppliers).where(this.#is(id))
    return row ?? null
  }

  /** @returns those that are not archived, the newest first */
  async list({ limit, after }: PageRequest): Promise<Page<SupplierRow>> {
    const rows = await this.#database
      .select()
      .from(suppliers)
      .where(
        and(
          eq(suppliers.tenantId, this.#tenantId),
          isNull(suppliers.archivedAt),
          after?.[0] === undefined ? undefined : lt(suppliers.id, after[0]),
        ),
      )
      .orderBy(desc(suppliers.id))
      .limit(limit + 1)
    return toPage(rows, limit, (row) => [row.id])
  }

  /**
   * @param known the row that the settings were made from
   * @returns null where the supplier was changed since it was read
   */
  async update(known: SupplierRow, settings: SupplierSettings, change: Change): Promise<Written<SupplierRow> | null> {
    const changes = this.#changes(change)
      .writeAudited(
        this.#subject('update', known.id),
        this.#database
          .update(suppliers)
          .set({ ...columnsOf(settings), version: known.version + 1, updatedAt: change.at })
          .where(and(this.#is(known.id), eq(suppliers.version, known.version), isNull(suppliers.archivedAt)))
          .returning(),
      )
      .touchCampaignsOfSupplier(known.id)
    if (settings.status !== known.status) changes.publish('supplier', known.id)
    if (settings.rate_limit?.per_second !== known.settings.rate_limit?.per_second) {
      changes.publishCredentialsOf(known.id)
    }
    const { publishIds, results } = await changes.commit()
    const [row] = results[0] as readonly SupplierRow[]
    return row === undefined ? null : { row, publishIds }
  }

  /** Takes the supplier out of service for good, with its keys; leads still refer to it. @returns the publish rows */
  async archive(id: string, change: Change): Promise<readonly string[]> {
    const { publishIds } = await this.#changes(change)
      .writeAudited(
        this.#subject('archive', id),
        this.#database
          .update(suppliers)
          .set({ archivedAt: change.at, updatedAt: change.at, version: sql`${suppliers.version} + 1` })
          .where(and(this.#is(id), isNull(suppliers.archivedAt))),
      )
      .revokeCredentialsOf(id)
      .touchCampaignsOfSupplier(id)
      .publish('supplier', id)
      .commit()
    return publishIds
  }

  #is(id: string) {
    return and(eq(suppliers.tenantId, this.#tenantId), eq(suppliers.id, id))
  }

  #subject(deed: 'create' | 'update' | 'archive', id: string): AuditSubject {
    return { action: `supplier.${deed}`, kind: 'supplier', id, table: suppliers, where: this.#is(id) }
  }

  #changes(change: Change): ChangeSet {
    return new ChangeSet(this.#database, this.#tenantId, change)
  }
}

function columnsOf(settings: SupplierSettings) {
  return { name: settings.name, status: settings.status, settings }
}
