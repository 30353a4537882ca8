/** `GET /v1/buyers/{id}` */
import { createRoute } from '@hono/zod-openapi'
import { buyerSchema } from '../../../contracts/buyer'
import type { App } from '../../app'
import { json, problem } from '../../plumbing/reply'
import { jsonAnswer, operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { buyerParams, buyerWire } from './wire'

const route = createRoute({
  method: 'get',
  path: '/v1/buyers/{id}',
  operationId: 'getBuyer',
  summary: 'Read a buyer, also an archived one',
  tags: ['Buyers'],
  request: { params: buyerParams },
  responses: { 200: jsonAnswer('The buyer', buyerSchema), ...problems('not_found') },
})

export function registerReadBuyer(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const row = await storesOf(c).buyers.read(pathId(c, 'id'))
    return row === null ? problem(c, 'not_found') : json(c, 200, buyerWire(row))
  })
}
