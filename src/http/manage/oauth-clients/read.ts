/** `GET /v1/oauth-clients/{id}` */
import { createRoute } from '@hono/zod-openapi'
import { oauthClientSchema } from '../../../contracts/oauth-client'
import type { App } from '../../app'
import { json, problem } from '../../plumbing/reply'
import { jsonAnswer, operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { oauthClientParams, oauthClientWire } from './wire'

const route = createRoute({
  method: 'get',
  path: '/v1/oauth-clients/{id}',
  operationId: 'getOAuthClient',
  summary: 'Read an OAuth client, also a revoked one',
  tags: ['Credentials'],
  request: { params: oauthClientParams },
  responses: { 200: jsonAnswer('The client', oauthClientSchema), ...problems('not_found') },
})

export function registerReadOAuthClient(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const row = await storesOf(c).oauthClients.read(pathId(c, 'id'))
    return row === null ? problem(c, 'not_found') : json(c, 200, oauthClientWire(row))
  })
}
