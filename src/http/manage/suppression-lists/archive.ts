/**
 * `DELETE /v1/suppression-lists/{id}`: it suppresses nobody any more, and its entries are dropped. It stays readable, since
 * auctions of the past say which list kept a buyer out.
 */
import { createRoute } from '@hono/zod-openapi'
import type { App } from '../../app'
import { noContent, problem } from '../../plumbing/reply'
import { newChange, publish } from '../changes'
import { operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { buildIndex } from './build-index'
import { suppressionListParams } from './wire'

const route = createRoute({
  method: 'delete',
  path: '/v1/suppression-lists/{id}',
  operationId: 'archiveSuppressionList',
  summary: 'Archive a suppression list and drop its entries',
  tags: ['Suppression lists'],
  request: { params: suppressionListParams },
  responses: { 204: { description: 'It is archived' }, ...problems('not_found') },
})

export function registerArchiveSuppressionList(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const { suppressionLists } = storesOf(c)
    const row = await suppressionLists.read(pathId(c, 'id'))
    if (row === null) return problem(c, 'not_found')
    if (row.archivedAt === null) {
      await publish(c, await suppressionLists.archive(row, newChange(c)))
      await buildIndex(c)
    }
    return noContent(c)
  })
}
