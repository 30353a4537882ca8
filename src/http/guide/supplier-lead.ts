/** `GET /api/v1/leads/{id}`: the supplier's own view, from the auction itself, so that it is there as soon as the answer. */
import { createRoute, z } from '@hono/zod-openapi'
import { leadAnswer, leadAnswerSchema } from '../../contracts/lead-answer'
import { decodeLeadId } from '../../security/public-ids'
import type { App } from '../app'
import { requireRole } from '../plumbing/authenticate'
import { problemsOf } from '../plumbing/described'
import { json, problem } from '../plumbing/reply'

const route = createRoute({
  method: 'get',
  path: '/api/v1/leads/{id}',
  operationId: 'getSupplierLead',
  summary: 'What became of a lead',
  tags: ['Suppliers'],
  request: { params: z.object({ id: z.string() }) },
  responses: {
    200: { description: 'The lead', content: { 'application/json': { schema: leadAnswerSchema } } },
    ...problemsOf('unauthorized', 'forbidden', 'not_found'),
  },
})

export function registerSupplierLead(app: App): void {
  app.openAPIRegistry.registerPath(route)
  app.get('/api/v1/leads/:id', requireRole('supplier'), async (c) => {
    const objectId = decodeLeadId(c.req.param('id'))
    const { principal, services } = c.var
    const view = objectId === null ? null : await services.auctions.byId(objectId)?.view(principal.tenantId)
    // An offer that nobody posted to is an auction without a lead.
    if (!view?.hasLead || view.supplierId !== principal.subjectId) return problem(c, 'not_found')
    return json(c, 200, leadAnswer(view))
  })
}
