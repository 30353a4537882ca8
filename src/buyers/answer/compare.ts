/**
 * How the values of an answer are compared with a rule's.
 *
 * Case and surrounding space are ignored; `true`, `"true"`, `1` and `"1"` mean the same, and so do their opposites, since
 * buyers change the type of a status between one call and the next.
 */
import type { AnswerRule } from '../../contracts/buyer-contract'
import { MICROS_PER_UNIT } from '../../core/money/micros'
import type { Scalar } from './path'
import { readPrice } from './price'

export type Wanted = string | number | boolean | null

/** @returns whether the two mean the same; nothing means the same as null */
export function means(actual: Scalar, wanted: Wanted): boolean {
  if (wanted === null) return false
  const [left, right] = [canonical(actual), canonical(wanted)]
  if (left === right) return true
  // A rule's number is a number however the buyer pads it: 2 is "2.0" and "02".
  return typeof wanted === 'number' && numberOf(actual) === wanted
}

function canonical(value: Scalar): string {
  const text = String(value).trim().toLowerCase()
  if (text === '1') return 'true'
  return text === '0' ? 'false' : text
}

/** @returns a number, also from a text that spells one or a price; null otherwise */
export function numberOf(value: Scalar): number | null {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return null
  if (/^\s*[+-]?\d{1,15}(\.\d{1,15})?\s*$/.test(value)) return Number(value)
  const price = readPrice(value)
  return price.ok ? price.micros / MICROS_PER_UNIT : null
}

export type OrderOp = Extract<AnswerRule['op'], 'gt' | 'gte' | 'lt' | 'lte'>

/** @returns whether the value stands so to the number; what is no number stands in no order */
export function isOrdered(op: OrderOp, actual: Scalar, wanted: Wanted): boolean {
  const [left, right] = [numberOf(actual), wanted === null ? null : numberOf(wanted)]
  if (left === null || right === null) return false
  switch (op) {
    case 'gt':
      return left > right
    case 'gte':
      return left >= right
    case 'lt':
      return left < right
    case 'lte':
      return left <= right
  }
}
