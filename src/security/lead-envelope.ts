/**
 * A lead's contact data at rest: AES-256-GCM under a data key of its own, and that key wrapped by the tenant's key.
 *
 * Whoever erases the wrapped key erases the lead, in every copy and backup of its fields. The tenant's key is derived from
 * the master key by HKDF, so that one tenant's key opens nothing of another's; it is kept as a handle, never as bytes.
 */
import { fromBase64Url, toBase64Url, utf8 } from './bytes'

const VERSION = 'v1'
const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16
const MAX_TENANT_KEYS = 1_000

/** A data key encrypts one text once, so its IV need not differ from another's and is not stored. */
const FIXED_IV = new Uint8Array(IV_BYTES)

export interface SealedLead {
  readonly sealedFields: string
  readonly sealedKey: string
}

export class LeadEnvelope {
  readonly #master: Promise<CryptoKey>
  readonly #tenantKeys = new Map<string, Promise<CryptoKey>>()

  /** @param masterKey 32 random bytes */
  constructor(masterKey: Uint8Array<ArrayBuffer>) {
    if (masterKey.length !== KEY_BYTES) throw new Error('the master key must be 32 bytes')
    this.#master = crypto.subtle.importKey('raw', masterKey, 'HKDF', false, ['deriveKey'])
  }

  /** @param fieldsJson the lead's fields as JSON */
  async seal(fieldsJson: string, tenantId: string): Promise<SealedLead> {
    const random = crypto.getRandomValues(new Uint8Array(KEY_BYTES + IV_BYTES))
    const [dataKeyBytes, iv] = [random.slice(0, KEY_BYTES), random.slice(KEY_BYTES)]
    const [dataKey, tenantKey] = await Promise.all([importDataKey(dataKeyBytes, 'encrypt'), this.#tenantKey(tenantId)])
    const [fields, wrapped] = await Promise.all([
      crypto.subtle.encrypt({ name: 'AES-GCM', iv: FIXED_IV }, dataKey, utf8(fieldsJson)),
      crypto.subtle.encrypt({ name: 'AES-GCM', iv }, tenantKey, dataKeyBytes),
    ])
    return { sealedFields: write(new Uint8Array(fields)), sealedKey: write(concat(iv, new Uint8Array(wrapped))) }
  }

  /** @throws where the lead was not sealed for this tenant with this master key: tampering or a wrong key, never a "no" */
  async open({ sealedFields, sealedKey }: SealedLead, tenantId: string): Promise<string> {
    const [fields, wrapped] = [read(sealedFields), read(sealedKey)]
    if (wrapped.length !== IV_BYTES + KEY_BYTES + TAG_BYTES) throw new Error('not a sealed lead')
    const dataKeyBytes = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: wrapped.slice(0, IV_BYTES) },
      await this.#tenantKey(tenantId),
      wrapped.slice(IV_BYTES),
    )
    const dataKey = await importDataKey(dataKeyBytes, 'decrypt')
    return new TextDecoder().decode(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: FIXED_IV }, dataKey, fields))
  }

  /** Deriving would add half again to the time of sealing, so it is done once for each tenant that this isolate meets. */
  #tenantKey(tenantId: string): Promise<CryptoKey> {
    const known = this.#tenantKeys.get(tenantId)
    if (known !== undefined) return known
    if (this.#tenantKeys.size >= MAX_TENANT_KEYS) this.#tenantKeys.clear()
    const key = this.#deriveTenantKey(tenantId)
    this.#tenantKeys.set(tenantId, key)
    return key
  }

  async #deriveTenantKey(tenantId: string): Promise<CryptoKey> {
    return crypto.subtle.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: utf8(`gavel lead ${VERSION} ${tenantId}`) },
      await this.#master,
      { name: 'AES-GCM', length: KEY_BYTES * 8 },
      false,
      ['encrypt', 'decrypt'],
    )
  }
}

function importDataKey(bytes: Uint8Array<ArrayBuffer> | ArrayBuffer, use: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, [use])
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length)
  bytes.set(first)
  bytes.set(second, first.length)
  return bytes
}

function write(bytes: Uint8Array): string {
  return `${VERSION}.${toBase64Url(bytes)}`
}

function read(sealed: string): Uint8Array<ArrayBuffer> {
  const [version, text] = sealed.split('.')
  const bytes = fromBase64Url(text ?? '')
  if (version !== VERSION || bytes === null) throw new Error('not a sealed lead')
  return bytes
}
