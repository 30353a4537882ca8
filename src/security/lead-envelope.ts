/**
 * A lead's contact data at rest: AES-256-GCM under a data key of its own, and that key wrapped by the tenant's key.
 *
 * Whoever erases the wrapped key erases the lead, in every copy and backup of its fields. The tenant's key is derived from
 * the master key by HKDF, so that one tenant's key opens nothing of another's; it is kept as a handle, never as bytes.
 */
import { fromBase64Url, toBase64Url, utf8 } from './bytes'
import { checkedMasterKeys, type MasterKeys, readSealed, sealedPrefix } from './master-keys'

/** What fields are sealed as; their key is the lead's own, and named by nobody. */
const FIELDS_PREFIX = 'v1.'
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
  readonly #kid: string
  readonly #masters: ReadonlyMap<string, Promise<CryptoKey>>
  readonly #tenantKeys = new Map<string, Promise<CryptoKey>>()

  /** @param masterKeys the first wraps, all unwrap */
  constructor(masterKeys: MasterKeys) {
    const keys = checkedMasterKeys(masterKeys)
    this.#kid = keys[0].kid
    this.#masters = new Map(
      keys.map(({ kid, secret }) => [kid, crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey'])]),
    )
  }

  /** @param fieldsJson the lead's fields as JSON */
  async seal(fieldsJson: string, tenantId: string): Promise<SealedLead> {
    const dataKeyBytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES))
    const dataKey = await importDataKey(dataKeyBytes, 'encrypt')
    const [fields, sealedKey] = await Promise.all([
      crypto.subtle.encrypt({ name: 'AES-GCM', iv: FIXED_IV }, dataKey, utf8(fieldsJson)),
      this.#wrap(dataKeyBytes, tenantId),
    ])
    return { sealedFields: `${FIELDS_PREFIX}${toBase64Url(new Uint8Array(fields))}`, sealedKey }
  }

  /** @throws where the lead was not sealed for this tenant with one of the keys: tampering or a wrong key, never a "no" */
  async open({ sealedFields, sealedKey }: SealedLead, tenantId: string): Promise<string> {
    if (!sealedFields.startsWith(FIELDS_PREFIX)) throw new Error('not a sealed lead')
    const fields = bytesOf(sealedFields.slice(FIELDS_PREFIX.length))
    const dataKey = await importDataKey(await this.#unwrap(sealedKey, tenantId), 'decrypt')
    return new TextDecoder().decode(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: FIXED_IV }, dataKey, fields))
  }

  /** @returns the data key wrapped by the key that wraps now, or null where it is already. @throws as `open` does */
  async rewrap(sealedKey: string, tenantId: string): Promise<string | null> {
    if (sealedKey.startsWith(sealedPrefix(this.#kid))) return null
    return await this.#wrap(new Uint8Array(await this.#unwrap(sealedKey, tenantId)), tenantId)
  }

  async #wrap(dataKeyBytes: Uint8Array<ArrayBuffer>, tenantId: string): Promise<string> {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
    const tenantKey = await this.#tenantKey(this.#kid, tenantId)
    const wrapped = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, tenantKey, dataKeyBytes)
    return `${sealedPrefix(this.#kid)}${toBase64Url(concat(iv, new Uint8Array(wrapped)))}`
  }

  async #unwrap(sealedKey: string, tenantId: string): Promise<ArrayBuffer> {
    const { kid, rest } = readSealed(sealedKey)
    const wrapped = bytesOf(rest)
    if (wrapped.length !== IV_BYTES + KEY_BYTES + TAG_BYTES) throw new Error('not a sealed lead')
    return await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: wrapped.slice(0, IV_BYTES) },
      await this.#tenantKey(kid, tenantId),
      wrapped.slice(IV_BYTES),
    )
  }

  /** Deriving would add half again to the time of sealing, so it is done once for each tenant that this isolate meets. */
  #tenantKey(kid: string, tenantId: string): Promise<CryptoKey> {
    const name = `${kid}/${tenantId}`
    const known = this.#tenantKeys.get(name)
    if (known !== undefined) return known
    if (this.#tenantKeys.size >= MAX_TENANT_KEYS) this.#tenantKeys.clear()
    const key = this.#deriveTenantKey(kid, tenantId)
    this.#tenantKeys.set(name, key)
    return key
  }

  async #deriveTenantKey(kid: string, tenantId: string): Promise<CryptoKey> {
    const master = this.#masters.get(kid)
    if (master === undefined) throw new Error('sealed under a master key that is not among those given')
    return crypto.subtle.deriveKey(
      { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: utf8(`gavel lead v1 ${tenantId}`) },
      await master,
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

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64Url(text)
  if (bytes === null) throw new Error('not a sealed lead')
  return bytes
}
