/** `GET /v1/campaigns/{id}/suppliers` */
import { createRoute } from '@hono/zod-openapi'
import { pageBody, pageSchema } from '../../../contracts/pagination'
import { sourceLinkSchema } from '../../../contracts/source-link'
import type { App } from '../../app'
import { json } from '../../plumbing/reply'
import { campaignParams } from '../campaigns/wire'
import { findCampaign } from '../members'
import { jsonAnswer, operatorEndpoint, problems, storesOf } from '../operator-endpoint'
import { listQuerySchema, readPageRequest } from '../pages'
import { sourceLinkWire } from './wire'

const route = createRoute({
  method: 'get',
  path: '/v1/campaigns/{id}/suppliers',
  operationId: 'listSourceLinks',
  summary: 'List the suppliers of a campaign, the newest supplier first',
  tags: ['Source links'],
  request: { params: campaignParams, query: listQuerySchema },
  responses: { 200: jsonAnswer('One page', pageSchema(sourceLinkSchema)), ...problems('invalid_payload', 'not_found') },
})

export function registerListSourceLinks(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const page = readPageRequest(c)
    if (page instanceof Response) return page
    const campaign = await findCampaign(c)
    if (campaign instanceof Response) return campaign
    return json(c, 200, pageBody(await storesOf(c).sourceLinks.list(campaign.id, page), sourceLinkWire))
  })
}
