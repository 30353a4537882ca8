/** Secrets of OAuth clients, by the same hash as API keys. */
import { timingSafeEqual } from 'node:crypto'
import { hashApiKey } from './api-keys'
import { utf8 } from './bytes'

/** @returns SHA-256 of a secret, hex: what is stored and compared */
export function createClientHash(secret: string): Promise<string> {
  return hashApiKey(secret)
}

/** Compares two hashes in constant time. */
export function isSameHash(left: string, right: string): boolean {
  return left.length === right.length && timingSafeEqual(utf8(left), utf8(right))
}
