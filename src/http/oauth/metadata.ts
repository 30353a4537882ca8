/** `/.well-known/oauth-authorization-server` (RFC 8414) and `/.well-known/jwks.json` (RFC 7517). */
import { createRoute } from '@hono/zod-openapi'
import { jwksSchema, serverMetadataSchema } from '../../contracts/oauth-client'
import { ALL_SCOPES } from '../../contracts/scopes'
import type { App, AppContext } from '../app'
import { issuerOf } from '../plumbing/credentials'
import { jsonAnswer } from '../plumbing/described'

const metadataRoute = createRoute({
  method: 'get',
  path: '/.well-known/oauth-authorization-server',
  operationId: 'getServerMetadata',
  summary: 'Where and how tokens are issued',
  tags: ['Credentials'],
  security: [],
  responses: { 200: jsonAnswer('The metadata', serverMetadataSchema) },
})

const jwksRoute = createRoute({
  method: 'get',
  path: '/.well-known/jwks.json',
  operationId: 'getJwks',
  summary: 'The keys that tokens are checked with',
  tags: ['Credentials'],
  security: [],
  responses: { 200: jsonAnswer('The keys', jwksSchema) },
})

const CLIENT_AUTHENTICATION = ['client_secret_basic', 'client_secret_post']
/** A key is shown 30 days before it signs and an hour after: five minutes of caching surprise nobody. */
const KEPT = { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' }

export function registerMetadata(app: App): void {
  app.openAPIRegistry.registerPath(metadataRoute)
  app.get(metadataRoute.path, (c) => c.body(JSON.stringify(metadata(c)), 200, KEPT))
  app.openAPIRegistry.registerPath(jwksRoute)
  app.get(jwksRoute.path, async (c) => {
    return c.body(JSON.stringify(await c.var.services.signingKeys.published()), 200, KEPT)
  })
}

function metadata(c: AppContext): object {
  const issuer = issuerOf(c)
  return {
    issuer,
    token_endpoint: `${issuer}/oauth/token`,
    revocation_endpoint: `${issuer}/oauth/revoke`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    grant_types_supported: ['client_credentials'],
    response_types_supported: [],
    scopes_supported: ALL_SCOPES,
    token_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION,
    revocation_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION,
    service_documentation: `${issuer}/docs`,
  }
}
