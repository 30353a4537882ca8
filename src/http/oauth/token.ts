/** `POST /oauth/token`: client credentials (RFC 6749, section 4.4) for an access token of 15 minutes (RFC 9068). */
import { createRoute } from '@hono/zod-openapi'
import { tokenAnswerSchema, tokenRequestSchema } from '../../contracts/oauth-client'
import { ACCESS_TOKEN_LIFE_MS } from '../../security/access-tokens'
import type { App } from '../app'
import { issuerOf } from '../plumbing/credentials'
import { jsonAnswer } from '../plumbing/described'
import { takeRate } from '../plumbing/limit-rate'
import { oauthAnswer, oauthError, oauthErrors, TOO_FAST } from './answer'
import { authenticateClient, rateClientOf } from './client'
import { type Parameters, readParameters } from './parameters'

const route = createRoute({
  method: 'post',
  path: '/oauth/token',
  operationId: 'issueToken',
  summary: 'Get an access token with client credentials',
  tags: ['Credentials'],
  security: [],
  request: {
    body: {
      required: true,
      content: {
        'application/x-www-form-urlencoded': { schema: tokenRequestSchema },
        'application/json': { schema: tokenRequestSchema },
      },
    },
  },
  responses: { 200: jsonAnswer('The token', tokenAnswerSchema), ...oauthErrors() },
})

export function registerToken(app: App): void {
  app.openAPIRegistry.registerPath(route)
  app.post(route.path, async (c) => {
    const parameters = await readParameters(c)
    if ('error' in parameters) return oauthError(c, parameters)
    const client = await authenticateClient(c, parameters)
    if ('error' in client) return oauthError(c, client)
    const { credentialUses, accessTokens, newId } = c.var.services
    if (!(await takeRate(c, rateClientOf(client)))) return oauthError(c, TOO_FAST)
    credentialUses.note(client)

    const grant = parameters.get('grant_type')
    if (grant === undefined) {
      return oauthError(c, { error: 'invalid_request', description: 'grant_type is required.' })
    }
    if (grant !== 'client_credentials') {
      return oauthError(c, { error: 'unsupported_grant_type', description: 'grant_type must be client_credentials.' })
    }
    const scopes = grantedScopes(parameters, client.scopes)
    if (scopes === null) {
      const description = `scope must be of: ${client.scopes.join(' ')}`
      return oauthError(c, { error: 'invalid_scope', description })
    }
    const token = { id: newId('tok'), clientId: client.keyId, scopes, issuer: issuerOf(c) }
    return oauthAnswer(c, {
      access_token: await accessTokens.issue(token),
      token_type: 'Bearer',
      expires_in: ACCESS_TOKEN_LIFE_MS / 1_000,
      scope: scopes.join(' '),
    })
  })
}

/** @returns what is asked for, all that the client has where nothing is, or null where it asks for more */
function grantedScopes(parameters: Parameters, held: readonly string[]): readonly string[] | null {
  const asked = (parameters.get('scope') ?? '').split(' ').filter((scope) => scope !== '')
  if (asked.length === 0) return parameters.has('scope') ? null : held
  return asked.every((scope) => held.includes(scope)) ? [...new Set(asked)] : null
}
