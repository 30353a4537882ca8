/**
 * The fields of a lead: what a campaign knows and which of it a call must carry. How one value is read is in
 * field-value.ts.
 */
import { readValue } from './field-value'
import { type Filter, passesFilter } from './filters'

export type FieldType = 'string' | 'number' | 'boolean' | 'date' | 'email' | 'phone' | 'state' | 'zip' | 'url' | 'enum'

export type FieldValue = string | number | boolean

/** A lead's values by field name. Built without a prototype, so that no input can reach one. */
export type LeadFields = { [name: string]: FieldValue }

export interface FieldDefinition {
  readonly name: string
  readonly type: FieldType
  readonly required: boolean
  /** On which call a required field must be there; one required on the ping is required on the post too. */
  readonly requiredOn: 'ping' | 'post'
  /** Asked for only where all of these hold, whatever `required` says; left out where it does not depend on other fields. */
  readonly requiredWhen?: readonly Filter[]
  /** Allowed values of an enum or a string, in the operator's spelling; null where any will do. */
  readonly values: readonly string[] | null
  /** Personal data: never sent in a ping unless a buyer contract lists it. */
  readonly pii: boolean
}

export interface FieldError {
  readonly field: string
  readonly code:
    | 'missing_required'
    | 'wrong_type'
    | 'invalid_value'
    | 'too_long'
    | 'too_many_fields'
    | 'unknown_field'
    | 'mismatch'
  readonly expected: string
}

export const MAX_FIELDS = 100

const EXPECTED: { readonly [type in FieldType]: string } = {
  string: 'text',
  number: 'number',
  boolean: 'true or false',
  date: 'date as YYYY-MM-DD',
  email: 'email address',
  phone: 'phone number of 7 to 15 digits',
  state: 'two-letter US state code',
  zip: 'US ZIP code of 5 or 9 digits',
  url: 'https URL',
  enum: 'one of the allowed values',
}

/** @returns what a value of this field must be, in words for a person. */
export function expectedOf(field: FieldDefinition): string {
  return field.values !== null ? `one of: ${field.values.join(', ')}` : EXPECTED[field.type]
}

/** @returns a lead without a prototype, to put values in. */
export function emptyLead(): LeadFields {
  return Object.create(null) as LeadFields
}

/**
 * Checks one call's members against the fields that a campaign knows, and normalises what is kept.
 *
 * @param definitions the campaign's fields
 * @param input members as they arrived; unknown ones are ignored, null and blank text count as absent
 * @param call which call it is: a field required on the post may be absent from a ping
 * @returns the normalised values with the errors; values are usable only where there are no errors
 */
export function readFields(
  definitions: readonly FieldDefinition[],
  input: { readonly [name: string]: unknown },
  call: 'ping' | 'post',
): { readonly fields: LeadFields; readonly errors: readonly FieldError[] } {
  const fields = emptyLead()
  const errors: FieldError[] = []
  const missing = (definition: FieldDefinition) =>
    errors.push({ field: definition.name, code: 'missing_required', expected: expectedOf(definition) })
  const conditional: FieldDefinition[] = []
  for (const definition of definitions) {
    const raw = Object.hasOwn(input, definition.name) ? input[definition.name] : undefined
    if (raw === undefined || raw === null || (typeof raw === 'string' && raw.trim() === '')) {
      if (definition.requiredOn !== 'ping' && call === 'ping') continue
      if (definition.requiredWhen !== undefined) conditional.push(definition)
      else if (definition.required) missing(definition)
      continue
    }
    const read = readValue(definition, raw)
    if (read.ok) fields[definition.name] = read.value
    else errors.push({ field: definition.name, code: read.code, expected: read.expected ?? expectedOf(definition) })
  }
  for (const definition of conditional) {
    if (definition.requiredWhen?.every((filter) => holdsFor(filter, fields, call))) missing(definition)
  }
  return { fields, errors }
}

/** A ping is partial: what it does not carry says nothing, not even that it is absent. */
function holdsFor(filter: Filter, fields: LeadFields, call: 'ping' | 'post'): boolean {
  const value = fields[filter.field]
  return (call === 'post' || value !== undefined) && passesFilter(filter, value)
}
