/**
 * The fingerprint of a request: a keyed hash of its canonical body. Keyed, because the body holds personal data and a plain
 * hash of a phone number is the phone number.
 */
import { toBase64Url } from './bytes'
import type { KeyedHash } from './keyed-hash'

/** @returns the same text for the same request, whatever the order of its members or the white space between them. */
export async function fingerprintOf(hash: KeyedHash, path: string, body: unknown): Promise<string> {
  return toBase64Url(await hash.sign(`${path}\n${canonicalJson(body)}`))
}

/** JSON with the members of every object in order of their names. The depth of a body was bounded when it was read. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member
    return Object.fromEntries(Object.entries(member).sort(([left], [right]) => (left < right ? -1 : 1)))
  })
}
