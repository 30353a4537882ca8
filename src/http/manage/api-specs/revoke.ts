/** `DELETE /v1/suppliers/{id}/api-specs/{campaignId}`: takes the specs page away. */
import { createRoute, z } from '@hono/zod-openapi'
import type { App } from '../../app'
import { noContent, problem } from '../../plumbing/reply'
import { newChange, publish } from '../changes'
import { operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { supplierParams } from '../suppliers/wire'

const params = supplierParams.extend({
  campaignId: z.string().openapi({ example: 'camp_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
})

const route = createRoute({
  method: 'delete',
  path: '/v1/suppliers/{id}/api-specs/{campaignId}',
  operationId: 'revokeApiSpecs',
  summary: 'Take a specs page away; its address stops working',
  tags: ['Suppliers'],
  request: { params },
  responses: { 204: { description: 'There is no page any more' }, ...problems('not_found') },
})

export function registerRevokeApiSpecs(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const key = { campaignId: pathId(c, 'campaignId'), supplierId: pathId(c, 'id') }
    const publishIds = await storesOf(c).sourceLinks.share(key, null, newChange(c))
    if (publishIds === null) return problem(c, 'not_found')
    await publish(c, publishIds)
    return noContent(c)
  })
}
