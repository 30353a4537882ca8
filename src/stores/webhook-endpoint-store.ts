/** Webhook endpoints of one tenant. */
import { and, count, desc, eq, lt, type SQL } from 'drizzle-orm'
import { type Page, type PageRequest, toPage } from '../contracts/pagination'
import type { Role } from '../contracts/scopes'
import type { AuditSubject } from './audit-trail'
import { type Change, ChangeSet } from './change-set'
import { type Database, openDatabase, type Statement } from './database'
import { webhookDeliveries, webhookEndpoints } from './schema'
import { GIVE_UP } from './webhook-sending-store'

export type WebhookEndpointRow = typeof webhookEndpoints.$inferSelect
export type NewWebhookEndpoint = Pick<
  WebhookEndpointRow,
  'id' | 'role' | 'subjectId' | 'url' | 'description' | 'events' | 'status' | 'disabledReason' | 'sealedSecret'
>
export type WebhookEndpointChanges = Partial<
  Pick<WebhookEndpointRow, 'url' | 'description' | 'events' | 'status' | 'disabledReason'>
>

/** Whose endpoints are meant; all of the tenant's where nothing is said. */
export interface EndpointOwner {
  readonly role?: Role | undefined
  readonly subjectId?: string | null | undefined
}

export class WebhookEndpointStore {
  readonly #d1: D1Database
  readonly #database: Database
  readonly #tenantId: string

  constructor(d1: D1Database, tenantId: string) {
    this.#d1 = d1
    this.#database = openDatabase(d1)
    this.#tenantId = tenantId
  }

  async create(endpoint: NewWebhookEndpoint, change: Change): Promise<WebhookEndpointRow> {
    const { at } = change
    const row = { ...endpoint, tenantId: this.#tenantId, createdAt: at, updatedAt: at }
    const inserted = this.#database.insert(webhookEndpoints).values(row).returning()
    const stored = await this.#commit(this.#subject('create', endpoint.id), inserted, change)
    if (stored === null) throw new Error('an endpoint was not stored')
    return stored
  }

  /** @returns null where this tenant, or this owner, has none of that id */
  async read(id: string, owner: EndpointOwner = {}): Promise<WebhookEndpointRow | null> {
    const [row] = await this.#database.select().from(webhookEndpoints).where(this.#is(id, owner))
    return row ?? null
  }

  /** @returns the newest first */
  async list(owner: EndpointOwner, { limit, after }: PageRequest): Promise<Page<WebhookEndpointRow>> {
    const rows = await this.#database
      .select()
      .from(webhookEndpoints)
      .where(and(this.#owned(owner), after?.[0] === undefined ? undefined : lt(webhookEndpoints.id, after[0])))
      .orderBy(desc(webhookEndpoints.id))
      .limit(limit + 1)
    return toPage(rows, limit, ({ id }) => [id])
  }

  async count(owner: EndpointOwner): Promise<number> {
    const [row] = await this.#database.select({ n: count() }).from(webhookEndpoints).where(this.#owned(owner))
    return row?.n ?? 0
  }

  /**
   * An endpoint that is enabled begins with a clean record; one that is disabled gives up what was still to be sent.
   *
   * @returns null where there is none of that id
   */
  async update(id: string, changes: WebhookEndpointChanges, change: Change): Promise<WebhookEndpointRow | null> {
    const fresh = changes.status === 'enabled' ? { failingSince: null, failingReported: false } : {}
    const updated = this.#database
      .update(webhookEndpoints)
      .set({ ...changes, ...fresh, updatedAt: change.at })
      .where(this.#is(id))
      .returning()
    const row = await this.#commit(this.#subject('update', id), updated, change)
    if (row !== null && changes.status === 'disabled') await this.#d1.prepare(GIVE_UP).bind(id).run()
    return row
  }

  /**
   * Puts a new secret in place of the one that is known; that one signs too until its end.
   *
   * @param previousUntil RFC 3339 UTC; null ends the old secret now
   * @returns null where somebody else was faster
   */
  async rotate(
    known: WebhookEndpointRow,
    { sealedSecret, previousUntil }: { readonly sealedSecret: string; readonly previousUntil: string | null },
    change: Change,
  ): Promise<WebhookEndpointRow | null> {
    const sealedPreviousSecret = previousUntil === null ? null : known.sealedSecret
    const rotated = this.#database
      .update(webhookEndpoints)
      .set({ sealedSecret, sealedPreviousSecret, previousSecretUntil: previousUntil, updatedAt: change.at })
      .where(and(this.#is(known.id), eq(webhookEndpoints.sealedSecret, known.sealedSecret)))
      .returning()
    return await this.#commit(this.#subject('rotate', known.id), rotated, change)
  }

  /** Removes it with all that was sent to it. */
  async remove(id: string, change: Change): Promise<void> {
    const sent = and(eq(webhookDeliveries.tenantId, this.#tenantId), eq(webhookDeliveries.endpointId, id))
    await new ChangeSet(this.#database, this.#tenantId, change)
      .writeAudited(this.#subject('remove', id), this.#database.delete(webhookEndpoints).where(this.#is(id)))
      .write(this.#database.delete(webhookDeliveries).where(sent))
      .commit()
  }

  async #commit(subject: AuditSubject, statement: Statement, change: Change): Promise<WebhookEndpointRow | null> {
    const { results } = await new ChangeSet(this.#database, this.#tenantId, change)
      .writeAudited(subject, statement)
      .commit()
    const [row] = results[0] as readonly WebhookEndpointRow[]
    return row ?? null
  }

  #subject(deed: 'create' | 'update' | 'rotate' | 'remove', id: string): AuditSubject {
    const kind = 'webhook_endpoint'
    return { action: `${kind}.${deed}`, kind, id, table: webhookEndpoints, where: this.#is(id) }
  }

  #is(id: string, owner: EndpointOwner = {}): SQL | undefined {
    return and(eq(webhookEndpoints.id, id), this.#owned(owner))
  }

  #owned({ role, subjectId }: EndpointOwner): SQL | undefined {
    return and(
      eq(webhookEndpoints.tenantId, this.#tenantId),
      role === undefined ? undefined : eq(webhookEndpoints.role, role),
      subjectId === undefined || subjectId === null ? undefined : eq(webhookEndpoints.subjectId, subjectId),
    )
  }
}
