/** `POST /v1/suppliers/{id}/api-specs`: makes the specs page of a supplier in a campaign, or moves it to a new address. */
import { createRoute } from '@hono/zod-openapi'
import { specsLinkRequestSchema, specsLinkSchema } from '../../../contracts/api-spec'
import type { App } from '../../app'
import { readChecked } from '../../plumbing/field-errors'
import { json, problem } from '../../plumbing/reply'
import { specsUrl } from '../../specs/specs-url'
import { newChange, publish } from '../changes'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { supplierParams } from '../suppliers/wire'

const route = createRoute({
  method: 'post',
  path: '/v1/suppliers/{id}/api-specs',
  operationId: 'rotateApiSpecs',
  summary: "Make the specs page for a supplier's developer, or move it to a new address",
  description:
    'The page shows how to send leads of this supplier to one campaign. An address that was given before stops.',
  tags: ['Suppliers'],
  request: { params: supplierParams, body: jsonBody(specsLinkRequestSchema) },
  responses: {
    201: jsonAnswer('The new address', specsLinkSchema),
    ...problems(...BODY_PROBLEMS, 'not_found'),
  },
})

export function registerRotateApiSpecs(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const request = await readChecked(c, specsLinkRequestSchema)
    if (request instanceof Response) return request
    const key = { campaignId: request.campaign_id, supplierId: pathId(c, 'id') }
    const specsNonce = crypto.randomUUID()
    const publishIds = await storesOf(c).sourceLinks.share(key, specsNonce, newChange(c))
    if (publishIds === null) {
      return problem(c, 'not_found', { message: 'The supplier is not linked to this campaign.' })
    }
    await publish(c, publishIds)
    const url = await specsUrl(c, { ...key, specsNonce })
    return json(c, 201, { campaign_id: key.campaignId, supplier_id: key.supplierId, url })
  })
}
