/** `GET /v1/suppression-lists/{id}` */
import { createRoute } from '@hono/zod-openapi'
import { suppressionListSchema } from '../../../contracts/suppression-list'
import type { App } from '../../app'
import { json, problem } from '../../plumbing/reply'
import { jsonAnswer, operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { suppressionListParams, suppressionListWire } from './wire'

const route = createRoute({
  method: 'get',
  path: '/v1/suppression-lists/{id}',
  operationId: 'getSuppressionList',
  summary: 'Read a suppression list, also an archived one',
  description: 'Its entries are kept as keyed hashes and cannot be read by anyone.',
  tags: ['Suppression lists'],
  request: { params: suppressionListParams },
  responses: { 200: jsonAnswer('The list', suppressionListSchema), ...problems('not_found') },
})

export function registerReadSuppressionList(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const { suppressionLists } = storesOf(c)
    const row = await suppressionLists.read(pathId(c, 'id'))
    if (row === null) return problem(c, 'not_found')
    return json(c, 200, suppressionListWire(await suppressionLists.entries())(row))
  })
}
