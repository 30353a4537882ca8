/** `GET /v1/webhook-endpoints/{id}/deliveries/{eventId}` */
import { createRoute } from '@hono/zod-openapi'
import { webhookDeliverySchema } from '../../contracts/webhook-endpoint'
import type { App } from '../app'
import { jsonAnswer } from '../plumbing/described'
import { json, problem } from '../plumbing/reply'
import { findEndpoint, ownerEndpoint, pathId, problems, storesOf, TAG } from './owner-endpoint'
import { deliveryParams, deliveryWire } from './wire'

const route = createRoute({
  method: 'get',
  path: '/v1/webhook-endpoints/{id}/deliveries/{eventId}',
  operationId: 'getWebhookDelivery',
  summary: 'Read one delivery with every attempt',
  tags: [TAG],
  request: { params: deliveryParams },
  responses: { 200: jsonAnswer('The delivery', webhookDeliverySchema), ...problems('not_found') },
})

export function registerReadWebhookDelivery(app: App): void {
  ownerEndpoint(app, route, async (c) => {
    const endpoint = await findEndpoint(c)
    if (endpoint instanceof Response) return endpoint
    const row = await storesOf(c).webhookDeliveries.read(endpoint.id, pathId(c, 'eventId'))
    return row === null ? problem(c, 'not_found') : json(c, 200, deliveryWire(row))
  })
}
