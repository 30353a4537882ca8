/** Answers in the shapes of the contract. */
import { PROBLEMS, type ProblemCode, type ProblemDetails, problemBody } from '../../contracts/problem'
import type { AppContext } from '../app'

/** An error of the catalogue, as `application/problem+json`. */
export function problem(c: AppContext, code: ProblemCode, details: ProblemDetails = {}): Response {
  const headers: Record<string, string> = { 'content-type': 'application/problem+json' }
  if (details.retryAfterSeconds !== undefined) headers['retry-after'] = String(details.retryAfterSeconds)
  const status = details.status ?? PROBLEMS[code].status
  if (status === 401) headers['www-authenticate'] = challenge(c)
  return c.body(JSON.stringify(problemBody(code, c.var.requestId, details)), status, headers)
}

/** RFC 9110 wants it with every 401; RFC 6750 has its words. A key in `x-api-key` may come as a bearer too. */
function challenge(c: AppContext): string {
  const wasTried = c.req.header('authorization') !== undefined || c.req.header('x-api-key') !== undefined
  return wasTried ? 'Bearer realm="gavel", error="invalid_token"' : 'Bearer realm="gavel"'
}

/** A success as JSON. */
export function json(c: AppContext, status: 200 | 201 | 202, body: unknown): Response {
  return c.body(JSON.stringify(body), status, { 'content-type': 'application/json' })
}

/** A success without a body. */
export function noContent(c: AppContext): Response {
  return c.body(null, 204)
}
