/**
 * `<payload>.<kid>.<mac>`: text that comes back as it was given out, or not at all. Checked without a look-up.
 *
 * Every purpose has a version prefix and a derived key of its own, so that what was given out for one is nothing for another.
 */
import { fromBase64Url, toBase64Url, utf8 } from './bytes'
import { deriveKey, KeyedHash } from './keyed-hash'

const MAX_TOKEN_CHARS = 48 * 1_024

export interface TokenKey {
  /** 1 to 16 characters of [A-Za-z0-9_-]. */
  readonly kid: string
  readonly secret: Uint8Array<ArrayBuffer>
}

/** What a token is given out for. */
export interface TokenPurpose {
  /** Signed in front of every payload. */
  readonly version: string
  /** Names the key that signs. */
  readonly mac: string
  /** Names the key that hashes fields inside the payload. */
  readonly fields: string
}

interface Signer {
  readonly kid: string
  readonly mac: KeyedHash
  readonly fields: KeyedHash
}

export class SignedTokens {
  readonly #version: string
  readonly #signers: ReadonlyMap<string, Signer>
  readonly #current: Signer

  /** @param keys the first signs; all verify, so that a new key is added in front and an old one removed later */
  constructor(keys: readonly TokenKey[], purpose: TokenPurpose) {
    this.#version = purpose.version
    const signers = keys.map(({ kid, secret }): Signer => {
      const [mac, fields] = [deriveKey(secret, purpose.mac), deriveKey(secret, purpose.fields)]
      return { kid, mac: new KeyedHash(mac), fields: new KeyedHash(fields) }
    })
    const [current] = signers
    if (current === undefined) throw new Error('at least one ping token key is needed')
    if (new Set(keys.map(({ kid }) => kid)).size < keys.length) throw new Error('two ping token keys share a key id')
    this.#current = current
    this.#signers = new Map(signers.map((signer) => [signer.kid, signer]))
  }

  /** The hash for fields in payloads that are signed now. */
  get hasher(): KeyedHash {
    return this.#current.fields
  }

  async sign(payload: string): Promise<string> {
    const { kid, mac } = this.#current
    const encoded = toBase64Url(utf8(payload))
    return `${encoded}.${kid}.${toBase64Url(await mac.sign(this.#signedText(encoded, kid)))}`
  }

  /** @returns what was signed, and the hash of its fields; null for anything that was not given out here */
  async open(token: string): Promise<{ readonly payload: string; readonly hasher: KeyedHash } | null> {
    const parts = token.length <= MAX_TOKEN_CHARS ? token.split('.') : []
    const [encoded, kid, mac] = parts
    if (parts.length !== 3 || encoded === undefined || kid === undefined || mac === undefined) return null
    const signer = this.#signers.get(kid)
    const macBytes = fromBase64Url(mac)
    // The last character of a MAC has bits to spare; only the one spelling that was given out is taken.
    if (signer === undefined || macBytes === null || toBase64Url(macBytes) !== mac) return null
    if (!(await signer.mac.verify(this.#signedText(encoded, kid), macBytes))) return null
    return {
      payload: new TextDecoder().decode(fromBase64Url(encoded) ?? new Uint8Array()),
      hasher: signer.fields,
    }
  }

  #signedText(encoded: string, kid: string): string {
    return `${this.#version}.${encoded}.${kid}`
  }
}

const FIELD_HASH_BYTES = 8

/** @returns a hash that can be compared with another of the same field, salt and value, and tells nothing else */
export async function hashField(hasher: KeyedHash, salt: string, name: string, value: unknown): Promise<string> {
  const mac = await hasher.sign(`${salt}\n${name}\n${typeof value}\n${value}`)
  return toBase64Url(mac.subarray(0, FIELD_HASH_BYTES))
}
