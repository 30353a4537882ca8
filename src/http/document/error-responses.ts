/** Errors in the document: every response that endpoints declared by its codes, with one example for each code. */
import { PROBLEMS, type ProblemCode, problemBody } from '../../contracts/problem'
import { PROBLEM_RESPONSE, problemReference } from '../plumbing/described'
import { LIMIT_HEADERS } from './about'
import type { JsonMap, Operation } from './shapes'

const EXAMPLE_REQUEST_ID = 'req_01J9ZQ5F8W3B6T1X0V7K2M4N5P'

/** Whatever is asked, these can be answered. */
const EVERYWHERE: readonly ProblemCode[] = ['internal_error', 'overloaded']

/** Adds what any call can be answered. @param isKeyed whether the call takes a credential, and so has a rate limit */
export function addCommonErrors(operation: Operation, isKeyed: boolean): void {
  for (const code of [...EVERYWHERE, ...(isKeyed ? (['rate_limited'] as const) : [])]) {
    const { status } = PROBLEMS[code]
    operation.responses[status] ??= problemReference(status, [code])
  }
  const refuses = Object.keys(operation.responses).some((status) => status.startsWith('4'))
  // What a path answers to another method is all that can go wrong with a public document.
  if (!refuses) operation.responses[405] = problemReference(405, ['method_not_allowed'])
}

/** @returns the components that the operations' references name */
export function errorResponses(operations: readonly Operation[]): { [name: string]: JsonMap } {
  const references = operations.flatMap(({ responses }) => Object.values(responses).map(({ $ref }) => $ref))
  const names = new Set(
    references.flatMap((reference) =>
      typeof reference === 'string' && reference.startsWith(PROBLEM_RESPONSE) ? [reference] : [],
    ),
  )
  return Object.fromEntries([...names].sort().map((reference) => [reference.split('/').at(-1), responseOf(reference)]))
}

function responseOf(reference: string): JsonMap {
  const [status = '', ...codes] = reference.slice(PROBLEM_RESPONSE.length).split('.')
  const known = codes.filter((code): code is ProblemCode => Object.hasOwn(PROBLEMS, code))
  const narrowed = { properties: { error: { enum: known }, status: { const: Number(status) } } }
  return {
    description: known.map((code) => `\`${code}\`: ${PROBLEMS[code].when}`).join('\n\n'),
    headers: headersOf(Number(status)),
    content: {
      'application/problem+json': {
        schema: { allOf: [{ $ref: '#/components/schemas/Problem' }, narrowed] },
        examples: Object.fromEntries(known.map((code) => [code, { value: exampleOf(code, Number(status)) }])),
      },
    },
  }
}

function headersOf(status: number): JsonMap {
  const retry = status === 429 || status === 503 ? { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } } : {}
  const limits = status === 429 ? LIMIT_HEADERS : {}
  const allow = status === 405 ? { Allow: { $ref: '#/components/headers/Allow' } } : {}
  const challenge = status === 401 ? { 'WWW-Authenticate': { $ref: '#/components/headers/Challenge' } } : {}
  return { 'X-Request-Id': { $ref: '#/components/headers/RequestId' }, ...retry, ...limits, ...allow, ...challenge }
}

function exampleOf(code: ProblemCode, status: number): object {
  const body = problemBody(code, EXAMPLE_REQUEST_ID, { status: status as 400 })
  if (code === 'filtered') return { ...body, filter_errors: ['state must be one of: TX, FL, CA'] }
  const fieldError = FIELD_ERRORS[code]
  return fieldError === undefined ? body : { ...body, field_errors: [fieldError] }
}

const FIELD_ERRORS: { readonly [code in ProblemCode]?: object } = {
  invalid_payload: { field: 'phone', code: 'missing_required', expected: 'phone number of 7 to 15 digits' },
  ping_id_mismatch: { field: 'state', code: 'mismatch', expected: 'the value that was pinged' },
  bid_mismatch: { field: 'state', code: 'mismatch', expected: 'the value that was pinged' },
  pii_in_ping: { field: 'phone', code: 'unknown_field', expected: 'left out of a ping; send it with the post' },
}
