/**
 * What senders read and write: the deliveries of one endpoint that are due, and what became of them. Not for callers of the
 * API: a sender knows its endpoint, and belongs to no request.
 */

import type { WebhookWake } from '../contracts/webhook-outbox'
import type {
  DueDelivery,
  SendingEndpoint,
  SendingReport,
  SendingWork,
  SentDelivery,
} from '../contracts/webhook-sending'
import { type EventStamps, insertDeliveries, wakesOf } from './webhook-events'

/** Attempts that a delivery remembers. */
const ATTEMPTS_KEPT = 30
/** Endpoints that one sweep wakes. */
const MAX_WAKES = 500
const MAX_PURGED = 5_000

interface EndpointRow {
  readonly id: string
  readonly tenant_id: string
  readonly role: SendingEndpoint['role']
  readonly subject_id: string | null
  readonly url: string
  readonly sealed_secret: string
  readonly sealed_previous_secret: string | null
  readonly previous_secret_until: string | null
  readonly failing_since: string | null
  readonly failing_reported: number
}

interface DeliveryRow {
  readonly event_key: string
  readonly event_id: string
  readonly type: string
  readonly data: string
  readonly created_at: string
  readonly tries: number
  readonly next_attempt_at: number
  readonly attempts: string
}

const ENABLED_ENDPOINT = `SELECT * FROM webhook_endpoints WHERE id = ?1 AND status = 'enabled'`
const DUE = `
  SELECT * FROM webhook_deliveries WHERE endpoint_id = ?1 AND next_attempt_at IS NOT NULL AND next_attempt_at <= ?2
  ORDER BY next_attempt_at LIMIT ?3`
const NEXT_DUE = `
  SELECT min(next_attempt_at) AS at FROM webhook_deliveries
  WHERE endpoint_id = ?1 AND next_attempt_at IS NOT NULL AND next_attempt_at > ?2`

/** A delivery that was sent again meanwhile keeps its new turn; the attempt is noted all the same. */
const NOTE_ATTEMPT = `
  UPDATE webhook_deliveries SET
    attempts = ?3,
    status = CASE WHEN next_attempt_at IS ?4 THEN ?5 ELSE status END,
    tries = CASE WHEN next_attempt_at IS ?4 THEN tries + 1 ELSE tries END,
    next_attempt_at = CASE WHEN next_attempt_at IS ?4 THEN ?6 ELSE next_attempt_at END
  WHERE endpoint_id = ?1 AND event_key = ?2`

const NOTE_HEALTH = `
  UPDATE webhook_endpoints SET failing_since = ?2, failing_reported = ?3
  WHERE id = ?1 AND (failing_since IS NOT ?2 OR failing_reported <> ?3)`
const DISABLE = `
  UPDATE webhook_endpoints SET status = 'disabled', disabled_reason = ?2, updated_at = ?3
  WHERE id = ?1 AND status = 'enabled'`
/** What a disabled endpoint was still to get: kept, and sent again when somebody asks. */
export const GIVE_UP = `
  UPDATE webhook_deliveries SET status = 'failed', next_attempt_at = NULL
  WHERE endpoint_id = ?1 AND next_attempt_at IS NOT NULL`

export class WebhookSendingStore {
  readonly #db: D1Database
  readonly #stamps: EventStamps

  constructor(db: D1Database, stamps: EventStamps) {
    this.#db = db
    this.#stamps = stamps
  }

