/**
 * Filters on a lead's fields, and the sentence that says which one failed.
 *
 * Comparison of text ignores case, as operators type values by hand. A filter never throws: a value of a type that the
 * operator cannot compare simply does not pass.
 */
import type { FieldValue, LeadFields } from './fields'

export type FilterOp =
  | 'eq'
  | 'ne'
  | 'in'
  | 'not_in'
  | 'gt'
  | 'gte'
  | 'lt'
  | 'lte'
  | 'between'
  | 'contains'
  | 'starts_with'
  | 'ends_with'
  | 'exists'
  | 'not_exists'

export interface Filter {
  readonly field: string
  readonly op: FilterOp
  /** A scalar, a list for `in`, `not_in` and `between`, nothing for `exists` and `not_exists`. */
  readonly value: FieldValue | readonly FieldValue[] | null
}

/** Whether one filter holds for the lead's value (undefined: the lead does not have the field). */
export function passesFilter(filter: Filter, value: FieldValue | undefined): boolean {
  if (filter.op === 'exists') return value !== undefined
  if (filter.op === 'not_exists') return value === undefined
  // An absent value is not equal to anything: the negative operators hold, the positive ones do not.
  if (value === undefined) return filter.op === 'ne' || filter.op === 'not_in'
  const wanted = filter.value
  switch (filter.op) {
    case 'eq':
      return same(value, scalar(wanted))
    case 'ne':
      return !same(value, scalar(wanted))
    case 'in':
      return list(wanted).some((allowed) => same(value, allowed))
    case 'not_in':
      return !list(wanted).some((refused) => same(value, refused))
    case 'gt':
      return ordered(value, scalar(wanted), (order) => order > 0)
    case 'gte':
      return ordered(value, scalar(wanted), (order) => order >= 0)
    case 'lt':
      return ordered(value, scalar(wanted), (order) => order < 0)
    case 'lte':
      return ordered(value, scalar(wanted), (order) => order <= 0)
    case 'between': {
      const [low, high] = list(wanted)
      return ordered(value, low ?? null, (order) => order >= 0) && ordered(value, high ?? null, (order) => order <= 0)
    }
    case 'contains':
      return folded(value).includes(folded(scalar(wanted)))
    case 'starts_with':
      return folded(value).startsWith(folded(scalar(wanted)))
    case 'ends_with':
      return folded(value).endsWith(folded(scalar(wanted)))
  }
}

/** @returns the filters that failed, in their order; see `failedFilters` */
export function failingFilters(
  filters: readonly Filter[],
  lead: LeadFields,
  onAbsent: 'skip' | 'fail',
): readonly Filter[] {
  return filters.filter((filter) => {
    const value = lead[filter.field]
    return !(value === undefined && onAbsent === 'skip') && !passesFilter(filter, value)
  })
}

/**
 * Runs all filters.
 *
 * @param onAbsent `skip` passes over filters on fields the lead does not have (a ping is partial); `fail` judges them
 * @returns one sentence for each filter that failed, in the order of the filters
 */
export function failedFilters(
  filters: readonly Filter[],
  lead: LeadFields,
  onAbsent: 'skip' | 'fail',
): readonly string[] {
  return failingFilters(filters, lead, onAbsent).map(describeFilter)
}

/** @returns what the filter asks for, as a sentence: `state must be one of: TX, FL, CA`. */
export function describeFilter(filter: Filter): string {
  const { field, op } = filter
  const one = String(scalar(filter.value) ?? '')
  const many = list(filter.value).join(', ')
  switch (op) {
    case 'eq':
      return `${field} must be ${one}`
    case 'ne':
      return `${field} must not be ${one}`
    case 'in':
      return `${field} must be one of: ${many}`
    case 'not_in':
      return `${field} must not be one of: ${many}`
    case 'gt':
      return `${field} must be greater than ${one}`
    case 'gte':
      return `${field} must be at least ${one}`
    case 'lt':
      return `${field} must be less than ${one}`
    case 'lte':
      return `${field} must be at most ${one}`
    case 'between':
      return `${field} must be between ${list(filter.value).join(' and ')}`
    case 'contains':
      return `${field} must contain ${one}`
    case 'starts_with':
      return `${field} must start with ${one}`
    case 'ends_with':
      return `${field} must end with ${one}`
    case 'exists':
      return `${field} must be present`
    case 'not_exists':
      return `${field} must not be present`
  }
}

/**
 * Why a filter let a lead go, with the number that it has beside the one that was asked for: `ai_quality_score 0.84 <
 * buyer_min 0.9`. Where it is not about a number, what the filter asks for.
 */
export function explainFailure(filter: Filter, value: FieldValue | undefined): string {
  const number = value === undefined ? null : numeric(value)
  const sign = number === null ? null : signOf(filter, number)
  return sign === null ? describeFilter(filter) : `${filter.field} ${value} ${sign}`
}

function signOf({ op, value: wanted }: Filter, value: number): string | null {
  const one = scalar(wanted)
  switch (op) {
    case 'gte':
      return `< buyer_min ${one}`
    case 'gt':
      return `<= buyer_min ${one}`
    case 'lte':
      return `> buyer_max ${one}`
    case 'lt':
      return `>= buyer_max ${one}`
    case 'between': {
      const [low, high] = list(wanted)
      return typeof low === 'number' && value < low ? `< buyer_min ${low}` : `> buyer_max ${high}`
    }
    default:
      return null
  }
}

function scalar(value: Filter['value']): FieldValue | null {
  return typeof value === 'object' ? (value?.[0] ?? null) : value
}

function list(value: Filter['value']): readonly FieldValue[] {
  if (value === null) return []
  return typeof value === 'object' ? value : [value]
}

function folded(value: FieldValue | null): string {
  return String(value ?? '').toLowerCase()
}

function same(left: FieldValue, right: FieldValue | null): boolean {
  if (right === null) return false
  if (typeof left === typeof right && typeof left !== 'string') return left === right
  const [a, b] = [numeric(left), numeric(right)]
  if (a !== null && b !== null && (typeof left === 'number' || typeof right === 'number')) return a === b
  return folded(left) === folded(right)
}

/** Numbers are compared as numbers, ISO dates and other text by their order as text; a mix of the two never passes. */
function ordered(left: FieldValue, right: FieldValue | null, holds: (order: number) => boolean): boolean {
  if (right === null) return false
  const [a, b] = [numeric(left), numeric(right)]
  if (a !== null && b !== null) return holds(a - b)
  if (a !== null || b !== null) return false
  const [x, y] = [folded(left), folded(right)]
  return holds(x < y ? -1 : x > y ? 1 : 0)
}

function numeric(value: FieldValue): number | null {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || !/^-?\d+(\.\d+)?$/.test(value)) return null
  return Number(value)
}
