/**
 * By what a lead is found again through a phone or an email: 128 bits of a keyed hash of the contact's canonical form, the
 * tenant bound into it. Without the key it tells nobody whom it is about, and no two tenants' indexes compare.
 */
import { type Contact, canonical } from '../core/suppression/contact'
import { toBase64Url } from './bytes'
import type { KeyedHash } from './keyed-hash'

const KEY_BYTES = 16

export class ContactIndex {
  readonly #hash: KeyedHash

  /** @param hash under a key of its own */
  constructor(hash: KeyedHash) {
    this.#hash = hash
  }

  /** @returns the key, or null where the text is no phone or email at all */
  async keyOf(tenantId: string, contact: Contact): Promise<string | null> {
    const text = canonical(contact)
    if (text === null) return null
    const mac = await this.#hash.sign(`${tenantId}\n${contact.type}\n${text}`)
    return toBase64Url(mac.subarray(0, KEY_BYTES))
  }

  /** @returns the keys of all that can be read, each once */
  async keysOf(tenantId: string, contacts: readonly Contact[]): Promise<readonly string[]> {
    const keys = await Promise.all(contacts.map((contact) => this.keyOf(tenantId, contact)))
    return [...new Set(keys.filter((key) => key !== null))]
  }
}
