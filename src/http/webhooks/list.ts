/** `GET /v1/webhook-endpoints` */
import { createRoute, z } from '@hono/zod-openapi'
import { DEFAULT_LIMIT, pageBody, pageQuerySchema, pageSchema } from '../../contracts/pagination'
import { roleSchema } from '../../contracts/scopes'
import { webhookEndpointSchema } from '../../contracts/webhook-endpoint'
import type { App } from '../app'
import { jsonAnswer } from '../plumbing/described'
import { check, invalid } from '../plumbing/field-errors'
import { json } from '../plumbing/reply'
import { ownerEndpoint, ownerOf, problems, storesOf, TAG } from './owner-endpoint'
import { endpointWire } from './wire'

const querySchema = pageQuerySchema(1).extend({
  role: roleSchema.optional(),
  subject_id: z.string().max(64, 'id of a supplier or buyer').optional(),
})

const route = createRoute({
  method: 'get',
  path: '/v1/webhook-endpoints',
  operationId: 'listWebhookEndpoints',
  summary: 'List webhook endpoints, the newest first: all of them for operators, else your own',
  tags: [TAG],
  request: { query: querySchema },
  responses: { 200: jsonAnswer('One page', pageSchema(webhookEndpointSchema)), ...problems('invalid_payload') },
})

export function registerListWebhookEndpoints(app: App): void {
  ownerEndpoint(app, route, async (c) => {
    const query = check(querySchema, c.req.query())
    if (!query.ok) return invalid(c, query.errors)
    const { limit = DEFAULT_LIMIT, cursor = null, role, subject_id: subjectId } = query.value
    const owner = { role, subjectId, ...ownerOf(c) }
    const page = await storesOf(c).webhookEndpoints.list(owner, { limit, after: cursor })
    const now = c.var.services.now()
    return json(
      c,
      200,
      pageBody(page, (row) => endpointWire(row, now)),
    )
  })
}
