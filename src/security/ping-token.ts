/**
 * The ping id: `<payload>.<kid>.<mac>`, a promise that the edge can check without a look-up.
 *
 * It binds campaign, supplier, mode, expiry, the auction's object and a keyed hash of each pinged field, so that a lead
 * may add fields but not change them. One hash a field, not one over all, lets the error name the field that changed; each
 * is salted with the auction's id, so that two tokens do not tell whether they were pinged for the same person.
 */
import type { LeadFields } from '../core/lead/fields'
import { fromBase64Url, toBase64Url, utf8 } from './bytes'
import { deriveKey, KeyedHash } from './keyed-hash'

/** The contract's life of an eligibility ping. */
export const PING_TOKEN_LIFE_MS = 30 * 60 * 1_000

const VERSION = 'gavel.ping.v1'
const FIELD_HASH_BYTES = 8
const MAX_TOKEN_CHARS = 16_384

export interface PingTokenKey {
  /** 1 to 16 characters of [A-Za-z0-9_-]. */
  readonly kid: string
  readonly secret: Uint8Array<ArrayBuffer>
}

export interface PingClaims {
  readonly campaignId: string
  readonly supplierId: string
  readonly mode: 'eligibility' | 'auction'
  /** The auction's object id, 64 hex characters. */
  readonly objectId: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

export type PingTokenCheck =
  | { readonly kind: 'invalid' }
  /** Genuine; `expired` and `mismatched` (field names) say what is wrong with using it now. */
  | {
      readonly kind: 'genuine'
      readonly claims: PingClaims
      readonly expired: boolean
      readonly mismatched: readonly string[]
    }

interface Payload {
  readonly cid: string
  readonly sid: string
  readonly m: 'e' | 'a'
  readonly aid: string
  readonly exp: number
  readonly f: { readonly [field: string]: string }
}

interface Signer {
  readonly kid: string
  readonly mac: KeyedHash
  readonly fields: KeyedHash
}

export class PingTokens {
  readonly #signers: ReadonlyMap<string, Signer>
  readonly #current: Signer

  /** @param keys the first signs; all verify, so that a new key is added in front and an old one removed 30 minutes later */
  constructor(keys: readonly PingTokenKey[]) {
    const signers = keys.map(({ kid, secret }): Signer => {
      const [mac, fields] = [deriveKey(secret, 'ping token'), deriveKey(secret, 'ping fields')]
      return { kid, mac: new KeyedHash(mac), fields: new KeyedHash(fields) }
    })
    const [current] = signers
    if (current === undefined) throw new Error('at least one ping token key is needed')
    if (new Set(keys.map(({ kid }) => kid)).size < keys.length) throw new Error('two ping token keys share a key id')
    this.#current = current
    this.#signers = new Map(signers.map((signer) => [signer.kid, signer]))
  }

  /** @param fields the pinged fields, normalised */
  async sign(claims: PingClaims, fields: LeadFields): Promise<string> {
    const { kid, mac, fields: hasher } = this.#current
    const payload: Payload = {
      cid: claims.campaignId,
      sid: claims.supplierId,
      m: claims.mode === 'auction' ? 'a' : 'e',
      aid: claims.objectId,
      exp: claims.expiresAt,
      f: await hashFields(hasher, claims.objectId, fields),
    }
    const encoded = toBase64Url(utf8(JSON.stringify(payload)))
    return `${encoded}.${kid}.${toBase64Url(await mac.sign(signedText(encoded, kid)))}`
  }

  /**
   * Checks a token against what it is used for.
   *
   * @param use the campaign and supplier of the call, and the lead's fields, normalised
   */
  async check(
    token: string,
    use: {
      readonly campaignId: string
      readonly supplierId: string
      readonly fields: LeadFields
      readonly now: number
    },
  ): Promise<PingTokenCheck> {
    const payload = await this.#open(token)
    if (payload === null) return { kind: 'invalid' }
    const { claims, hashes, hasher } = payload
    if (claims.campaignId !== use.campaignId || claims.supplierId !== use.supplierId) return { kind: 'invalid' }
    const pinged = Object.keys(hashes)
    const actual = await hashFields(hasher, claims.objectId, pick(use.fields, pinged))
    const mismatched = pinged.filter((name) => actual[name] !== hashes[name])
    return { kind: 'genuine', claims, expired: claims.expiresAt <= use.now, mismatched }
  }

  /** @returns what a genuine token claims, expired or not; null for anything else */
  async open(token: string): Promise<PingClaims | null> {
    return (await this.#open(token))?.claims ?? null
  }

  async #open(token: string): Promise<{ claims: PingClaims; hashes: Payload['f']; hasher: KeyedHash } | null> {
    const parts = token.length <= MAX_TOKEN_CHARS ? token.split('.') : []
    const [encoded, kid, mac] = parts
    if (parts.length !== 3 || encoded === undefined || kid === undefined || mac === undefined) return null
    const signer = this.#signers.get(kid)
    const macBytes = fromBase64Url(mac)
    // The last character of a MAC has bits to spare; only the one spelling that was given out is taken.
    if (signer === undefined || macBytes === null || toBase64Url(macBytes) !== mac) return null
    if (!(await signer.mac.verify(signedText(encoded, kid), macBytes))) return null
    const bytes = fromBase64Url(encoded)
    // Genuine by its MAC, so it is what was signed here and needs no further checking.
    const { cid, sid, m, aid, exp, f } = JSON.parse(new TextDecoder().decode(bytes ?? new Uint8Array())) as Payload
    const mode = m === 'a' ? 'auction' : 'eligibility'
    const claims: PingClaims = { campaignId: cid, supplierId: sid, mode, objectId: aid, expiresAt: exp }
    return { claims, hashes: f, hasher: signer.fields }
  }
}

function signedText(encoded: string, kid: string): string {
  return `${VERSION}.${encoded}.${kid}`
}

async function hashFields(hasher: KeyedHash, salt: string, fields: LeadFields): Promise<Payload['f']> {
  const names = Object.keys(fields).sort()
  const macs = await Promise.all(
    names.map((name) => hasher.sign(`${salt}\n${name}\n${typeof fields[name]}\n${fields[name]}`)),
  )
  return Object.fromEntries(macs.map((mac, index) => [names[index], toBase64Url(mac.subarray(0, FIELD_HASH_BYTES))]))
}

function pick(fields: LeadFields, names: readonly string[]): LeadFields {
  const picked = Object.create(null) as LeadFields
  for (const name of names) {
    const value = fields[name]
    if (value !== undefined) picked[name] = value
  }
  return picked
}
