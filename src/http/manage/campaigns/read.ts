/** `GET /v1/campaigns/{id}` */
import { createRoute } from '@hono/zod-openapi'
import { campaignSchema } from '../../../contracts/campaign'
import type { App } from '../../app'
import { json, problem } from '../../plumbing/reply'
import { jsonAnswer, operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { campaignParams, campaignWire } from './wire'

const route = createRoute({
  method: 'get',
  path: '/v1/campaigns/{id}',
  operationId: 'getCampaign',
  summary: 'Read a campaign, also an archived one',
  tags: ['Campaigns'],
  request: { params: campaignParams },
  responses: { 200: jsonAnswer('The campaign', campaignSchema), ...problems('not_found') },
})

export function registerReadCampaign(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const row = await storesOf(c).campaigns.read(pathId(c, 'id'))
    return row === null ? problem(c, 'not_found') : json(c, 200, campaignWire(row))
  })
}
