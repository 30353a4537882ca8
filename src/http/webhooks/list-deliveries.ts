/** `GET /v1/webhook-endpoints/{id}/deliveries`: what was sent, with every attempt; kept for 30 days. */
import { createRoute, z } from '@hono/zod-openapi'
import { DEFAULT_LIMIT, pageBody, pageQuerySchema, pageSchema } from '../../contracts/pagination'
import { webhookDeliverySchema } from '../../contracts/webhook-endpoint'
import type { App } from '../app'
import { jsonAnswer } from '../plumbing/described'
import { check, invalid } from '../plumbing/field-errors'
import { json } from '../plumbing/reply'
import { findEndpoint, ownerEndpoint, problems, storesOf, TAG } from './owner-endpoint'
import { deliveryWire, endpointParams } from './wire'

const querySchema = pageQuerySchema(1).extend({
  status: z.enum(['pending', 'delivered', 'failed']).optional(),
  type: z.string().max(64, 'event type').optional(),
})

const route = createRoute({
  method: 'get',
  path: '/v1/webhook-endpoints/{id}/deliveries',
  operationId: 'listWebhookDeliveries',
  summary: 'List what was sent to an endpoint, with every attempt, the newest first',
  tags: [TAG],
  request: { params: endpointParams, query: querySchema },
  responses: {
    200: jsonAnswer('One page', pageSchema(webhookDeliverySchema)),
    ...problems('invalid_payload', 'not_found'),
  },
})

export function registerListWebhookDeliveries(app: App): void {
  ownerEndpoint(app, route, async (c) => {
    const query = check(querySchema, c.req.query())
    if (!query.ok) return invalid(c, query.errors)
    const endpoint = await findEndpoint(c)
    if (endpoint instanceof Response) return endpoint
    const { limit = DEFAULT_LIMIT, cursor = null, status, type } = query.value
    const { webhookDeliveries } = storesOf(c)
    const page = await webhookDeliveries.list(endpoint.id, { status, type }, { limit, after: cursor })
    return json(c, 200, pageBody(page, deliveryWire))
  })
}
