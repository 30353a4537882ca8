/** `GET /v1/oauth-clients` */
import { createRoute } from '@hono/zod-openapi'
import { oauthClientSchema } from '../../../contracts/oauth-client'
import { pageBody, pageSchema } from '../../../contracts/pagination'
import type { App } from '../../app'
import { json } from '../../plumbing/reply'
import { jsonAnswer, operatorEndpoint, problems, storesOf } from '../operator-endpoint'
import { listQuerySchema, readPageRequest } from '../pages'
import { oauthClientWire } from './wire'

const route = createRoute({
  method: 'get',
  path: '/v1/oauth-clients',
  operationId: 'listOAuthClients',
  summary: 'List OAuth clients, the newest first, revoked ones too',
  tags: ['Credentials'],
  request: { query: listQuerySchema },
  responses: { 200: jsonAnswer('One page', pageSchema(oauthClientSchema)), ...problems('invalid_payload') },
})

export function registerListOAuthClients(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const page = readPageRequest(c)
    if (page instanceof Response) return page
    return json(c, 200, pageBody(await storesOf(c).oauthClients.list(page), oauthClientWire))
  })
}
