/** `DELETE /v1/campaigns/{id}/suppliers/{supplierId}`: leads refer to its two ends, which stay. */
import { createRoute } from '@hono/zod-openapi'
import type { App } from '../../app'
import { noContent, problem } from '../../plumbing/reply'
import { newChange, publish } from '../changes'
import { operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { sourceLinkParams } from './wire'

const route = createRoute({
  method: 'delete',
  path: '/v1/campaigns/{id}/suppliers/{supplierId}',
  operationId: 'deleteSourceLink',
  summary: 'Take a supplier out of a campaign',
  tags: ['Source links'],
  request: { params: sourceLinkParams },
  responses: { 204: { description: 'The link is gone' }, ...problems('not_found') },
})

export function registerRemoveSourceLink(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const key = { campaignId: pathId(c, 'id'), supplierId: pathId(c, 'supplierId') }
    const { sourceLinks } = storesOf(c)
    const known = await sourceLinks.read(key)
    if (known === null) return problem(c, 'not_found')
    await publish(c, await sourceLinks.remove(known, newChange(c)))
    return noContent(c)
  })
}
