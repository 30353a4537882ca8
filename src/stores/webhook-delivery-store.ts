/** What was sent, and is to be sent, to webhook endpoints of one tenant. */
import { and, desc, eq, gte, lt, ne, type SQL, sql } from 'drizzle-orm'
import { type Page, type PageRequest, toPage } from '../contracts/pagination'
import type { WebhookEventType } from '../contracts/webhook-event'
import { type Database, openDatabase } from './database'
import { webhookDeliveries } from './schema'

export type WebhookDeliveryRow = typeof webhookDeliveries.$inferSelect

export interface DeliveryFilter {
  readonly status?: WebhookDeliveryRow['status'] | undefined
  readonly type?: string | undefined
}

/** An event for one endpoint alone. */
export interface SingleEvent {
  readonly id: string
  readonly type: WebhookEventType
  readonly data: object
}

export class WebhookDeliveryStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(d1: D1Database, tenantId: string) {
    this.#database = openDatabase(d1)
    this.#tenantId = tenantId
  }

  /** @returns the newest first */
  async list(
    endpointId: string,
    { status, type }: DeliveryFilter,
    { limit, after }: PageRequest,
  ): Promise<Page<WebhookDeliveryRow>> {
    const rows = await this.#database
      .select()
      .from(webhookDeliveries)
      .where(
        and(
          this.#of(endpointId),
          status === undefined ? undefined : eq(webhookDeliveries.status, status),
          type === undefined ? undefined : eq(webhookDeliveries.type, type),
          after?.[0] === undefined ? undefined : lt(webhookDeliveries.eventId, after[0]),
        ),
      )
      .orderBy(desc(webhookDeliveries.eventId))
      .limit(limit + 1)
    return toPage(rows, limit, ({ eventId }) => [eventId])
  }

  /** @returns null where the endpoint was sent no such event */
  async read(endpointId: string, eventId: string): Promise<WebhookDeliveryRow | null> {
    const [row] = await this.#database
      .select()
      .from(webhookDeliveries)
      .where(and(this.#of(endpointId), eq(webhookDeliveries.eventId, eventId)))
    return row ?? null
  }

  /** Makes an event for this endpoint, due now (ms since 1970), whether it wants the type or not. */
  async add(endpointId: string, event: SingleEvent, now: number): Promise<WebhookDeliveryRow> {
    const [row] = await this.#database
      .insert(webhookDeliveries)
      .values({
        endpointId,
        eventKey: `${event.type}/${event.id}`,
        eventId: event.id,
        tenantId: this.#tenantId,
        type: event.type,
        data: event.data,
        createdAt: new Date(now).toISOString(),
        status: 'pending',
        tries: 0,
        nextAttemptAt: now,
        attempts: [],
      })
      .returning()
    if (row === undefined) throw new Error('an event was not stored')
    return row
  }

  /** Makes it due now (ms since 1970), with all its retries before it. @returns null where there is none */
  async resend(endpointId: string, eventId: string, now: number): Promise<WebhookDeliveryRow | null> {
    const [row] = await this.#again(and(this.#of(endpointId), eq(webhookDeliveries.eventId, eventId)), now).returning()
    return row ?? null
  }

  /**
   * Makes everything due now that happened since a time and is not on its way already.
   *
   * @param since RFC 3339 UTC with milliseconds
   * @returns how many events are sent again
   */
  async resendSince(
    endpointId: string,
    { since, status }: { since: string; status?: WebhookDeliveryRow['status'] | undefined },
    now: number,
  ): Promise<number> {
    const which = and(
      this.#of(endpointId),
      gte(webhookDeliveries.createdAt, since),
      status === undefined ? ne(webhookDeliveries.status, 'pending') : eq(webhookDeliveries.status, status),
    )
    const { meta } = await this.#again(which, now).run()
    return meta.changes
  }

  #again(which: SQL | undefined, now: number) {
    return this.#database
      .update(webhookDeliveries)
      .set({ status: 'pending', tries: 0, nextAttemptAt: sql`${now}` })
      .where(which)
  }

  #of(endpointId: string): SQL | undefined {
    return and(eq(webhookDeliveries.tenantId, this.#tenantId), eq(webhookDeliveries.endpointId, endpointId))
  }
}
