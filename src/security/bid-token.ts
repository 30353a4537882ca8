/**
 * The bid token of the exchange API: `bid_<payload>.<kid>.<mac>`, what a lead is posted to an offer with.
 *
 * It binds campaign, supplier, the auction's object, the caller's own reference, expiry and the pinged fields. A ping of the
 * exchange carries no personal data, so its fields travel in the token as they are: a post need not repeat them, and is
 * judged whole without asking the auction. Long values travel as hashes, and have to be repeated.
 */
import type { LeadFields } from '../core/lead/fields'
import { hashField, SignedTokens, type TokenKey } from './signed-token'

const PREFIX = 'bid_'
const PURPOSE = { version: 'gavel.bid.v1', mac: 'bid token', fields: 'bid fields' }
const MAX_PLAIN_CHARS = 256

export interface BidClaims {
  readonly campaignId: string
  readonly supplierId: string
  /** The auction's object id, 64 hex characters. */
  readonly objectId: string
  /** The caller's own id of the auction; null where it gave none. */
  readonly reference: string | null
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

export interface OpenedBid {
  readonly claims: BidClaims
  /** What was pinged, normalised; without values that were too long to travel. */
  readonly pinged: LeadFields
  /** @returns the names of the fields that are not as they were pinged; absent ones are */
  mismatched(fields: LeadFields): Promise<readonly string[]>
}

interface Payload {
  readonly cid: string
  readonly sid: string
  readonly aid: string
  readonly ref: string | null
  readonly exp: number
  readonly f: LeadFields
  readonly h: { readonly [field: string]: string }
}

export class BidTokens {
  readonly #tokens: SignedTokens

  constructor(keys: readonly TokenKey[]) {
    this.#tokens = new SignedTokens(keys, PURPOSE)
  }

  /** @param fields the pinged fields, normalised; nothing personal */
  async sign(
    { campaignId, supplierId, objectId, reference, expiresAt }: BidClaims,
    fields: LeadFields,
  ): Promise<string> {
    const plain: [string, unknown][] = []
    const hashed: [string, string][] = []
    for (const [name, value] of Object.entries(fields)) {
      if (String(value).length <= MAX_PLAIN_CHARS) plain.push([name, value])
      else hashed.push([name, await hashField(this.#tokens.hasher, objectId, name, value)])
    }
    const [f, h] = [Object.fromEntries(plain) as LeadFields, Object.fromEntries(hashed)]
    const payload: Payload = { cid: campaignId, sid: supplierId, aid: objectId, ref: reference, exp: expiresAt, f, h }
    return `${PREFIX}${await this.#tokens.sign(JSON.stringify(payload))}`
  }

  /** @returns what a genuine token says, expired or not; null for anything else */
  async open(token: string): Promise<OpenedBid | null> {
    const opened = token.startsWith(PREFIX) ? await this.#tokens.open(token.slice(PREFIX.length)) : null
    if (opened === null) return null
    // Genuine by its MAC, so it is what was signed here and needs no further checking.
    const { cid, sid, aid, ref, exp, f, h } = JSON.parse(opened.payload) as Payload
    const claims = { campaignId: cid, supplierId: sid, objectId: aid, reference: ref, expiresAt: exp }
    return {
      claims,
      pinged: f,
      mismatched: async (fields) => {
        const wrong = Object.keys(f).filter((name) => fields[name] !== undefined && fields[name] !== f[name])
        for (const [name, hash] of Object.entries(h)) {
          const value = fields[name]
          if (value !== undefined && (await hashField(opened.hasher, aid, name, value)) !== hash) wrong.push(name)
        }
        return wrong
      },
    }
  }
}
