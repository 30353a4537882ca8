/** `GET /v1/campaigns/{id}/buyers` */
import { createRoute } from '@hono/zod-openapi'
import { buyerContractRecordSchema } from '../../../contracts/contract-settings'
import { pageBody, pageSchema } from '../../../contracts/pagination'
import type { App } from '../../app'
import { json } from '../../plumbing/reply'
import { campaignParams } from '../campaigns/wire'
import { findCampaign } from '../members'
import { jsonAnswer, operatorEndpoint, problems, storesOf } from '../operator-endpoint'
import { listQuerySchema, readPageRequest } from '../pages'
import { buyerContractWire } from './wire'

const route = createRoute({
  method: 'get',
  path: '/v1/campaigns/{id}/buyers',
  operationId: 'listBuyerContracts',
  summary: 'List the contracts of a campaign, the newest buyer first',
  tags: ['Buyer contracts'],
  request: { params: campaignParams, query: listQuerySchema },
  responses: {
    200: jsonAnswer('One page', pageSchema(buyerContractRecordSchema)),
    ...problems('invalid_payload', 'not_found'),
  },
})

export function registerListBuyerContracts(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const page = readPageRequest(c)
    if (page instanceof Response) return page
    const campaign = await findCampaign(c)
    if (campaign instanceof Response) return campaign
    return json(c, 200, pageBody(await storesOf(c).buyerContracts.list(campaign.id, page), buyerContractWire(c)))
  })
}
