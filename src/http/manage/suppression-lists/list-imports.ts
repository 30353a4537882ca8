/** `GET /v1/suppression-lists/{id}/imports` */
import { createRoute } from '@hono/zod-openapi'
import { pageBody, pageSchema } from '../../../contracts/pagination'
import { suppressionImportSchema } from '../../../contracts/suppression-list'
import type { App } from '../../app'
import { json, problem } from '../../plumbing/reply'
import { jsonAnswer, operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { listQuerySchema, readPageRequest } from '../pages'
import { importWire, suppressionListParams } from './wire'

const route = createRoute({
  method: 'get',
  path: '/v1/suppression-lists/{id}/imports',
  operationId: 'listSuppressionImports',
  summary: 'List the imports of a suppression list, the newest first',
  tags: ['Suppression lists'],
  request: { params: suppressionListParams, query: listQuerySchema },
  responses: {
    200: jsonAnswer('One page', pageSchema(suppressionImportSchema)),
    ...problems('invalid_payload', 'not_found'),
  },
})

export function registerListSuppressionImports(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const page = readPageRequest(c)
    if (page instanceof Response) return page
    const { suppressionImports, suppressionLists } = storesOf(c)
    const list = await suppressionLists.read(pathId(c, 'id'))
    if (list === null) return problem(c, 'not_found')
    const imports = await suppressionImports.list(list.id, page)
    return json(c, 200, pageBody(imports, importWire(c.var.services.now())))
  })
}
