/** By what the supplier's gate knows a request again that carries an Idempotency-Key. */
import type { Principal } from '../app'

const DAY_MS = 24 * 60 * 60 * 1_000

/** The contract's memory of an Idempotency-Key. */
export const KEY_LIFE_MS = 30 * DAY_MS

/** @returns the key in its scope: client, method and path; a key that took another's place is the same client */
export function requestKeyOf({ clientId }: Principal, path: string, idempotencyKey: string): string {
  return `key:${clientId}:POST ${path}:${idempotencyKey}`
}
