/** `GET /v1/campaigns/{id}/suppliers/{supplierId}` */
import { createRoute } from '@hono/zod-openapi'
import { sourceLinkSchema } from '../../../contracts/source-link'
import type { App } from '../../app'
import { json, problem } from '../../plumbing/reply'
import { jsonAnswer, operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { sourceLinkParams, sourceLinkWire } from './wire'

const route = createRoute({
  method: 'get',
  path: '/v1/campaigns/{id}/suppliers/{supplierId}',
  operationId: 'getSourceLink',
  summary: 'Read the link of a supplier to a campaign',
  tags: ['Source links'],
  request: { params: sourceLinkParams },
  responses: { 200: jsonAnswer('The link', sourceLinkSchema), ...problems('not_found') },
})

export function registerReadSourceLink(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const key = { campaignId: pathId(c, 'id'), supplierId: pathId(c, 'supplierId') }
    const row = await storesOf(c).sourceLinks.read(key)
    return row === null ? problem(c, 'not_found') : json(c, 200, sourceLinkWire(row))
  })
}
