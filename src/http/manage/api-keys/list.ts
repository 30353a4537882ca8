/** `GET /v1/api-keys` */
import { createRoute, z } from '@hono/zod-openapi'
import { apiKeySchema } from '../../../contracts/api-key'
import { DEFAULT_LIMIT, pageBody, pageQuerySchema, pageSchema } from '../../../contracts/pagination'
import { roleSchema } from '../../../contracts/scopes'
import type { App } from '../../app'
import { check, invalid } from '../../plumbing/field-errors'
import { json } from '../../plumbing/reply'
import { jsonAnswer, operatorEndpoint, problems, storesOf } from '../operator-endpoint'
import { apiKeyWire } from './wire'

const querySchema = pageQuerySchema(1).extend({
  role: roleSchema.optional(),
  subject_id: z.string().max(64, 'id of a supplier or buyer').optional(),
})

const route = createRoute({
  method: 'get',
  path: '/v1/api-keys',
  operationId: 'listApiKeys',
  summary: 'List API keys by prefix and last four characters, the newest first, those that ended too',
  tags: ['Credentials'],
  request: { query: querySchema },
  responses: { 200: jsonAnswer('One page', pageSchema(apiKeySchema)), ...problems('invalid_payload') },
})

export function registerListApiKeys(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const query = check(querySchema, c.req.query())
    if (!query.ok) return invalid(c, query.errors)
    const { limit = DEFAULT_LIMIT, cursor = null, role, subject_id: subjectId } = query.value
    const page = await storesOf(c).apiKeys.list({ role, subjectId }, { limit, after: cursor })
    const now = c.var.services.now()
    return json(
      c,
      200,
      pageBody(page, (row) => apiKeyWire(row, now)),
    )
  })
}
