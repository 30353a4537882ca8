/** `POST /v1/campaigns` */
import { createRoute } from '@hono/zod-openapi'
import { campaignSchema, campaignSettingsSchema } from '../../../contracts/campaign'
import type { App } from '../../app'
import { invalid, readChecked } from '../../plumbing/field-errors'
import { json } from '../../plumbing/reply'
import { newChange, publish, refuseOversize } from '../changes'
import { campaignFilterErrors } from '../filter-fit'
import { refuseUnknownLists } from '../known-lists'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, problems, storesOf } from '../operator-endpoint'
import { campaignWire } from './wire'

const route = createRoute({
  method: 'post',
  path: '/v1/campaigns',
  operationId: 'createCampaign',
  summary: 'Create a campaign',
  tags: ['Campaigns'],
  request: { body: jsonBody(campaignSettingsSchema) },
  responses: { 201: jsonAnswer('The campaign', campaignSchema), ...problems(...BODY_PROBLEMS) },
})

export function registerCreateCampaign(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const settings = await readChecked(c, campaignSettingsSchema)
    if (settings instanceof Response) return settings
    const misfits = campaignFilterErrors(settings)
    if (misfits.length > 0) return invalid(c, misfits)
    const oversize = refuseOversize(c, settings)
    if (oversize !== null) return oversize
    const unknown = await refuseUnknownLists(c, settings.suppression_list_ids)
    if (unknown !== null) return unknown
    const { row, publishIds } = await storesOf(c).campaigns.create(c.var.services.newId('camp'), settings, newChange(c))
    await publish(c, publishIds)
    return json(c, 201, campaignWire(row))
  })
}
