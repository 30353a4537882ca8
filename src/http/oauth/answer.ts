/** Answers of `/oauth/*`: `application/json` as RFC 6749 says, and never kept by anyone on the way. */
import type { z } from '@hono/zod-openapi'
import { oauthErrorSchema } from '../../contracts/oauth-client'
import type { AppContext } from '../app'
import { RETRY_AFTER_SECONDS } from '../plumbing/limit-rate'

export type OAuthErrorCode = z.infer<typeof oauthErrorSchema>['error']

export interface OAuthRefusal {
  readonly error: OAuthErrorCode
  /** Printable ASCII without `"` and `\`, as the RFC wants it. */
  readonly description: string
  readonly status?: 400 | 401 | 413 | 429
  /** The client tried HTTP authentication: it is told which kind is taken (RFC 6749, section 5.2). */
  readonly challenge?: boolean
  readonly retryAfterSeconds?: number
}

const NOT_KEPT = { 'cache-control': 'no-store', pragma: 'no-cache' }

export const TOO_FAST: OAuthRefusal = {
  error: 'rate_limited',
  description: 'Too many requests. Retry after the time in Retry-After.',
  status: 429,
  retryAfterSeconds: RETRY_AFTER_SECONDS,
}

export function oauthAnswer(c: AppContext, body: object): Response {
  return c.body(JSON.stringify(body), 200, { 'content-type': 'application/json', ...NOT_KEPT })
}

export function oauthError(c: AppContext, refusal: OAuthRefusal): Response {
  const { error, description, status = error === 'invalid_client' ? 401 : 400 } = refusal
  return c.body(JSON.stringify({ error, error_description: description }), status, {
    'content-type': 'application/json',
    ...NOT_KEPT,
    ...(refusal.challenge && { 'www-authenticate': 'Basic realm="gavel", charset="UTF-8"' }),
    ...(refusal.retryAfterSeconds !== undefined && { 'retry-after': String(refusal.retryAfterSeconds) }),
  })
}

/** @returns the errors for createRoute */
export function oauthErrors() {
  const content = { 'application/json': { schema: oauthErrorSchema } }
  return {
    400: { description: 'The request is not one that the RFC knows', content },
    401: { description: 'The client is unknown, or its secret is wrong', content },
    413: { description: 'The body is too large', content },
    429: { description: 'The client asks too often', content },
  }
}
