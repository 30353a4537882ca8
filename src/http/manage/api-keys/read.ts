/** `GET /v1/api-keys/{id}` */
import { createRoute } from '@hono/zod-openapi'
import { apiKeySchema } from '../../../contracts/api-key'
import type { App } from '../../app'
import { json, problem } from '../../plumbing/reply'
import { jsonAnswer, operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { apiKeyParams, apiKeyWire } from './wire'

const route = createRoute({
  method: 'get',
  path: '/v1/api-keys/{id}',
  operationId: 'getApiKey',
  summary: 'Read an API key, also one that ended',
  tags: ['Credentials'],
  request: { params: apiKeyParams },
  responses: { 200: jsonAnswer('The key', apiKeySchema), ...problems('not_found') },
})

export function registerReadApiKey(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const row = await storesOf(c).apiKeys.read(pathId(c, 'id'))
    return row === null ? problem(c, 'not_found') : json(c, 200, apiKeyWire(row, c.var.services.now()))
  })
}
