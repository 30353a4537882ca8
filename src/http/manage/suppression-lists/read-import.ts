/** `GET /v1/suppression-lists/{id}/imports/{importId}`: how far an import has come. */
import { createRoute } from '@hono/zod-openapi'
import { suppressionImportSchema } from '../../../contracts/suppression-list'
import type { App } from '../../app'
import { json, problem } from '../../plumbing/reply'
import { jsonAnswer, operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { importParams, importWire } from './wire'

const route = createRoute({
  method: 'get',
  path: '/v1/suppression-lists/{id}/imports/{importId}',
  operationId: 'getSuppressionImport',
  summary: 'Read the progress of an import',
  tags: ['Suppression lists'],
  request: { params: importParams },
  responses: { 200: jsonAnswer('The import', suppressionImportSchema), ...problems('not_found') },
})

export function registerReadSuppressionImport(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const row = await storesOf(c).suppressionImports.read(pathId(c, 'id'), pathId(c, 'importId'))
    return row === null ? problem(c, 'not_found') : json(c, 200, importWire(c.var.services.now())(row))
  })
}
