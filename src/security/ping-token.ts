/**
 * The ping id: `<payload>.<kid>.<mac>`, a promise that the edge can check without a look-up.
 *
 * It binds campaign, supplier, mode, expiry, the auction's object and a keyed hash of each pinged field, so that a lead
 * may add fields but not change them. One hash a field, not one over all, lets the error name the field that changed; each
 * is salted with the auction's id, so that two tokens do not tell whether they were pinged for the same person.
 */
import type { LeadFields } from '../core/lead/fields'
import type { KeyedHash } from './keyed-hash'
import { hashField, SignedTokens, type TokenKey } from './signed-token'

/** The contract's life of an eligibility ping. */
export const PING_TOKEN_LIFE_MS = 30 * 60 * 1_000

const PURPOSE = { version: 'gavel.ping.v1', mac: 'ping token', fields: 'ping fields' }

export type PingTokenKey = TokenKey

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

export class PingTokens {
  readonly #tokens: SignedTokens

  /** @param keys the first signs; all verify, so that a new key is added in front and an old one removed 30 minutes later */
  constructor(keys: readonly PingTokenKey[]) {
    this.#tokens = new SignedTokens(keys, PURPOSE)
  }

  /** @param fields the pinged fields, normalised */
  async sign(claims: PingClaims, fields: LeadFields): Promise<string> {
    const payload: Payload = {
      cid: claims.campaignId,
      sid: claims.supplierId,
      m: claims.mode === 'auction' ? 'a' : 'e',
      aid: claims.objectId,
      exp: claims.expiresAt,
      f: await hashFields(this.#tokens.hasher, claims.objectId, fields),
    }
    return await this.#tokens.sign(JSON.stringify(payload))
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
    const opened = await this.#tokens.open(token)
    if (opened === null) return null
    // Genuine by its MAC, so it is what was signed here and needs no further checking.
    const { cid, sid, m, aid, exp, f } = JSON.parse(opened.payload) as Payload
    const mode = m === 'a' ? 'auction' : 'eligibility'
    const claims: PingClaims = { campaignId: cid, supplierId: sid, mode, objectId: aid, expiresAt: exp }
    return { claims, hashes: f, hasher: opened.hasher }
  }
}

async function hashFields(hasher: KeyedHash, salt: string, fields: LeadFields): Promise<Payload['f']> {
  const names = Object.keys(fields).sort()
  const hashes = await Promise.all(names.map((name) => hashField(hasher, salt, name, fields[name])))
  return Object.fromEntries(hashes.map((hash, index) => [names[index], hash]))
}

function pick(fields: LeadFields, names: readonly string[]): LeadFields {
  const picked = Object.create(null) as LeadFields
  for (const name of names) {
    const value = fields[name]
    if (value !== undefined) picked[name] = value
  }
  return picked
}
