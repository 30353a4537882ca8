/** `PUT /v1/campaigns/{id}/suppliers/{supplierId}`: lets the supplier into the campaign, and says what it is paid there. */
import { createRoute } from '@hono/zod-openapi'
import { sourceLinkSchema, sourceLinkSettingsSchema } from '../../../contracts/source-link'
import type { App } from '../../app'
import { readChecked } from '../../plumbing/field-errors'
import { json, problem } from '../../plumbing/reply'
import { newChange, publish } from '../changes'
import { findCampaign, findSupplier, refuseArchived } from '../members'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, problems, storesOf } from '../operator-endpoint'
import { sourceLinkParams, sourceLinkWire } from './wire'

/** All of them are in one document that isolates hold. */
const MAX_LINKS = 1_000

const route = createRoute({
  method: 'put',
  path: '/v1/campaigns/{id}/suppliers/{supplierId}',
  operationId: 'putSourceLink',
  summary: 'Link a supplier to a campaign, or replace the terms of the link',
  tags: ['Source links'],
  request: { params: sourceLinkParams, body: jsonBody(sourceLinkSettingsSchema) },
  responses: {
    200: jsonAnswer('The link with its new terms', sourceLinkSchema),
    201: jsonAnswer('The new link', sourceLinkSchema),
    ...problems(...BODY_PROBLEMS, 'not_found', 'conflict'),
  },
})

export function registerPutSourceLink(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const campaign = await findCampaign(c)
    if (campaign instanceof Response) return campaign
    const supplier = await findSupplier(c)
    if (supplier instanceof Response) return supplier
    const settings = await readChecked(c, sourceLinkSettingsSchema)
    if (settings instanceof Response) return settings
    const archived = refuseArchived(c, { campaign, supplier })
    if (archived !== null) return archived

    const { sourceLinks } = storesOf(c)
    const key = { campaignId: campaign.id, supplierId: supplier.id }
    const known = await sourceLinks.read(key)
    const isNew = known === null
    if (isNew && (await sourceLinks.countOf(campaign.id)) >= MAX_LINKS) {
      return problem(c, 'conflict', { message: `A campaign has at most ${MAX_LINKS} suppliers.` })
    }
    const { row, publishIds } = await sourceLinks.put(key, settings, { known, change: newChange(c) })
    await publish(c, publishIds)
    return json(c, isNew ? 201 : 200, sourceLinkWire(row))
  })
}
