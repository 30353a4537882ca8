/** `GET /v1/auctions/{id}`: who bid what, who won and why, and how long each took; for suppliers as far as it is theirs. */
import { createRoute, z } from '@hono/zod-openapi'
import { auctionSchema, supplierAuctionSchema } from '../../contracts/lead-record'
import { decodeAuctionId } from '../../security/public-ids'
import type { App, AppContext } from '../app'
import { requireRole } from '../plumbing/authenticate'
import { problemsOf } from '../plumbing/described'
import { json, problem } from '../plumbing/reply'
import { auctionOfRow, auctionOfView } from './auction-view'
import { type AuctionSource, readAuction } from './read-auction'
import { auctionForSupplier } from './supplier-view'

const route = createRoute({
  method: 'get',
  path: '/v1/auctions/{id}',
  operationId: 'getAuction',
  summary: 'Read one auction with every bid, reason and time',
  tags: ['Exchange'],
  request: {
    params: z.object({ id: z.string().openapi({ example: 'auc_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu' }) }),
  },
  responses: {
    200: {
      description: 'The auction',
      content: { 'application/json': { schema: z.union([auctionSchema, supplierAuctionSchema]) } },
    },
    ...problemsOf('unauthorized', 'forbidden', 'not_found'),
  },
})

export function registerGetAuction(app: App): void {
  app.openAPIRegistry.registerPath(route)
  app.get('/v1/auctions/:id', requireRole('operator', 'supplier'), async (c) => {
    const objectId = decodeAuctionId(c.req.param('id'))
    const source = objectId === null ? null : await readAuction(c, objectId)
    if (source === null) return problem(c, 'not_found')
    const auction = await toWire(c, source)
    return json(c, 200, c.var.principal.role === 'supplier' ? auctionForSupplier(auction) : auction)
  })
}

async function toWire(c: AppContext, source: AuctionSource) {
  if (source.kind === 'auction') return auctionOfView(source.view)
  const { leads } = c.var.services.stores(c.var.principal.tenantId)
  return auctionOfRow(source.row, await leads.buyerNames(source.row.bids.map(({ buyerId }) => buyerId)))
}
