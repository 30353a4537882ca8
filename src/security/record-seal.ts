/**
 * The personal part of an auction's own record: AES-256-GCM under a data key of that auction, the key wrapped by the tenant's.
 * Whoever drops the wrapped key drops what it sealed.
 *
 * What is sealed once an auction runs is sealed synchronously, by `node:crypto`: between what it decides and what it stores
 * nothing else may happen. That costs some 50 µs a time, and WebCrypto a fifth of it; what is sealed before an auction runs is
 * therefore sealed by that, as the same bytes. Each has a fresh IV, since one key seals every write of its record.
 */
import { Buffer } from 'node:buffer'
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { fromBase64Url, toBase64Url, utf8 } from './bytes'
import { checkedMasterKeys, type MasterKeys, readSealed, sealedPrefix } from './master-keys'

const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16
const MAX_TENANT_KEYS = 1_000

/** Seals and opens what is one auction's. */
export interface RecordSeal {
  /** To be kept beside what is sealed. */
  readonly wrappedKey: string
  /** @param part which part of the record it is; must be the same when opening */
  seal(text: string, part: string): Uint8Array
  /** @throws where it was not sealed by this key as this part */
  open(sealed: Uint8Array, part: string): string
}

export interface BegunSeal {
  readonly seal: RecordSeal
  readonly sealed: Uint8Array | null
}

/** The same key for either way of sealing. */
interface TenantKey {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly handle: Promise<CryptoKey>
}

export class RecordSeals {
  readonly #masterKeys: MasterKeys
  readonly #tenantKeys = new Map<string, TenantKey>()

  /** @param masterKeys the first wraps, all unwrap */
  constructor(masterKeys: MasterKeys) {
    this.#masterKeys = checkedMasterKeys(masterKeys)
  }

  /** @returns a seal with a new data key */
  create(tenantId: string): RecordSeal {
    const key = randomBytes(KEY_BYTES)
    return sealOf(key, this.#wrap(key, tenantId))
  }

  /**
   * @param text what is sealed first, as which part of the record; null where there is nothing yet
   * @returns a seal with a new data key, and the text sealed by it
   */
  async begin(tenantId: string, text: string | null, part: string): Promise<BegunSeal> {
    const key = crypto.getRandomValues(new Uint8Array(KEY_BYTES))
    const { kid } = this.#masterKeys[0]
    const [wrapped, sealed] = await Promise.all([
      encryptSoon(this.#tenantKey(kid, tenantId).handle, key, tenantId),
      text === null ? null : encryptSoon(handleOf(key), utf8(text), part),
    ])
    return { seal: sealOf(key, `${sealedPrefix(kid)}${toBase64Url(wrapped)}`), sealed }
  }

  /**
   * @returns the seal of this wrapped key; where an older master key wrapped it, wrapped anew
   * @throws where it was not wrapped for this tenant by one of the keys
   */
  open(wrappedKey: string, tenantId: string): RecordSeal {
    const { kid, rest } = readSealed(wrappedKey)
    const bytes = fromBase64Url(rest)
    if (bytes === null) throw new Error('not a wrapped key')
    const key = decrypt(this.#tenantKey(kid, tenantId).bytes, bytes, tenantId)
    return sealOf(key, kid === this.#masterKeys[0].kid ? wrappedKey : this.#wrap(key, tenantId))
  }

  #wrap(key: Uint8Array, tenantId: string): string {
    const { kid } = this.#masterKeys[0]
    return `${sealedPrefix(kid)}${toBase64Url(encrypt(this.#tenantKey(kid, tenantId).bytes, key, tenantId))}`
  }

  #tenantKey(kid: string, tenantId: string): TenantKey {
    const name = `${kid}/${tenantId}`
    const known = this.#tenantKeys.get(name)
    if (known !== undefined) return known
    const master = this.#masterKeys.find((candidate) => candidate.kid === kid)
    if (master === undefined) throw new Error('sealed under a master key that is not among those given')
    const info = utf8(`gavel record v1 ${tenantId}`)
    const bytes = new Uint8Array(hkdfSync('sha256', master.secret, new Uint8Array(), info, KEY_BYTES))
    const key = { bytes, handle: handleOf(bytes) }
    if (this.#tenantKeys.size >= MAX_TENANT_KEYS) this.#tenantKeys.clear()
    this.#tenantKeys.set(name, key)
    return key
  }
}

function sealOf(key: Uint8Array, wrappedKey: string): RecordSeal {
  return {
    wrappedKey,
    seal: (text, part) => encrypt(key, utf8(text), part),
    open: (sealed, part) =>
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(decrypt(key, sealed, part)),
  }
}

/** @returns IV, ciphertext and tag in one */
function encrypt(key: Uint8Array, plain: Uint8Array, boundTo: string): Uint8Array {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(CIPHER, key, iv)
  cipher.setAAD(utf8(boundTo))
  return new Uint8Array(Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]))
}

/** @returns the same as `encrypt`, later */
async function encryptSoon(
  handle: Promise<CryptoKey>,
  plain: Uint8Array<ArrayBuffer>,
  boundTo: string,
): Promise<Uint8Array> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const settings = { name: 'AES-GCM', iv, additionalData: utf8(boundTo) }
  const sealed = new Uint8Array(await crypto.subtle.encrypt(settings, await handle, plain))
  const whole = new Uint8Array(IV_BYTES + sealed.length)
  whole.set(iv)
  whole.set(sealed, IV_BYTES)
  return whole
}

function handleOf(key: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt'])
}

function decrypt(key: Uint8Array, sealed: Uint8Array, boundTo: string): Uint8Array {
  if (sealed.length < IV_BYTES + TAG_BYTES) throw new Error('not a sealed part of a record')
  const tagAt = sealed.length - TAG_BYTES
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(utf8(boundTo))
  decipher.setAuthTag(sealed.subarray(tagAt))
  return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, tagAt)), decipher.final()])
}
