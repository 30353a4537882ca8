/** OAuth clients as operators read and write them: `/v1/oauth-clients`; and the words of `/oauth/*` (RFC 6749, 7009, 8414). */
import { z } from '@hono/zod-openapi'
import { checkOwner, credentialMembers, credentialRecordMembers, newCredentialMembers } from './credential'

/** The body of `POST /v1/oauth-clients`. */
export const oauthClientSettingsSchema = z
  .strictObject(newCredentialMembers)
  .superRefine(checkOwner)
  .openapi('OAuthClientSettings')

/** The body of `PATCH /v1/oauth-clients/{id}`. */
export const oauthClientPatchSchema = z.strictObject(credentialMembers).partial().openapi('OAuthClientPatch')

export const oauthClientSchema = z
  .object({
    id: z.string().openapi({ example: 'ld_client_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
    /** The id once more, by the name that OAuth gives it. */
    client_id: z.string().openapi({ example: 'ld_client_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
    ...credentialRecordMembers,
    status: z.enum(['active', 'revoked']),
    secret_last_four: z.string().openapi({ example: 'x9Yz' }),
    /** Until when the secret before the last rotation works too. */
    previous_secret_until: z.string().nullable().openapi({ format: 'date-time' }),
  })
  .openapi('OAuthClient')

/** The answer that makes a secret: the only time that it is shown. */
export const newOAuthClientSchema = oauthClientSchema
  .extend({ client_secret: z.string().openapi({ example: 'ld_secret_…', description: 'Shown once.' }) })
  .openapi('NewOAuthClient')

export const tokenRequestSchema = z
  .looseObject({
    grant_type: z.literal('client_credentials'),
    scope: z.string().optional().openapi({ example: 'ping post' }),
    client_id: z.string().optional(),
    client_secret: z.string().optional(),
  })
  .openapi('TokenRequest', { example: { grant_type: 'client_credentials', scope: 'ping post' } })

export const tokenAnswerSchema = z
  .object({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.number().int().openapi({ example: 900 }),
    scope: z.string().openapi({ example: 'ping post' }),
  })
  .openapi('TokenAnswer')

export const revocationRequestSchema = z
  .looseObject({
    token: z.string(),
    token_type_hint: z.string().optional(),
    client_id: z.string().optional(),
    client_secret: z.string().optional(),
  })
  .openapi('RevocationRequest', { example: { token: 'eyJhbGciOi…', token_type_hint: 'access_token' } })

/** RFC 6749, section 5.2, and RFC 7009, section 2.2.1. */
export const OAUTH_ERRORS = [
  'invalid_request',
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'rate_limited',
] as const

export const oauthErrorSchema = z
  .object({ error: z.enum(OAUTH_ERRORS), error_description: z.string() })
  .openapi('OAuthError', { example: { error: 'invalid_client', error_description: 'The client is not known.' } })

/** RFC 8414. */
export const serverMetadataSchema = z
  .object({
    issuer: z.string(),
    token_endpoint: z.string(),
    revocation_endpoint: z.string(),
    jwks_uri: z.string(),
    grant_types_supported: z.array(z.string()),
    response_types_supported: z.array(z.string()),
    scopes_supported: z.array(z.string()),
    token_endpoint_auth_methods_supported: z.array(z.string()),
    revocation_endpoint_auth_methods_supported: z.array(z.string()),
    service_documentation: z.string(),
  })
  .openapi('AuthorizationServerMetadata')

/** RFC 7517. */
export const jwksSchema = z
  .object({
    keys: z.array(
      z.looseObject({
        kty: z.string(),
        kid: z.string(),
        alg: z.string(),
        use: z.string(),
        n: z.string(),
        e: z.string(),
      }),
    ),
  })
  .openapi('Jwks')
