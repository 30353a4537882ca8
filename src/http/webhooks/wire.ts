/** Webhook endpoints and deliveries as they are answered: never with a secret. */
import { z } from '@hono/zod-openapi'
import type { WebhookDeliveryRow } from '../../stores/webhook-delivery-store'
import type { WebhookEndpointRow } from '../../stores/webhook-endpoint-store'

const endpointId = z.string().openapi({ example: 'whe_01J9ZQ5F8W3B6T1X0V7K2M4N5P' })
export const endpointParams = z.object({ id: endpointId })
export const deliveryParams = z.object({
  id: endpointId,
  eventId: z.string().openapi({ example: 'evt_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
})

/** @param now ms since 1970 */
export function endpointWire(row: WebhookEndpointRow, now: number): object {
  const { previousSecretUntil } = row
  const isRotating = previousSecretUntil !== null && Date.parse(previousSecretUntil) > now
  return {
    id: row.id,
    role: row.role,
    subject_id: row.subjectId,
    url: row.url,
    description: row.description,
    events: row.events,
    status: row.status,
    disabled_reason: row.disabledReason,
    failing_since: row.failingSince,
    previous_secret_until: isRotating ? previousSecretUntil : null,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  }
}

export function deliveryWire(row: WebhookDeliveryRow): object {
  const { nextAttemptAt } = row
  return {
    event_id: row.eventId,
    type: row.type,
    created_at: row.createdAt,
    status: row.status,
    next_attempt_at: nextAttemptAt === null ? null : new Date(nextAttemptAt).toISOString(),
    attempts: row.attempts.map(({ at, statusCode, error, durationMs }) => {
      return { at, status_code: statusCode, error, duration_ms: durationMs }
    }),
    data: row.data,
  }
}
