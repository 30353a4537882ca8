/**
 * Whether a filter can ever hold for a value of its field, told while the operator still looks at it.
 *
 * Says no only where no value that a lead can have would be let through, or told apart: a filter that is merely unusual
 * stands. Fields that nobody declared are judged by what their name says of them, and anything goes where it says nothing.
 */
import { readValue } from './field-value'
import { expectedOf, type FieldDefinition, type FieldValue } from './fields'
import { type Filter, passesFilter } from './filters'

/** The exchange's own member: the first digits of a ZIP code, in text. */
const ZIP3 = 'zip3'

/** What of a text can be found in a value: at its beginning, at its end, or anywhere. */
const PARTS: { readonly [kind: string]: { readonly [op: string]: RegExp } } = {
  zip: {
    starts_with: /^(?:\d{1,5}|\d{5}-\d{0,4})$/,
    ends_with: /^(?:\d{1,5}|\d{0,5}-\d{4})$/,
    contains: /^\d{0,5}-?\d{0,4}$/,
  },
  zip3: { starts_with: /^\d{1,3}$/, ends_with: /^\d{1,3}$/, contains: /^\d{1,3}$/ },
  state: { starts_with: /^[a-z]{1,2}$/i, ends_with: /^[a-z]{1,2}$/i, contains: /^[a-z]{1,2}$/i },
  phone: { starts_with: /^\+?\d{1,15}$/, ends_with: /^\d{1,15}$/, contains: /^\+?\d{1,15}$/ },
}

const PART_WORDS: { readonly [kind: string]: string } = {
  zip: 'digits of a ZIP code, as 770',
  zip3: 'up to three digits',
  state: 'letters of a two-letter state code',
  phone: 'digits of a phone number without spaces and punctuation',
}

/**
 * Judges a filter by the field that it is on.
 *
 * @returns what its value should have been, in words for a person; null where some value of the field passes
 */
export function filterMisfit(field: FieldDefinition, filter: Filter): string | null {
  switch (filter.op) {
    case 'exists':
    case 'not_exists':
      return null
    case 'eq':
    case 'ne':
    case 'in':
    case 'not_in':
      return listed(filter.value).every((value) => canEqual(field, value)) ? null : valueWords(field)
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
    case 'between':
      return boundsMisfit(field, filter)
    case 'contains':
    case 'starts_with':
    case 'ends_with':
      return partMisfit(field, filter)
  }
}

function canEqual(field: FieldDefinition, value: FieldValue): boolean {
  const kind = kindOf(field)
  if (kind === ZIP3) return /^\d{3}$/.test(padded(value, 3))
  // Which codes there are is for the lead to say: a code is told from a name here, no more.
  if (kind === 'state') return /^[a-z]{2}$/i.test(String(value))
  const read = readValue(field, kind === 'zip' ? padded(value, 5) : value)
  return read.ok && passesFilter({ field: field.name, op: 'eq', value }, read.value)
}

/** A number has lost the zeros that a code begins with, and is compared as a number. */
function padded(value: FieldValue, digits: number): string {
  return typeof value === 'number' ? String(value).padStart(digits, '0') : String(value)
}

function boundsMisfit(field: FieldDefinition, filter: Filter): string | null {
  const bounds = listed(filter.value)
  const possible = valuesOf(field)
  if (possible !== null) return possible.some((value) => passesFilter(filter, value)) ? null : valueWords(field)
  const [low, high] = bounds
  if (filter.op === 'between' && low !== undefined && high !== undefined && !isOrdered(low, high)) {
    return 'the lower bound first, and both of one kind'
  }
  const kind = kindOf(field)
  if (kind === 'number' || kind === 'date') {
    // Dates are compared as texts: a year, or a year and month, is a bound too.
    const isDate = (bound: FieldValue) => readValue(field, bound).ok || /^"\d{4}(-\d{2})?"$/.test(JSON.stringify(bound))
    const isBound = kind === 'number' ? isNumeric : isDate
    return bounds.every(isBound) ? null : expectedOf(field)
  }
  return null
}

/** A number and a text that spells none have no order. */
function isOrdered(low: FieldValue, high: FieldValue): boolean {
  return passesFilter({ field: '', op: 'gte', value: low }, high)
}

function isNumeric(value: FieldValue): boolean {
  return passesFilter({ field: '', op: 'gte', value }, 0) || passesFilter({ field: '', op: 'lt', value }, 0)
}

function partMisfit(field: FieldDefinition, filter: Filter): string | null {
  const possible = valuesOf(field)
  if (possible !== null) return possible.some((value) => passesFilter(filter, value)) ? null : valueWords(field)
  const kind = kindOf(field)
  const part = String(listed(filter.value)[0] ?? '')
  const pattern = PARTS[kind]?.[filter.op]
  return pattern === undefined || pattern.test(part) ? null : (PART_WORDS[kind] ?? null)
}

/** @returns all values that the field can have, or null where they are not counted */
function valuesOf({ type, values }: FieldDefinition): readonly FieldValue[] | null {
  return type === 'boolean' ? [true, false] : values
}

/** The type, but for what only a name says. */
function kindOf({ name, type, values }: FieldDefinition): string {
  return name === ZIP3 && type === 'string' && values === null ? ZIP3 : type
}

function valueWords(field: FieldDefinition): string {
  const kind = kindOf(field)
  if (kind === ZIP3) return 'the first three digits of a US ZIP code'
  if (kind === 'zip') return `${expectedOf(field)}; starts_with takes its first digits`
  if (kind === 'phone') return 'digits alone, as leads have them: 5125550182, or +442079460958 outside North America'
  return expectedOf(field)
}

function listed(value: Filter['value']): readonly FieldValue[] {
  if (value === null) return []
  return typeof value === 'object' ? value : [value]
}
