/** `GET /v1/leads/{id}`: one lead with its fields, for operators, as soon as it was answered. */
import { createRoute, z } from '@hono/zod-openapi'
import { leadSchema } from '../../contracts/lead-record'
import { decodeLeadId, encodeLeadId } from '../../security/public-ids'
import type { App } from '../app'
import { noteLeadLook } from '../audit/looks'
import { requireRole } from '../plumbing/authenticate'
import { problemsOf } from '../plumbing/described'
import { json, problem } from '../plumbing/reply'
import { leadOfAuction, leadOfRow } from './lead-view'
import { readAuction } from './read-auction'

const route = createRoute({
  method: 'get',
  path: '/v1/leads/{id}',
  operationId: 'getLead',
  summary: 'Read one lead',
  tags: ['Exchange'],
  request: {
    params: z.object({ id: z.string().openapi({ example: 'ld_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu' }) }),
  },
  responses: {
    200: { description: 'The lead', content: { 'application/json': { schema: leadSchema } } },
    ...problemsOf('unauthorized', 'forbidden', 'not_found'),
  },
})

export function registerGetLead(app: App): void {
  app.openAPIRegistry.registerPath(route)
  app.get('/v1/leads/:id', requireRole('operator'), async (c) => {
    const objectId = decodeLeadId(c.req.param('id'))
    const source = objectId === null ? null : await readAuction(c, objectId)
    if (source === null) return problem(c, 'not_found')
    noteLeadLook(c, 'lead.read', [encodeLeadId(objectId ?? '')])
    if (source.kind === 'auction') return json(c, 200, leadOfAuction(source.view))
    return json(c, 200, await leadOfRow(source.row, c.var.services.leadEnvelope))
  })
}
