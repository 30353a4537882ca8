/**
 * When a post whose outcome is unknown is sent again: 1, 2, 4, 8 and 16 s, then over 24 hours, then never.
 */

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

const DELAYS_MS: readonly number[] = [
  1 * SECOND,
  2 * SECOND,
  4 * SECOND,
  8 * SECOND,
  16 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  1 * HOUR,
  4 * HOUR,
  8 * HOUR,
  10 * HOUR,
]

/** A buyer that asks for more is asked again all the same. */
const LONGEST_ASKED_MS = 12 * HOUR
/** Who is still unknown by then is a person's to decide, however patient the buyer wants us to be. */
const ALL_WITHIN_MS = 24 * HOUR

/**
 * @param tryNumber the try that has just ended without a known outcome, counted from 1
 * @param retryAfterMs how long the buyer asked to be left alone: it can only make a pause longer
 * @param elapsedMs since the attempt began
 * @returns how long to wait for the next one, or null where there is none
 */
export function retryDelayMs(tryNumber: number, retryAfterMs = 0, elapsedMs = 0): number | null {
  const delay = DELAYS_MS[tryNumber - 1]
  const leftMs = ALL_WITHIN_MS - elapsedMs
  if (delay === undefined || delay > leftMs) return null
  return Math.max(delay, Math.min(retryAfterMs, LONGEST_ASKED_MS, leftMs))
}
