/** `GET /v1/leads/{id}`: one lead with its fields, as soon as it was answered; to a supplier, its own; to a buyer, what it bought. */
import { createRoute, z } from '@hono/zod-openapi'
import { buyerLeadSchema, leadSchema, supplierLeadSchema } from '../../contracts/lead-record'
import { findOwnLead } from '../after-sale/own-lead'
import type { App } from '../app'
import { noteLeadLook } from '../audit/looks'
import { requireRole } from '../plumbing/authenticate'
import { problemsOf } from '../plumbing/described'
import { json, problem } from '../plumbing/reply'
import { type AfterSale, afterSaleOf } from './after-sale-of'
import { leadForBuyer, type OwnPart } from './buyer-view'
import { leadOfAuction, leadOfRow } from './lead-view'
import type { AuctionSource } from './read-auction'
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
      content: { 'application/json': { schema: z.union([leadSchema, supplierLeadSchema, buyerLeadSchema]) } },
    },
    ...problemsOf('unauthorized', 'forbidden', 'not_found'),
  },
})

const NOTHING: AfterSale = { feedback: null, returns: [] }

export function registerGetLead(app: App): void {
  app.openAPIRegistry.registerPath(route)
  app.get('/v1/leads/:id', requireRole('operator', 'supplier', 'buyer'), async (c) => {
    const own = await findOwnLead(c, c.req.param('id'))
    if (own === null) return problem(c, 'not_found')
    const { leadId, source } = own
    const { services, principal } = c.var
    const afterSale = (await afterSaleOf(c, [leadId])).get(leadId) ?? NOTHING
    const lead =
      source.kind === 'auction'
        ? leadOfAuction(source.view, afterSale)
        : await leadOfRow(source.row, services.leadEnvelope, afterSale)
    noteLeadLook(c, 'lead.read', [leadId])
    switch (principal.role) {
      case 'operator':
        return json(c, 200, lead)
      case 'supplier':
        return json(c, 200, leadForSupplier(lead))
      case 'buyer':
        return json(c, 200, leadForBuyer(lead, partOf(source, principal.subjectId ?? ''), afterSale))
    }
  })
}

function partOf(source: AuctionSource, buyerId: string): OwnPart {
  const bids = source.kind === 'auction' ? source.view.bids : source.row.bids
  const bid = bids.find((candidate) => candidate.buyerId === buyerId && candidate.result === 'won')
  return { buyerId, priceMicros: bid?.priceMicros ?? null }
}
