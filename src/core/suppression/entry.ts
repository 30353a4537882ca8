/**
 * What one entry of a suppression list says: a contact, or the hash of one. Raw values are told from hashes by their shape,
 * unless the sender says what they are.
 */
import { type ContactType, canonicalEmail, canonicalPhone } from './contact'

export type HashAlgorithm = 'md5' | 'sha1' | 'sha256'

export type SuppressionEntry =
  | { readonly kind: 'raw'; readonly type: ContactType; readonly text: string }
  /** @property type null where nobody said of what it is the hash: it then stands for either */
  | {
      readonly kind: 'hash'
      readonly type: ContactType | null
      readonly algorithm: HashAlgorithm
      readonly hex: string
    }

/** Why an entry was not taken. The words are what an operator reads; they never quote the value. */
export const REJECT_REASONS = {
  not_a_phone: 'not a phone number of 7 to 15 digits, nor a hash of one',
  not_an_email: 'not an email address, nor a hash of one',
  not_a_hash: 'not an MD5, SHA-1 or SHA-256 in hexadecimal',
  wrong_hash_length: 'the length of the hash does not fit the stated algorithm',
  unknown_algorithm: 'algorithm is none of md5, sha1, sha256',
  unknown_type: 'type is none of phone, email',
  unrecognized: 'neither a phone number, nor an email address, nor a hash',
  no_value: 'nothing that could be suppressed',
  wrong_columns: 'another number of columns than the first line',
  not_json: 'not JSON, or neither a text nor an object',
  too_long: 'longer than 4096 characters',
} as const

export type RejectReason = keyof typeof REJECT_REASONS

export type EntryRead =
  | { readonly ok: true; readonly entry: SuppressionEntry }
  | { readonly ok: false; readonly reason: RejectReason }

/** One value, and what its sender says it is. */
export interface ListedValue {
  readonly text: string
  readonly type: ContactType | null
  readonly algorithm: HashAlgorithm | null
  /** Whether it can only be a hash. */
  readonly hashed: boolean
}

const ALGORITHM_BY_LENGTH: ReadonlyMap<number, HashAlgorithm> = new Map([
  [32, 'md5'],
  [40, 'sha1'],
  [64, 'sha256'],
])
const HEX = /^[0-9a-f]+$/i

export function readEntry({ text, type, algorithm, hashed }: ListedValue): EntryRead {
  const value = text.trim()
  const shape = HEX.test(value) ? ALGORITHM_BY_LENGTH.get(value.length) : undefined
  if (shape !== undefined) {
    if (algorithm !== null && algorithm !== shape) return { ok: false, reason: 'wrong_hash_length' }
    return { ok: true, entry: { kind: 'hash', type, algorithm: shape, hex: value.toLowerCase() } }
  }
  if (hashed || algorithm !== null) {
    return { ok: false, reason: algorithm !== null && HEX.test(value) ? 'wrong_hash_length' : 'not_a_hash' }
  }
  return readContact(value, type)
}

function readContact(value: string, type: ContactType | null): EntryRead {
  if (type !== 'phone' && value.includes('@')) {
    const email = canonicalEmail(value)
    if (email !== null) return { ok: true, entry: { kind: 'raw', type: 'email', text: email } }
  }
  if (type === 'email') return { ok: false, reason: 'not_an_email' }
  const phone = canonicalPhone(value)
  if (phone !== null) return { ok: true, entry: { kind: 'raw', type: 'phone', text: phone } }
  return { ok: false, reason: type === 'phone' ? 'not_a_phone' : value.includes('@') ? 'not_an_email' : 'unrecognized' }
}

/**
 * Which kinds of entries a list holds, as bits: what a lead is looked up by, so that a tenant without hashed lists never
 * hashes for them.
 */
export const KIND_BITS = {
  phone: 1,
  email: 2,
  md5_phone: 4,
  md5_email: 8,
  sha1_phone: 16,
  sha1_email: 32,
  sha256_phone: 64,
  sha256_email: 128,
} as const

export type EntryKind = keyof typeof KIND_BITS

export function kindBits(entry: SuppressionEntry): number {
  if (entry.kind === 'raw') return KIND_BITS[entry.type]
  const { algorithm, type } = entry
  if (type !== null) return KIND_BITS[`${algorithm}_${type}`]
  return KIND_BITS[`${algorithm}_phone`] | KIND_BITS[`${algorithm}_email`]
}

/** @returns the names of the bits that are set */
export function kindNames(bits: number): readonly EntryKind[] {
  return (Object.keys(KIND_BITS) as EntryKind[]).filter((kind) => (bits & KIND_BITS[kind]) !== 0)
}
