/**
 * Secrets at rest: AES-256-GCM under a master key, written as `v1.<iv>.<ciphertext>`, or `v2.<kid>.…` with a key that has a
 * name.
 *
 * The purpose is bound as additional data, so that a sealed value cannot be moved to where another kind is read.
 */
import { fromBase64Url, toBase64Url, utf8 } from './bytes'
import { checkedMasterKeys, type MasterKeys, readSealed, sealedPrefix } from './master-keys'

const IV_BYTES = 12

export class SealedBox {
  readonly #kid: string
  readonly #keys: ReadonlyMap<string, Promise<CryptoKey>>

  /** @param masterKeys the first seals, all open */
  constructor(masterKeys: MasterKeys) {
    const keys = checkedMasterKeys(masterKeys)
    this.#kid = keys[0].kid
    const imported = keys.map(({ kid, secret }) => {
      return [kid, crypto.subtle.importKey('raw', secret, 'AES-GCM', false, ['encrypt', 'decrypt'])] as const
    })
    this.#keys = new Map(imported)
  }

  /** @param purpose what the value is, as `buyer-secrets`; must be the same when opening */
  async seal(text: string, purpose: string): Promise<string> {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
    const sealed = await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv, additionalData: utf8(purpose) },
      await this.#key(this.#kid),
      utf8(text),
    )
    return `${sealedPrefix(this.#kid)}${toBase64Url(iv)}.${toBase64Url(new Uint8Array(sealed))}`
  }

  /** @throws where the value was not sealed with one of the keys for this purpose: a wrong key, never a caller's mistake */
  async open(sealed: string, purpose: string): Promise<string> {
    const { kid, rest } = readSealed(sealed)
    const [iv, ciphertext, ...more] = rest.split('.')
    const [ivBytes, bytes] = [fromBase64Url(iv ?? ''), fromBase64Url(ciphertext ?? '')]
    if (more.length > 0 || ivBytes === null || bytes === null) throw new Error('not a sealed value')
    const opened = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: ivBytes, additionalData: utf8(purpose) },
      await this.#key(kid),
      bytes,
    )
    // A byte-order mark is part of the text like any other character.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(opened)
  }

  /** @returns the value under the key that seals now, or null where it is already. @throws as `open` does */
  async reseal(sealed: string, purpose: string): Promise<string | null> {
    if (sealed.startsWith(sealedPrefix(this.#kid))) return null
    return await this.seal(await this.open(sealed, purpose), purpose)
  }

  #key(kid: string): Promise<CryptoKey> {
    const key = this.#keys.get(kid)
    if (key === undefined) throw new Error('sealed under a master key that is not among those given')
    return key
  }
}
