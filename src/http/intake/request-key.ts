const DAY_MS = 24 * 60 * 60 * 1_000

/** The contract's memory of an Idempotency-Key. */
export const KEY_LIFE_MS = 30 * DAY_MS
