/**
 * When a signing key signs and for how long its public half must stand in the JWKS: pure arithmetic, so that every isolate
 * comes to the same answer without being told.
 *
 * Time is cut into periods of 30 days, and each has one key. A key is made one whole period before it signs, so that whoever
 * keeps the JWKS for a while has it by then; it stays for an hour after, which is longer than any token lives.
 */
export const PERIOD_MS = 30 * 24 * 60 * 60 * 1_000
/** How long a public key is shown after it has ceased to sign. */
export const AFTERLIFE_MS = 60 * 60 * 1_000

/** @returns the number of the period whose key signs now */
export function periodAt(now: number): number {
  return Math.floor(now / PERIOD_MS)
}

/** @returns the periods whose keys must be there: the present and the next */
export function periodsToHave(now: number): readonly number[] {
  return [periodAt(now), periodAt(now) + 1]
}

/** Whether every token that the period's key signed is over by now. */
export function isOver(period: number, now: number): boolean {
  return now >= (period + 1) * PERIOD_MS + AFTERLIFE_MS
}
