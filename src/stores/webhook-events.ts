/**
 * Turns events into deliveries, one for each endpoint that wants them. The statements are made to stand in the batch of the
 * change that the events tell of: both are stored, or neither.
 */
import type { WebhookDraft, WebhookWake } from '../contracts/webhook-outbox'

/** Where the ids and times of events come from. */
export interface EventStamps {
  /** @returns `evt_<ulid>` */
  readonly newEventId: () => string
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** What `WITH` must define for the statement: `event_source (tenant_id, events)`, each a JSON array of stamped drafts. */
export const INSERT_DELIVERIES = `
  INSERT INTO webhook_deliveries (endpoint_id, event_key, event_id, tenant_id, type, data, created_at, status, tries,
                                  next_attempt_at, attempts)
  SELECT endpoint.id, event.value ->> 'key', event.value ->> 'id', endpoint.tenant_id, event.value ->> 'type',
         telling.value -> 'data', event.value ->> 'at', 'pending', 0, event.value ->> 'dueAt', '[]'
  FROM event_source, json_each(event_source.events) AS event, json_each(event.value, '$.tellings') AS telling
  CROSS JOIN webhook_endpoints AS endpoint
  WHERE endpoint.tenant_id = event_source.tenant_id AND endpoint.role = telling.value ->> 'role'
    AND endpoint.subject_id IS (telling.value ->> 'subjectId') AND endpoint.status = 'enabled'
    AND endpoint.id IS NOT (event.value ->> 'except')
    AND EXISTS (SELECT 1 FROM json_each(endpoint.events) AS wanted WHERE wanted.value IN ('*', event.value ->> 'type'))
  ON CONFLICT DO NOTHING
  RETURNING tenant_id AS tenantId, endpoint_id AS endpointId`

/** A draft with its id and time, as the statement reads it. */
export function stamped(draft: WebhookDraft, { newEventId, now }: EventStamps, except: string | null = null): object {
  const dueAt = now()
  return { ...draft, id: newEventId(), at: new Date(dueAt).toISOString(), dueAt, except }
}

/** @param except the endpoint that the events are about, which is not told of them */
export function insertDeliveries(
  db: D1Database,
  { tenantId, drafts, except = null }: { tenantId: string; drafts: readonly WebhookDraft[]; except?: string | null },
  stamps: EventStamps,
): D1PreparedStatement {
  const events = JSON.stringify(drafts.map((draft) => stamped(draft, stamps, except)))
  return db
    .prepare(`WITH event_source AS (SELECT ?1 AS tenant_id, ?2 AS events) ${INSERT_DELIVERIES}`)
    .bind(tenantId, events)
}

/** @returns each endpoint once, of the rows that the statement returned */
export function wakesOf(results: readonly D1Result[]): readonly WebhookWake[] {
  const rows = results.flatMap((result) => result.results as readonly Omit<WebhookWake, 'kind'>[])
  const byId = new Map(rows.map(({ tenantId, endpointId }) => [endpointId, tenantId]))
  return [...byId].map(([endpointId, tenantId]) => ({ kind: 'webhook_wake', tenantId, endpointId }))
}

/** Stores events that come by themselves. @returns whom to wake */
export async function writeWebhookEvents(
  db: D1Database,
  tenantId: string,
  drafts: readonly WebhookDraft[],
  stamps: EventStamps,
): Promise<readonly WebhookWake[]> {
  return wakesOf(await db.batch([insertDeliveries(db, { tenantId, drafts }, stamps)]))
}
