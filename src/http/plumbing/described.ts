/**
 * How endpoints are described for the OpenAPI document: bodies, answers, and errors by their code.
 *
 * An error is declared as a reference whose name says status and codes; src/http/document/error-responses.ts makes the
 * component of that name from the catalogue.
 */
import { type RouteConfig, z } from '@hono/zod-openapi'
import type { ProblemStatus } from '../../contracts/error-catalogue'
import { PROBLEMS, type ProblemCode } from '../../contracts/problem'

/** An error that an endpoint can answer: by its code, or by code and status where the code has several. */
export type DeclaredProblem = ProblemCode | `${ProblemCode}@${ProblemStatus}`

/** What the name of a response made of errors begins with. */
export const PROBLEM_RESPONSE = '#/components/responses/Problem'

/** What an endpoint with a body can answer besides. */
export const BODY_PROBLEMS = [
  'malformed_body',
  'body_too_large',
  'unsupported_media_type',
  'invalid_payload',
] as const satisfies readonly ProblemCode[]

/** What an endpoint that takes an `Idempotency-Key` can answer besides. */
export const IDEMPOTENCY_PROBLEMS = [
  'idempotency_key_invalid',
  'idempotency_key_reused',
  'idempotency_in_progress',
] as const satisfies readonly ProblemCode[]

/** Says of a POST that it takes an Idempotency-Key, and what it can answer because of it. */
export function withIdempotencyKey<Route extends RouteConfig>(route: Route): Route {
  const header = z.object({ 'idempotency-key': z.string().max(257).optional() })
  const own = problemsOf(...declaredIn(route), ...IDEMPOTENCY_PROBLEMS)
  return {
    ...route,
    request: { ...route.request, headers: route.request?.headers ?? header },
    responses: { ...route.responses, ...own },
  }
}

/** @returns the errors that a route has declared, by code and status */
function declaredIn({ responses }: RouteConfig): readonly DeclaredProblem[] {
  return Object.values(responses).flatMap((response) => {
    const name = ('$ref' in response ? String(response.$ref) : '').split(PROBLEM_RESPONSE)[1]
    const [status, ...codes] = name?.split('.') ?? []
    return codes.map((code) => `${code}@${status}` as DeclaredProblem)
  })
}

/** @returns a request's body for createRoute */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } }
}

/** @returns an answer for createRoute */
export function jsonAnswer<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { 'application/json': { schema } } }
}

/** @returns the errors of an endpoint for createRoute, by status */
export function problemsOf(...declared: readonly DeclaredProblem[]) {
  const codes = new Map<number, Set<string>>()
  for (const entry of declared) {
    const [code = '', status] = entry.split('@')
    const at = status === undefined ? PROBLEMS[code as ProblemCode].status : Number(status)
    codes.set(at, (codes.get(at) ?? new Set()).add(code))
  }
  return Object.fromEntries([...codes].map(([status, names]) => [status, problemReference(status, [...names])]))
}

/** @returns a reference to the response that says these codes with this status */
export function problemReference(status: number, codes: readonly string[]): { readonly $ref: string } {
  return { $ref: `${PROBLEM_RESPONSE}${status}.${[...codes].sort().join('.')}` }
}
