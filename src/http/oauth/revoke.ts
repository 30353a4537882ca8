/** `POST /oauth/revoke` (RFC 7009): a token of the client ends before its time. */
import { createRoute } from '@hono/zod-openapi'
import { revocationRequestSchema } from '../../contracts/oauth-client'
import type { App } from '../app'
import { issuerOf } from '../plumbing/credentials'
import { takeRate } from '../plumbing/limit-rate'
import { oauthAnswer, oauthError, oauthErrors, TOO_FAST } from './answer'
import { authenticateClient, rateClientOf } from './client'
import { readParameters } from './parameters'

const route = createRoute({
  method: 'post',
  path: '/oauth/revoke',
  operationId: 'revokeToken',
  summary: 'End an access token: at once for leads and posts, within 60 s for everything else',
  tags: ['Credentials'],
  security: [],
  request: {
    body: {
      required: true,
      content: {
        'application/x-www-form-urlencoded': { schema: revocationRequestSchema },
        'application/json': { schema: revocationRequestSchema },
      },
    },
  },
  responses: { 200: { description: 'It is over, or was never there' }, ...oauthErrors() },
})

export function registerRevoke(app: App): void {
  app.openAPIRegistry.registerPath(route)
  app.post(route.path, async (c) => {
    const parameters = await readParameters(c)
    if ('error' in parameters) return oauthError(c, parameters)
    const client = await authenticateClient(c, parameters)
    if ('error' in client) return oauthError(c, client)
    if (!(await takeRate(c, rateClientOf(client)))) return oauthError(c, TOO_FAST)
    const token = parameters.get('token')
    if (token === undefined) return oauthError(c, { error: 'invalid_request', description: 'token is required.' })

    const { accessTokens, stores, publisher, newId, now } = c.var.services
    const claims = await accessTokens.verify(token, issuerOf(c))
    // What is no token of ours, or is over, is as good as revoked (section 2.2).
    if (claims === null) return oauthAnswer(c, {})
    if (claims.clientId !== client.keyId) {
      return oauthError(c, { error: 'unauthorized_client', description: 'The token was issued to another client.' })
    }
    const revoked = { id: claims.id, clientId: claims.clientId, expiresAt: new Date(claims.expiresAt).toISOString() }
    const by = { role: client.role, id: client.keyId, requestId: c.var.requestId }
    const change = { id: newId('pub'), at: new Date(now()).toISOString(), by }
    await publisher.publish(await stores(client.tenantId).oauthClients.revokeToken(revoked, change))
    return oauthAnswer(c, {})
  })
}
