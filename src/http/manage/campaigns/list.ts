/** `GET /v1/campaigns` */
import { createRoute } from '@hono/zod-openapi'
import { campaignSchema } from '../../../contracts/campaign'
import { pageBody, pageSchema } from '../../../contracts/pagination'
import type { App } from '../../app'
import { json } from '../../plumbing/reply'
import { jsonAnswer, operatorEndpoint, problems, storesOf } from '../operator-endpoint'
import { listQuerySchema, readPageRequest } from '../pages'
import { campaignWire } from './wire'

const route = createRoute({
  method: 'get',
  path: '/v1/campaigns',
  operationId: 'listCampaigns',
  summary: 'List campaigns that are not archived, the newest first',
  tags: ['Campaigns'],
  request: { query: listQuerySchema },
  responses: { 200: jsonAnswer('One page', pageSchema(campaignSchema)), ...problems('invalid_payload') },
})

export function registerListCampaigns(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const page = readPageRequest(c)
    if (page instanceof Response) return page
    return json(c, 200, pageBody(await storesOf(c).campaigns.list(page), campaignWire))
  })
}
