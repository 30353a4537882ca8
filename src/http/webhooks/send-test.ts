/** `POST /v1/webhook-endpoints/{id}/test`: an event for this endpoint alone, whatever it has chosen. */
import { createRoute } from '@hono/zod-openapi'
import { webhookDeliverySchema } from '../../contracts/webhook-endpoint'
import type { App } from '../app'
import { jsonAnswer } from '../plumbing/described'
import { json } from '../plumbing/reply'
import { refuseDisabled } from './disabled'
import { findEndpoint, ownerEndpoint, problems, storesOf, TAG, wake } from './owner-endpoint'
import { deliveryWire, endpointParams } from './wire'

const route = createRoute({
  method: 'post',
  path: '/v1/webhook-endpoints/{id}/test',
  operationId: 'testWebhookEndpoint',
  summary: 'Send a test event; its delivery says what came of it',
  tags: [TAG],
  request: { params: endpointParams },
  responses: { 202: jsonAnswer('It is on its way', webhookDeliverySchema), ...problems('not_found', 'conflict') },
})

export function registerTestWebhookEndpoint(app: App): void {
  ownerEndpoint(app, route, async (c) => {
    const endpoint = await findEndpoint(c)
    if (endpoint instanceof Response) return endpoint
    const refused = refuseDisabled(c, endpoint)
    if (refused !== null) return refused
    const { newId, now } = c.var.services
    const event = { id: newId('evt'), type: 'webhook.test', data: { endpoint_id: endpoint.id } } as const
    const row = await storesOf(c).webhookDeliveries.add(endpoint.id, event, now())
    await wake(c, endpoint.id)
    return json(c, 202, deliveryWire(row))
  })
}
