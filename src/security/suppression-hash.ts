/**
 * What suppression keeps in place of a phone or an email: 64 bits of a keyed hash, the tenant bound into it, so that neither
 * a stored list nor the index tells anybody without the key whom it is about, and no two tenants' lists compare.
 *
 * Hashed entries are hashed once more: an MD5 of a phone number is as good as the number. A lead's own contact is brought
 * into each form that a list may have, and only those that lists have.
 */
import { type Contact, canonical, spellings } from '../core/suppression/contact'
import { type HashAlgorithm, KIND_BITS, type SuppressionEntry } from '../core/suppression/entry'
import { toHex, utf8 } from './bytes'
import type { KeyedHash } from './keyed-hash'

/** The halves of 64 bits; the index is ordered by the higher one. */
export interface EntryHash {
  readonly low: number
  readonly high: number
}

const DIGESTS: { readonly [algorithm in HashAlgorithm]: string } = { md5: 'MD5', sha1: 'SHA-1', sha256: 'SHA-256' }
const ALGORITHMS = Object.keys(DIGESTS) as HashAlgorithm[]

export class SuppressionHash {
  readonly #hash: KeyedHash

  /** @param hash under a key of its own */
  constructor(hash: KeyedHash) {
    this.#hash = hash
  }

  ofEntry(tenantId: string, entry: SuppressionEntry): Promise<EntryHash> {
    return entry.kind === 'raw'
      ? this.#of(tenantId, entry.type, entry.text)
      : this.#of(tenantId, entry.algorithm, entry.hex)
  }

  /** @returns what a removal takes away: a raw value takes those of its hashes with it that the list may hold */
  async ofRemoval(tenantId: string, entry: SuppressionEntry, kinds: number): Promise<readonly EntryHash[]> {
    if (entry.kind === 'raw') return this.ofContact(tenantId, entry, kinds)
    return [await this.ofEntry(tenantId, entry)]
  }

  /**
   * @param kinds what the lists hold, as bits
   * @returns what the contact would be on such lists; nothing where it is no phone or email at all
   */
  async ofContact(tenantId: string, contact: Contact, kinds: number): Promise<readonly EntryHash[]> {
    const { type } = contact
    const hashes: Promise<EntryHash>[] = []
    const text = (kinds & KIND_BITS[type]) === 0 ? null : canonical(contact)
    if (text !== null) hashes.push(this.#of(tenantId, type, text))
    const wanted = ALGORITHMS.filter((algorithm) => (kinds & KIND_BITS[`${algorithm}_${type}`]) !== 0)
    for (const spelling of wanted.length === 0 ? [] : spellings(contact)) {
      for (const algorithm of wanted) hashes.push(this.#ofDigest(tenantId, algorithm, spelling))
    }
    return Promise.all(hashes)
  }

  async #ofDigest(tenantId: string, algorithm: HashAlgorithm, text: string): Promise<EntryHash> {
    const digest = await crypto.subtle.digest(DIGESTS[algorithm], utf8(text))
    return this.#of(tenantId, algorithm, toHex(new Uint8Array(digest)))
  }

  async #of(tenantId: string, kind: string, text: string): Promise<EntryHash> {
    const { buffer } = await this.#hash.sign(`${tenantId}\n${kind}\n${text}`)
    const view = new DataView(buffer)
    return { low: view.getUint32(0, true), high: view.getUint32(4, true) }
  }
}
