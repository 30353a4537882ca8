/** `POST /v1/webhook-endpoints/{id}/deliveries/{eventId}/resend`: the same event, with the same id, now. */
import { createRoute } from '@hono/zod-openapi'
import { webhookDeliverySchema } from '../../contracts/webhook-endpoint'
import type { App } from '../app'
import { jsonAnswer } from '../plumbing/described'
import { json, problem } from '../plumbing/reply'
import { refuseDisabled } from './disabled'
import { findEndpoint, ownerEndpoint, pathId, problems, storesOf, TAG, wake } from './owner-endpoint'
import { deliveryParams, deliveryWire } from './wire'

const route = createRoute({
  method: 'post',
  path: '/v1/webhook-endpoints/{id}/deliveries/{eventId}/resend',
  operationId: 'resendWebhookDelivery',
  summary: 'Send one event again',
  tags: [TAG],
  request: { params: deliveryParams },
  responses: { 202: jsonAnswer('It is on its way', webhookDeliverySchema), ...problems('not_found', 'conflict') },
})

export function registerResendWebhookDelivery(app: App): void {
  ownerEndpoint(app, route, async (c) => {
    const endpoint = await findEndpoint(c)
    if (endpoint instanceof Response) return endpoint
    const refused = refuseDisabled(c, endpoint)
    if (refused !== null) return refused
    const { webhookDeliveries } = storesOf(c)
    const row = await webhookDeliveries.resend(endpoint.id, pathId(c, 'eventId'), c.var.services.now())
    if (row === null) return problem(c, 'not_found')
    await wake(c, endpoint.id)
    return json(c, 202, deliveryWire(row))
  })
}
