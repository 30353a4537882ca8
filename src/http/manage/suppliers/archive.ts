/** `DELETE /v1/suppliers/{id}`: leads refer to it, so that it stays readable; its keys are revoked. */
import { createRoute } from '@hono/zod-openapi'
import type { App } from '../../app'
import { noContent, problem } from '../../plumbing/reply'
import { newChange, publish } from '../changes'
import { operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { supplierParams } from './wire'

const route = createRoute({
  method: 'delete',
  path: '/v1/suppliers/{id}',
  operationId: 'archiveSupplier',
  summary: 'Archive a supplier',
  tags: ['Suppliers'],
  request: { params: supplierParams },
  responses: { 204: { description: 'It is archived' }, ...problems('not_found') },
})

export function registerArchiveSupplier(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const { suppliers } = storesOf(c)
    const id = pathId(c, 'id')
    const row = await suppliers.read(id)
    if (row === null) return problem(c, 'not_found')
    if (row.archivedAt === null) await publish(c, await suppliers.archive(id, newChange(c)))
    return noContent(c)
  })
}