  /**
   * @param now ms since 1970
   * @returns what is to be sent, or null where there is no such endpoint, or it is disabled
   */
  async work(endpointId: string, now: number, limit: number): Promise<SendingWork | null> {
    const [endpoints, due, next] = await this.#db.batch([
      this.#db.prepare(ENABLED_ENDPOINT).bind(endpointId),
      this.#db.prepare(DUE).bind(endpointId, now, limit),
      this.#db.prepare(NEXT_DUE).bind(endpointId, now),
    ])
    const endpoint = endpoints?.results[0] as EndpointRow | undefined
    if (endpoint === undefined) return null
    const [nextRow] = (next?.results ?? []) as readonly { readonly at: number | null }[]
    return {
      endpoint: endpointOf(endpoint, now),
      due: ((due?.results ?? []) as unknown as readonly DeliveryRow[]).map(deliveryOf),
      nextDueAt: nextRow?.at ?? null,
    }
  }

  /** Stores all of it, or throws and stores none. @returns whom to wake for what is told of the endpoint */
  async record(report: SendingReport): Promise<readonly WebhookWake[]> {
    const { endpoint, sent, disable, drafts } = report
    const since = report.failingSince === null ? null : new Date(report.failingSince).toISOString()
    const statements = [
      ...sent.map((delivery) => this.#noteAttempt(endpoint.id, delivery)),
      this.#db.prepare(NOTE_HEALTH).bind(endpoint.id, since, report.failingReported ? 1 : 0),
    ]
    if (disable !== null) {
      const at = new Date(this.#stamps.now()).toISOString()
      statements.push(
        this.#db.prepare(DISABLE).bind(endpoint.id, disable, at),
        this.#db.prepare(GIVE_UP).bind(endpoint.id),
      )
    }
    if (drafts.length === 0) {
      await this.#db.batch(statements)
      return []
    }
    const told = insertDeliveries(this.#db, { tenantId: endpoint.tenantId, drafts, except: endpoint.id }, this.#stamps)
    return wakesOf((await this.#db.batch([...statements, told])).slice(-1))
  }

  /** @returns endpoints with something that has been due since before `at` (ms since 1970): nobody seems to be at it */
  async waiting(at: number): Promise<readonly WebhookWake[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT DISTINCT tenant_id AS tenantId, endpoint_id AS endpointId FROM webhook_deliveries
         WHERE next_attempt_at IS NOT NULL AND next_attempt_at < ?1 LIMIT ?2`,
      )
      .bind(at, MAX_WAKES)
      .all<Omit<WebhookWake, 'kind'>>()
    return results.map((row) => ({ kind: 'webhook_wake', ...row }))
  }

  /** Forgets some of the deliveries from before a time, RFC 3339 UTC. */
  async purge(before: string): Promise<void> {
    await this.#db
      .prepare(
        `DELETE FROM webhook_deliveries WHERE rowid IN (
           SELECT rowid FROM webhook_deliveries WHERE created_at < ?1 AND next_attempt_at IS NULL LIMIT ?2)`,
      )
      .bind(before, MAX_PURGED)
      .run()
  }

  #noteAttempt(endpointId: string, { delivery, attempt, status, nextAttemptAt }: SentDelivery): D1PreparedStatement {
    const attempts = JSON.stringify([...delivery.attempts, attempt].slice(-ATTEMPTS_KEPT))
    return this.#db
      .prepare(NOTE_ATTEMPT)
      .bind(endpointId, delivery.eventKey, attempts, delivery.nextAttemptAt, status, nextAttemptAt)
  }
}

function endpointOf(row: EndpointRow, now: number): SendingEndpoint {
  const previous = row.sealed_previous_secret
  const signsToo =
    previous !== null && row.previous_secret_until !== null && Date.parse(row.previous_secret_until) > now
  return {
    id: row.id,
    tenantId: row.tenant_id,
    role: row.role,
    subjectId: row.subject_id,
    url: row.url,
    sealedSecrets: signsToo ? [row.sealed_secret, previous] : [row.sealed_secret],
    failingSince: row.failing_since === null ? null : Date.parse(row.failing_since),
    failingReported: row.failing_reported === 1,
  }
}

function deliveryOf(row: DeliveryRow): DueDelivery {
  return {
    eventKey: row.event_key,
    eventId: row.event_id,
    type: row.type,
    data: JSON.parse(row.data),
    createdAt: row.created_at,
    tries: row.tries,
    nextAttemptAt: row.next_attempt_at,
    attempts: JSON.parse(row.attempts),
  }
}
