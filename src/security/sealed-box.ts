/**
 * Secrets at rest: AES-256-GCM under the master key, written as `v1.<iv>.<ciphertext>`.
 *
 * The purpose is bound as additional data, so that a sealed value cannot be moved to where another kind is read.
 */
import { fromBase64Url, toBase64Url, utf8 } from './bytes'

const IV_BYTES = 12

export class SealedBox {
  readonly #key: Promise<CryptoKey>

  /** @param masterKey 32 random bytes */
  constructor(masterKey: Uint8Array<ArrayBuffer>) {
    if (masterKey.length !== 32) throw new Error('the master key must be 32 bytes')
    this.#key = crypto.subtle.importKey('raw', masterKey, 'AES-GCM', false, ['encrypt', 'decrypt'])
  }

  /** @param purpose what the value is, as `buyer-secrets`; must be the same when opening */
  async seal(text: string, purpose: string): Promise<string> {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
    const sealed = await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv, additionalData: utf8(purpose) },
      await this.#key,
      utf8(text),
    )
    return `v1.${toBase64Url(iv)}.${toBase64Url(new Uint8Array(sealed))}`
  }

  /** @throws where the value was not sealed with this key for this purpose: a wrong master key, never a caller's mistake */
  async open(sealed: string, purpose: string): Promise<string> {
    const [version, iv, ciphertext, ...more] = sealed.split('.')
    const [ivBytes, bytes] = [fromBase64Url(iv ?? ''), fromBase64Url(ciphertext ?? '')]
    if (version !== 'v1' || more.length > 0 || ivBytes === null || bytes === null) throw new Error('not a sealed value')
    const opened = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: ivBytes, additionalData: utf8(purpose) },
      await this.#key,
      bytes,
    )
    // A byte-order mark is part of the text like any other character.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(opened)
  }
}
