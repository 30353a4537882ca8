/** Money and shares as they stand in JSON: a number with a bounded number of decimals, read into whole micros. */
import { z } from '@hono/zod-openapi'
import { microsFromNumber, type PartsPerMillion } from '../core/money/micros'

/** A non-negative amount with at most six decimals. */
export const amountSchema = z
  .number()
  .refine((value) => microsFromNumber(value) !== null, {
    error: 'amount from 0 to 1000000000 with at most six decimals',
  })
  .openapi({ minimum: 0, example: 38.5 })

/** A percentage from 0 to 100 with at most four decimals. */
export const percentSchema = z
  .number()
  .refine((value) => percentToShare(value) !== null, { error: 'percentage from 0 to 100 with at most four decimals' })
  .openapi({ minimum: 0, maximum: 100, example: 75 })

/**
 * @param amount a number that amountSchema took
 * @returns micros
 */
export function amountToMicros(amount: number): number {
  const micros = microsFromNumber(amount)
  if (micros === null) throw new Error('amount was not checked by amountSchema')
  return micros
}

/** @returns parts per million of a percentage, or null where it is out of range or too fine. */
export function percentToShare(percent: number): PartsPerMillion | null {
  const micros = microsFromNumber(percent)
  if (micros === null || micros > 100_000_000 || micros % 100 !== 0) return null
  return micros / 100
}
