/**
 * HMAC-SHA256 with keys derived by purpose, so that one secret never serves two uses.
 */
import { utf8 } from './bytes'

const HMAC = { name: 'HMAC', hash: 'SHA-256' }

export class KeyedHash {
  readonly #key: Promise<CryptoKey>

  /** @param secret the raw key; derive it with `deriveKey` where the secret has other uses */
  constructor(secret: Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>) {
    this.#key = Promise.resolve(secret).then((raw) =>
      crypto.subtle.importKey('raw', raw, HMAC, false, ['sign', 'verify']),
    )
  }

  /** @returns the 32 bytes of the MAC over the text's UTF-8. */
  async sign(text: string): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await crypto.subtle.sign(HMAC, await this.#key, utf8(text)))
  }

  /** Compares in constant time. */
  async verify(text: string, mac: Uint8Array<ArrayBuffer>): Promise<boolean> {
    return crypto.subtle.verify(HMAC, await this.#key, mac, utf8(text))
  }
}

/**
 * HKDF-SHA256 (RFC 5869) without salt: the input is a random key already.
 *
 * @param purpose what the derived key is for; another purpose gives an unrelated key
 * @returns 32 bytes
 */
export async function deriveKey(secret: Uint8Array<ArrayBuffer>, purpose: string): Promise<Uint8Array<ArrayBuffer>> {
  const material = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits'])
  const params = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: utf8(purpose) }
  return new Uint8Array(await crypto.subtle.deriveBits(params, material, 256))
}
