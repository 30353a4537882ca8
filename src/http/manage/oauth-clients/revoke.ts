/** `DELETE /v1/oauth-clients/{id}`: neither it nor its tokens let anything in any more, and stays readable. */
import { createRoute } from '@hono/zod-openapi'
import type { App } from '../../app'
import { noContent, problem } from '../../plumbing/reply'
import { newChange, publish } from '../changes'
import { operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { oauthClientParams } from './wire'

const route = createRoute({
  method: 'delete',
  path: '/v1/oauth-clients/{id}',
  operationId: 'revokeOAuthClient',
  summary:
    'Revoke an OAuth client with all of its tokens: at once for leads and posts, within 60 s for everything else',
  tags: ['Credentials'],
  request: { params: oauthClientParams },
  responses: { 204: { description: 'It is revoked' }, ...problems('not_found') },
})

export function registerRevokeOAuthClient(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const { oauthClients } = storesOf(c)
    const id = pathId(c, 'id')
    if ((await oauthClients.read(id)) === null) return problem(c, 'not_found')
    const written = await oauthClients.revoke(id, newChange(c))
    if (written !== null) await publish(c, written.publishIds)
    return noContent(c)
  })
}
