/** `GET /v1/buyers/{id}/balance`: what a buyer's prepaid balance stands at, and what made it so. */
import { createRoute } from '@hono/zod-openapi'
import { balanceSchema } from '../../../contracts/balance'
import { microsToNumber } from '../../../core/money/micros'
import type { App } from '../../app'
import { json, problem } from '../../plumbing/reply'
import { jsonAnswer, operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { buyerParams, creditWire } from './wire'

const route = createRoute({
  method: 'get',
  path: '/v1/buyers/{id}/balance',
  operationId: 'getBuyerBalance',
  summary: "Read a buyer's prepaid balance",
  tags: ['Buyers'],
  request: { params: buyerParams },
  responses: { 200: jsonAnswer('The balance, to the last sale', balanceSchema), ...problems('not_found') },
})

export function registerReadBuyerBalance(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const buyerId = pathId(c, 'id')
    const { buyers, tenant } = storesOf(c)
    if ((await buyers.read(buyerId)) === null) return problem(c, 'not_found')
    const [balance, { currency }] = await Promise.all([
      c.var.services.buyerBalance(c.var.principal.tenantId, buyerId).balance(),
      tenant.read(),
    ])
    return json(c, 200, {
      buyer_id: buyerId,
      currency,
      prepaid: balance.prepaid,
      balance: microsToNumber(balance.balanceMicros),
      held: microsToNumber(balance.heldMicros),
      spent: microsToNumber(balance.spentMicros),
      credited: microsToNumber(balance.creditedMicros),
      credits: balance.credits.map((credit) => creditWire(credit, { buyerId, currency })),
    })
  })
}
