/** `GET /v1/webhook-endpoints/{id}` */
import { createRoute } from '@hono/zod-openapi'
import { webhookEndpointSchema } from '../../contracts/webhook-endpoint'
import type { App } from '../app'
import { jsonAnswer } from '../plumbing/described'
import { json } from '../plumbing/reply'
import { findEndpoint, ownerEndpoint, problems, TAG } from './owner-endpoint'
import { endpointParams, endpointWire } from './wire'

const route = createRoute({
  method: 'get',
  path: '/v1/webhook-endpoints/{id}',
  operationId: 'getWebhookEndpoint',
  summary: 'Read a webhook endpoint',
  tags: [TAG],
  request: { params: endpointParams },
  responses: { 200: jsonAnswer('The endpoint', webhookEndpointSchema), ...problems('not_found') },
})

export function registerReadWebhookEndpoint(app: App): void {
  ownerEndpoint(app, route, async (c) => {
    const row = await findEndpoint(c)
    return row instanceof Response ? row : json(c, 200, endpointWire(row, c.var.services.now()))
  })
}
