/** `GET /v1/suppliers/{id}` */
import { createRoute } from '@hono/zod-openapi'
import { supplierSchema } from '../../../contracts/supplier'
import type { App } from '../../app'
import { json, problem } from '../../plumbing/reply'
import { jsonAnswer, operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { supplierParams, supplierWire } from './wire'

const route = createRoute({
  method: 'get',
  path: '/v1/suppliers/{id}',
  operationId: 'getSupplier',
  summary: 'Read a supplier, also an archived one',
  tags: ['Suppliers'],
  request: { params: supplierParams },
  responses: { 200: jsonAnswer('The supplier', supplierSchema), ...problems('not_found') },
})

export function registerReadSupplier(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const row = await storesOf(c).suppliers.read(pathId(c, 'id'))
    return row === null ? problem(c, 'not_found') : json(c, 200, supplierWire(row))
  })
}
