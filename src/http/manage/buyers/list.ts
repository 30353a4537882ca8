/** `GET /v1/buyers` */
import { createRoute } from '@hono/zod-openapi'
import { buyerSchema } from '../../../contracts/buyer'
import { pageBody, pageSchema } from '../../../contracts/pagination'
import type { App } from '../../app'
import { json } from '../../plumbing/reply'
import { jsonAnswer, operatorEndpoint, problems, storesOf } from '../operator-endpoint'
import { listQuerySchema, readPageRequest } from '../pages'
import { buyerWire } from './wire'

const route = createRoute({
  method: 'get',
  path: '/v1/buyers',
  operationId: 'listBuyers',
  summary: 'List buyers that are not archived, the newest first',
  tags: ['Buyers'],
  request: { query: listQuerySchema },
  responses: { 200: jsonAnswer('One page', pageSchema(buyerSchema)), ...problems('invalid_payload') },
})

export function registerListBuyers(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const page = readPageRequest(c)
    if (page instanceof Response) return page
    return json(c, 200, pageBody(await storesOf(c).buyers.list(page), buyerWire))
  })
}
