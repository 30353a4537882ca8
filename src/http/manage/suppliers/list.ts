/** `GET /v1/suppliers` */
import { createRoute } from '@hono/zod-openapi'
import { pageBody, pageSchema } from '../../../contracts/pagination'
import { supplierSchema } from '../../../contracts/supplier'
import type { App } from '../../app'
import { json } from '../../plumbing/reply'
import { jsonAnswer, operatorEndpoint, problems, storesOf } from '../operator-endpoint'
import { listQuerySchema, readPageRequest } from '../pages'
import { supplierWire } from './wire'

const route = createRoute({
  method: 'get',
  path: '/v1/suppliers',
  operationId: 'listSuppliers',
  summary: 'List suppliers that are not archived, the newest first',
  tags: ['Suppliers'],
  request: { query: listQuerySchema },
  responses: { 200: jsonAnswer('One page', pageSchema(supplierSchema)), ...problems('invalid_payload') },
})

export function registerListSuppliers(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const page = readPageRequest(c)
    if (page instanceof Response) return page
    return json(c, 200, pageBody(await storesOf(c).suppliers.list(page), supplierWire))
  })
}
