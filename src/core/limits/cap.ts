/**
 * Caps: how much may be sold in a period, by count, by amount, or both.
 *
 * Pure arithmetic over what the caller counted; who counts, and that no two count at once, is BuyerAccount's affair.
 */
import { type Period, periodStart } from './period'

export interface Cap {
  readonly period: Period
  /** IANA name; the period is counted there. */
  readonly timeZone: string
  readonly count: number | null
  readonly amountMicros: number | null
}

/** What was held or sold from a moment on. */
export interface Usage {
  readonly count: number
  readonly amountMicros: number
}

/** @returns since when a cap's usage counts for something that happens at `at`. */
export function capWindowStart(cap: Cap, at: number): number {
  return periodStart(cap.period, cap.timeZone, at)
}

/** Whether nothing more can be sold within the cap, at any price. */
export function isCapReached(cap: Cap, used: Usage): boolean {
  if (cap.count !== null && used.count >= cap.count) return true
  return cap.amountMicros !== null && used.amountMicros >= cap.amountMicros
}

/** Whether one more sale at this price stays within the cap. */
export function fitsCap(cap: Cap, used: Usage, priceMicros: number): boolean {
  if (cap.count !== null && used.count + 1 > cap.count) return false
  return cap.amountMicros === null || used.amountMicros + priceMicros <= cap.amountMicros
}
