/** The members of a call that are not the lead's: each read by hand, so that its error names it. */
import type { FieldError } from '../../core/lead/fields'
import type { JsonObject } from '../plumbing/body'

const MAX_CHARS = 128

export interface Members {
  /** @returns the text, or null where it is absent; what else stands there is noted as an error */
  optional(name: string, maxChars?: number): string | null
  /** @returns the text, or '' after the error is noted */
  required(name: string, maxChars?: number): string
  readonly errors: FieldError[]
}

export function membersOf(input: JsonObject): Members {
  const errors: FieldError[] = []
  const optional = (name: string, maxChars = MAX_CHARS): string | null => {
    const value = Object.hasOwn(input, name) ? input[name] : undefined
    if (value === undefined || value === null || value === '') return null
    if (typeof value !== 'string') errors.push({ field: name, code: 'wrong_type', expected: 'text' })
    else if (value.length > maxChars || !value.isWellFormed()) {
      errors.push({ field: name, code: 'too_long', expected: `text of at most ${maxChars} characters` })
    } else return value
    return null
  }
  const required = (name: string, maxChars = MAX_CHARS): string => {
    const before = errors.length
    const value = optional(name, maxChars)
    if (value === null && errors.length === before)
      errors.push({ field: name, code: 'missing_required', expected: 'text' })
    return value ?? ''
  }
  return { optional, required, errors }
}
