/** `GET /v1/campaigns/{id}/buyers/{buyerId}` */
import { createRoute } from '@hono/zod-openapi'
import { buyerContractRecordSchema } from '../../../contracts/contract-settings'
import type { App } from '../../app'
import { json, problem } from '../../plumbing/reply'
import { jsonAnswer, operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { buyerContractParams, buyerContractWire } from './wire'

const route = createRoute({
  method: 'get',
  path: '/v1/campaigns/{id}/buyers/{buyerId}',
  operationId: 'getBuyerContract',
  summary: 'Read the contract of a buyer in a campaign; secrets are masked',
  tags: ['Buyer contracts'],
  request: { params: buyerContractParams },
  responses: { 200: jsonAnswer('The contract', buyerContractRecordSchema), ...problems('not_found') },
})

export function registerReadBuyerContract(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const key = { campaignId: pathId(c, 'id'), buyerId: pathId(c, 'buyerId') }
    const row = await storesOf(c).buyerContracts.read(key)
    return row === null ? problem(c, 'not_found') : json(c, 200, buyerContractWire(c)(row))
  })
}
