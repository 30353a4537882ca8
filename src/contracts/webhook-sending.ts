/** What the object that sends to one webhook endpoint is given to do, and reports back. */
import type { WebhookDraft } from './webhook-outbox'

/** One endpoint as it is sent to. */
export interface SendingEndpoint {
  readonly id: string
  readonly tenantId: string
  readonly role: 'operator' | 'supplier' | 'buyer'
  readonly subjectId: string | null
  readonly url: string
  /** Sealed; the newest first. All of them sign. */
  readonly sealedSecrets: readonly string[]
  /** Milliseconds since 1970; null where the last event was taken. */
  readonly failingSince: number | null
  readonly failingReported: boolean
}

/** One event that is due. */
export interface DueDelivery {
  readonly eventKey: string
  readonly eventId: string
  readonly type: string
  readonly data: unknown
  readonly createdAt: string
  readonly tries: number
  readonly nextAttemptAt: number
  readonly attempts: readonly DeliveryAttempt[]
}

/** One try to deliver. */
export interface DeliveryAttempt {
  /** RFC 3339 UTC. */
  readonly at: string
  readonly statusCode: number | null
  /** What kept it from being answered; null where it was. */
  readonly error: string | null
  readonly durationMs: number
}

export interface SendingWork {
  readonly endpoint: SendingEndpoint
  readonly due: readonly DueDelivery[]
  /** When the next is due that is not due yet, ms since 1970; null where there is none. */
  readonly nextDueAt: number | null
}

/** What became of one delivery. */
export interface SentDelivery {
  readonly delivery: DueDelivery
  readonly attempt: DeliveryAttempt
  readonly status: 'pending' | 'delivered' | 'failed'
  readonly nextAttemptAt: number | null
}

export interface SendingReport {
  readonly endpoint: SendingEndpoint
  readonly sent: readonly SentDelivery[]
  readonly failingSince: number | null
  readonly failingReported: boolean
  readonly disable: 'failing' | 'gone' | null
  /** What is to be told of the endpoint itself. */
  readonly drafts: readonly WebhookDraft[]
}

/** The object, one an endpoint. */
export interface WebhookSenderRpc {
  /** There is something to send: begins with it, and returns at once. */
  wake(endpointId: string): Promise<void>
}
