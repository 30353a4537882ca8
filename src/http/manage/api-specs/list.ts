/** `GET /v1/suppliers/{id}/api-specs`: the supplier's campaigns, and where its specs pages are. */
import { createRoute, z } from '@hono/zod-openapi'
import { specsLinkSchema } from '../../../contracts/api-spec'
import type { App } from '../../app'
import { json, problem } from '../../plumbing/reply'
import { specsUrl } from '../../specs/specs-url'
import { jsonAnswer, operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { supplierParams } from '../suppliers/wire'

const route = createRoute({
  method: 'get',
  path: '/v1/suppliers/{id}/api-specs',
  operationId: 'listApiSpecs',
  summary: "List a supplier's campaigns with the addresses of their specs pages",
  tags: ['Suppliers'],
  request: { params: supplierParams },
  responses: {
    200: jsonAnswer('All of them', z.object({ data: z.array(specsLinkSchema) })),
    ...problems('not_found'),
  },
})

export function registerListApiSpecs(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const { suppliers, sourceLinks } = storesOf(c)
    const id = pathId(c, 'id')
    if ((await suppliers.read(id)) === null) return problem(c, 'not_found')
    const links = await sourceLinks.ofSupplier(id)
    const data = await Promise.all(
      links.map(async (link) => {
        return { campaign_id: link.campaignId, supplier_id: link.supplierId, url: await specsUrl(c, link) }
      }),
    )
    return json(c, 200, { data })
  })
}
