/** `GET /v1/leads/{id}`: one lead with its fields, as soon as it was answered; to a supplier, its own. */
import { createRoute, z } from '@hono/zod-openapi'
import { leadSchema, supplierLeadSchema } from '../../contracts/lead-record'
import { decodeLeadId } from '../../security/public-ids'
import type { App } from '../app'
import { noteLeadLook } from '../audit/looks'
import { requireRole } from '../plumbing/authenticate'
import { problemsOf } from '../plumbing/described'
import { json, problem } from '../plumbing/reply'
import { leadOfAuction, leadOfRow } from './lead-view'
import { readAuction } from './read-auction'
import { leadForSupplier } from './supplier-view'

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
    200: {
      description: 'The lead',
      content: { 'application/json': { schema: z.union([leadSchema, supplierLeadSchema]) } },
    },
    ...problemsOf('unauthorized', 'forbidden', 'not_found'),
  },
})

export function registerGetLead(app: App): void {
  app.openAPIRegistry.registerPath(route)
  app.get('/v1/leads/:id', requireRole('operator', 'supplier'), async (c) => {
    const objectId = decodeLeadId(c.req.param('id'))
    const source = objectId === null ? null : await readAuction(c, objectId)
    // An offer that nobody posted to is an auction without a lead.
    if (source === null || (source.kind === 'auction' && !source.view.hasLead)) return problem(c, 'not_found')
    const { leadEnvelope } = c.var.services
    const lead = source.kind === 'auction' ? leadOfAuction(source.view) : await leadOfRow(source.row, leadEnvelope)
    noteLeadLook(c, 'lead.read', [lead.id])
    return json(c, 200, c.var.principal.role === 'supplier' ? leadForSupplier(lead) : lead)
  })
}
