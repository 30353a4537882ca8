/** `DELETE /v1/webhook-endpoints/{id}` */
import { createRoute } from '@hono/zod-openapi'
import type { App } from '../app'
import { newChange } from '../manage/changes'
import { noContent } from '../plumbing/reply'
import { findEndpoint, ownerEndpoint, problems, storesOf, TAG } from './owner-endpoint'
import { endpointParams } from './wire'

const route = createRoute({
  method: 'delete',
  path: '/v1/webhook-endpoints/{id}',
  operationId: 'deleteWebhookEndpoint',
  summary: 'Remove a webhook endpoint with its deliveries',
  tags: [TAG],
  request: { params: endpointParams },
  responses: { 204: { description: 'It is gone' }, ...problems('not_found') },
})

export function registerRemoveWebhookEndpoint(app: App): void {
  ownerEndpoint(app, route, async (c) => {
    const row = await findEndpoint(c)
    if (row instanceof Response) return row
    await storesOf(c).webhookEndpoints.remove(row.id, newChange(c))
    return noContent(c)
  })
}
