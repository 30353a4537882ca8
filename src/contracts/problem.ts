/**
 * The shape of every error that leaves Gavel. Which there are is in error-catalogue.ts.
 *
 * A 5xx says nothing but its request id; what went wrong inside is in the log under that id.
 */
import { z } from '@hono/zod-openapi'
import { type CatalogueEntry, ERROR_CATALOGUE, type ProblemCode, type ProblemStatus } from './error-catalogue'

/** The catalogue itself, by code. */
export const PROBLEMS: { readonly [code in ProblemCode]: CatalogueEntry } = ERROR_CATALOGUE

export type { ProblemCode }

/** What a problem may say beyond its catalogue entry. */
export interface ProblemDetails {
  readonly message?: string
  readonly status?: ProblemStatus
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
