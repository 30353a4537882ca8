/**
 * Every error that leaves Gavel: one catalogue from code to status, title and words, and the shape of its body.
 *
 * A 5xx says nothing but its request id; what went wrong inside is in the log under that id.
 */
import { z } from '@hono/zod-openapi'

interface CatalogueEntry {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 500 | 503
  readonly title: string
  readonly message: string
}

const entry = (status: CatalogueEntry['status'], title: string, message: string): CatalogueEntry => ({
  status,
  title,
  message,
})

export const PROBLEMS = {
  malformed_body: entry(400, 'Malformed body', 'The body could not be read.'),
  malformed_request: entry(400, 'Malformed request', 'The request could not be read.'),
  unauthorized: entry(401, 'Unauthorized', 'Invalid API key or supplier not linked to this campaign'),
  forbidden: entry(403, 'Forbidden', 'This credential may not do that.'),
  not_found: entry(404, 'Not found', 'There is nothing here.'),
  invalid_campaign: entry(404, 'Invalid campaign', 'Campaign not found or has no active buyers'),
  method_not_allowed: entry(405, 'Method not allowed', 'This path does not take that method.'),
  conflict: entry(409, 'Conflict', 'The request conflicts with what is there.'),
  ping_id_used: entry(409, 'Ping id used', 'This ping id was used for another lead.'),
  duplicate: entry(409, 'Duplicate', 'Lead was already received'),
  inactive_campaign: entry(409, 'Inactive campaign', 'Campaign is paused'),
  capped: entry(409, 'Capped', 'Supplier has reached its cap for this campaign'),
  idempotency_in_progress: entry(409, 'In progress', 'The first request with this key still runs. Ask again shortly.'),
  body_too_large: entry(413, 'Body too large', 'A body is at most 64 KiB.'),
  unsupported_media_type: entry(415, 'Unsupported media type', 'The Content-Type is not one that this endpoint takes.'),
  invalid_payload: entry(422, 'Invalid payload', 'Some fields are not as expected.'),
  filtered: entry(422, 'Filtered', 'Lead does not meet campaign filters'),
  suppressed: entry(422, 'Suppressed', "Lead phone or email appears on a buyer's suppression list"),
  ping_id_invalid: entry(422, 'Ping id invalid', 'flo_ping_id is not a ping id of this supplier and campaign.'),
  ping_id_expired: entry(422, 'Ping id expired', 'flo_ping_id has expired. Ping again.'),
  ping_id_mismatch: entry(422, 'Ping id mismatch', 'The lead changes fields that were pinged.'),
  idempotency_key_reused: entry(422, 'Idempotency key reused', 'This Idempotency-Key was used with another body.'),
  idempotency_key_invalid: entry(400, 'Idempotency key invalid', 'Idempotency-Key is 1 to 255 printable characters.'),
  rate_limited: entry(429, 'Rate limited', 'Too many requests. Retry after the time in Retry-After.'),
  internal_error: entry(500, 'Internal error', 'Something failed on our side.'),
  overloaded: entry(503, 'Overloaded', 'Too much at once. Retry after the time in Retry-After.'),
} as const satisfies { readonly [code: string]: CatalogueEntry }

export type ProblemCode = keyof typeof PROBLEMS

/** What a problem may say beyond its catalogue entry. */
export interface ProblemDetails {
  readonly message?: string
  readonly status?: CatalogueEntry['status']
  readonly fieldErrors?: readonly z.infer<typeof fieldErrorSchema>[]
  /** Further members of the body, as `filter_errors`. */
  readonly members?: { readonly [name: string]: unknown }
  readonly retryAfterSeconds?: number
}

export const fieldErrorSchema = z
  .object({ field: z.string(), code: z.string(), expected: z.string() })
  .openapi('FieldError', {
    example: { field: 'phone', code: 'missing_required', expected: 'phone number of 7 to 15 digits' },
  })

export const problemSchema = z
  .object({
    error: z.string(),
    message: z.string(),
    request_id: z.string(),
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    field_errors: z.array(fieldErrorSchema).optional(),
    filter_errors: z.array(z.string()).optional(),
  })
  .openapi('Problem')

/** @returns the body of `application/problem+json`, in the order of the contract. */
export function problemBody(code: ProblemCode, requestId: string, details: ProblemDetails = {}): object {
  const { status, title, message } = PROBLEMS[code]
  return {
    error: code,
    message: details.message ?? message,
    request_id: requestId,
    type: `https://gavel.example/errors/${code}`,
    title,
    status: details.status ?? status,
    ...(details.fieldErrors === undefined ? {} : { field_errors: details.fieldErrors }),
    ...details.members,
  }
}
