/** `GET /v1/suppression-lists` */
import { createRoute } from '@hono/zod-openapi'
import { pageBody, pageSchema } from '../../../contracts/pagination'
import { suppressionListSchema } from '../../../contracts/suppression-list'
import type { App } from '../../app'
import { json } from '../../plumbing/reply'
import { jsonAnswer, operatorEndpoint, problems, storesOf } from '../operator-endpoint'
import { listQuerySchema, readPageRequest } from '../pages'
import { suppressionListWire } from './wire'

const route = createRoute({
  method: 'get',
  path: '/v1/suppression-lists',
  operationId: 'listSuppressionLists',
  summary: 'List suppression lists that are not archived, the newest first',
  tags: ['Suppression lists'],
  request: { query: listQuerySchema },
  responses: { 200: jsonAnswer('One page', pageSchema(suppressionListSchema)), ...problems('invalid_payload') },
})

export function registerListSuppressionLists(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const page = readPageRequest(c)
    if (page instanceof Response) return page
    const { suppressionLists } = storesOf(c)
    const [lists, entries] = await Promise.all([suppressionLists.list(page), suppressionLists.entries()])
    return json(c, 200, pageBody(lists, suppressionListWire(entries)))
  })
}
