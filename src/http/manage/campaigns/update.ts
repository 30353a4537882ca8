/** `PATCH /v1/campaigns/{id}` */
import { createRoute } from '@hono/zod-openapi'
import {
  type CampaignSettings,
  campaignPatchSchema,
  campaignSchema,
  campaignSettingsSchema,
} from '../../../contracts/campaign'
import type { CampaignRow } from '../../../stores/campaign-store'
import type { App, AppContext } from '../../app'
import { type ConfigurationError, invalid, readChecked } from '../../plumbing/field-errors'
import { json } from '../../plumbing/reply'
import { changeRow, newChange } from '../changes'
import { brokenFilterErrors, campaignFilterErrors } from '../filter-fit'
import { refuseUnknownLists } from '../known-lists'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { campaignParams, campaignWire } from './wire'

const route = createRoute({
  method: 'patch',
  path: '/v1/campaigns/{id}',
  operationId: 'updateCampaign',
  summary: 'Change members of a campaign; lists are replaced as a whole',
  tags: ['Campaigns'],
  request: { params: campaignParams, body: jsonBody(campaignPatchSchema) },
  responses: {
    200: jsonAnswer('The campaign', campaignSchema),
    ...problems(...BODY_PROBLEMS, 'not_found', 'conflict'),
  },
})

export function registerUpdateCampaign(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const { campaigns } = storesOf(c)
    const id = pathId(c, 'id')
    const patch = await readChecked(c, campaignPatchSchema)
    if (patch instanceof Response) return patch
    const unknown = await refuseUnknownLists(c, patch.suppression_list_ids)
    if (unknown !== null) return unknown
    const row = await changeRow(c, {
      schema: campaignSettingsSchema,
      patch,
      read: () => campaigns.read(id),
      refuse: async (known, settings) => {
        const errors = await misfits(c, patch, known, settings)
        return errors.length === 0 ? null : invalid(c, errors)
      },
      update: (known, settings) => campaigns.update(known, settings, newChange(c)),
    })
    return row instanceof Response ? row : json(c, 200, campaignWire(row))
  })
}

/** Only what the patch touches is judged: an old filter must not keep anybody from pausing a campaign. */
async function misfits(
  c: AppContext,
  patch: { readonly fields?: unknown; readonly filters?: unknown },
  { id, settings: known }: CampaignRow,
  settings: CampaignSettings,
): Promise<readonly ConfigurationError[]> {
  if (patch.fields === undefined && patch.filters === undefined) return []
  const own = campaignFilterErrors(settings)
  if (patch.fields === undefined || own.length > 0) return own
  const contracts = await storesOf(c).buyerContracts.ofCampaign(id)
  return brokenFilterErrors(contracts, { before: known.fields, after: settings.fields })
}
