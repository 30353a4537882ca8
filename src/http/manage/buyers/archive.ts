/** `DELETE /v1/buyers/{id}`: leads refer to it, so that it stays readable; it buys no more of them. */
import { createRoute } from '@hono/zod-openapi'
import type { App } from '../../app'
import { noContent, problem } from '../../plumbing/reply'
import { newChange, publish } from '../changes'
import { operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { buyerParams } from './wire'

const route = createRoute({
  method: 'delete',
  path: '/v1/buyers/{id}',
  operationId: 'archiveBuyer',
  summary: 'Archive a buyer',
  tags: ['Buyers'],
  request: { params: buyerParams },
  responses: { 204: { description: 'It is archived' }, ...problems('not_found') },
})

export function registerArchiveBuyer(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const { buyers } = storesOf(c)
    const id = pathId(c, 'id')
    const row = await buyers.read(id)
    if (row === null) return problem(c, 'not_found')
    if (row.archivedAt === null) await publish(c, await buyers.archive(id, newChange(c)))
    return noContent(c)
  })
}
