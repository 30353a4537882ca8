/** `GET /v1/dead-letters`: what queues gave up on, the newest first. */
import { createRoute, z } from '@hono/zod-openapi'
import { deadLetterSchema, QUEUES } from '../../../contracts/dead-letter'
import { DEFAULT_LIMIT, pageBody, pageQuerySchema, pageSchema } from '../../../contracts/pagination'
import type { App } from '../../app'
import { check, invalid } from '../../plumbing/field-errors'
import { json } from '../../plumbing/reply'
import { jsonAnswer, operatorEndpoint, problems, storesOf } from '../operator-endpoint'
import { letterWire } from './wire'

const querySchema = pageQuerySchema(2).extend({
  queue: z.enum(QUEUES).optional(),
  status: z.enum(['kept', 'resent']).optional(),
})

const route = createRoute({
  method: 'get',
  path: '/v1/dead-letters',
  operationId: 'listDeadLetters',
  summary: 'List what queues gave up on, the newest first',
  tags: ['Operations'],
  request: { query: querySchema },
  responses: { 200: jsonAnswer('One page', pageSchema(deadLetterSchema)), ...problems('invalid_payload') },
})

export function registerListDeadLetters(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const query = check(querySchema, c.req.query())
    if (!query.ok) return invalid(c, query.errors)
    const { limit = DEFAULT_LIMIT, cursor = null, queue, status } = query.value
    const page = await storesOf(c).deadLetters.list({ queue, status }, { limit, after: cursor })
    return json(c, 200, pageBody(page, letterWire))
  })
}
