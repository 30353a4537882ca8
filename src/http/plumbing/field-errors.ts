/**
 * Checks what arrived by a schema, and says what is wrong in the contract's `field_errors`: a dotted path, a code, and what
 * was expected in words. The value itself is never repeated.
 *
 * A schema's own `error` is taken as those words; where it has none, they are made from the rule that failed.
 */
import type { z } from '@hono/zod-openapi'
import type { AppContext } from '../app'
import { CONFIGURATION_BODY_BYTES, readBody } from './body'
import { problem } from './reply'

export interface ConfigurationError {
  readonly field: string
  readonly code: 'missing_required' | 'wrong_type' | 'invalid_value' | 'unknown_field' | 'too_long'
  readonly expected: string
}

export type Checked<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly errors: readonly ConfigurationError[] }

const MAX_ERRORS = 100
/** Names in a path come from the caller; one of a megabyte is not sent back. */
const MAX_NAME_CHARS = 100

type Issue = z.core.$ZodIssue
type RawIssue = z.core.$ZodRawIssue

/** Checks a value that came from outside. */
export function check<Schema extends z.ZodType>(schema: Schema, value: unknown): Checked<z.output<Schema>> {
  const result = schema.safeParse(value, { error: (issue) => wordsOf(issue), reportInput: true })
  if (result.success) return { ok: true, value: result.data }
  return { ok: false, errors: result.error.issues.flatMap((issue) => toErrors(issue, [])).slice(0, MAX_ERRORS) }
}

/** Reads a body of configuration and checks it. @returns the value, or the answer that says what is wrong */
export async function readChecked<Schema extends z.ZodType<object>>(
  c: AppContext,
  schema: Schema,
): Promise<z.output<Schema> | Response> {
  const body = await readBody(c, { maxBytes: CONFIGURATION_BODY_BYTES, form: false })
  if (!body.ok) return problem(c, body.code, { message: body.message })
  const checked = check(schema, body.value)
  return checked.ok ? checked.value : invalid(c, checked.errors)
}

/** 422 with the field errors. */
export function invalid(c: AppContext, errors: readonly ConfigurationError[]): Response {
  return problem(c, 'invalid_payload', { fieldErrors: errors })
}

function toErrors(issue: Issue, parent: readonly PropertyKey[]): readonly ConfigurationError[] {
  const path = [...parent, ...issue.path]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        field: dotted([...path, key]),
        code: 'unknown_field',
        expected: 'left out; there is no such member',
      }))
    case 'invalid_union': {
      if (issue.input === undefined) return [toError(issue, path, 'missing_required')]
      const nested = likelyBranch(issue.errors)
      return nested === null
        ? [toError(issue, path, 'invalid_value')]
        : nested.flatMap((inner) => toErrors(inner, path))
    }
    case 'invalid_type':
      return [toError(issue, path, issue.input === undefined ? 'missing_required' : 'wrong_type')]
    case 'invalid_value':
      return [toError(issue, path, issue.input === undefined ? 'missing_required' : 'invalid_value')]
    case 'too_big':
      return [toError(issue, path, issue.origin === 'number' ? 'invalid_value' : 'too_long')]
    case 'invalid_key':
      return [{ field: dotted(path), code: 'invalid_value', expected: issue.issues[0]?.message ?? issue.message }]
    case 'custom':
      return [toError(issue, path, issue.params?.code === 'missing_required' ? 'missing_required' : 'invalid_value')]
    default:
      return [toError(issue, path, 'invalid_value')]
  }
}

function toError(issue: Issue, path: readonly PropertyKey[], code: ConfigurationError['code']): ConfigurationError {
  return { field: dotted(path), code, expected: issue.message }
}

/** An object that was meant for one branch fails there deeper than at its own type; that branch's errors are the telling ones. */
function likelyBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const meant = branches.filter(
    (issues) => !issues.some(({ path, code }) => path.length === 0 && code === 'invalid_type'),
  )
  const [only] = meant
  return meant.length === 1 && only !== undefined ? only : null
}

function dotted(path: readonly PropertyKey[]): string {
  return path.map((part) => String(part).slice(0, MAX_NAME_CHARS)).join('.')
}

const TYPE_WORDS: { readonly [type: string]: string } = {
  string: 'text',
  number: 'number',
  int: 'whole number',
  boolean: 'true or false',
  array: 'list',
  object: 'object',
  record: 'object',
}

function wordsOf(issue: RawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPE_WORDS[issue.expected] ?? String(issue.expected)
    case 'invalid_value':
      return issue.values.length === 1 ? String(issue.values[0]) : `one of: ${issue.values.join(', ')}`
    case 'too_big':
      return `at most ${issue.maximum}${unitOf(issue.origin)}`
    case 'too_small':
      return `at least ${issue.minimum}${unitOf(issue.origin)}`
    case 'invalid_union':
      return issue.discriminator === undefined ? 'one of the documented shapes' : `a known ${issue.discriminator}`
    default:
      return 'value in the documented form'
  }
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters'
  return origin === 'array' || origin === 'set' ? ' entries' : ''
}
