/**
 * Tokens of pages that are shared by their address alone: `<campaign><supplier><mac>`, letters and digits only.
 *
 * Nothing is stored but a nonce beside the link of supplier and campaign: the MAC covers it, so that a new nonce makes every
 * earlier token worthless, and no look-up by token is needed. 160 bits of MAC are not guessed.
 */
import { toHex } from './bytes'
import type { KeyedHash } from './keyed-hash'

const ULID_CHARS = 26
const MAC_CHARS = 40
const TOKEN = /^[0-9A-HJKMNP-TV-Z]{52}[0-9a-f]{40}$/

/** What a token says of itself; worth nothing before `isGenuine`. */
export interface ShareClaims {
  readonly campaignId: string
  readonly supplierId: string
  readonly mac: string
}

export class ShareTokens {
  readonly #hash: KeyedHash

  constructor(hash: KeyedHash) {
    this.#hash = hash
  }

  /** @param nonce of the link; another one makes another token */
  async sign(campaignId: string, supplierId: string, nonce: string): Promise<string> {
    const mac = await this.#macOf({ campaignId, supplierId }, nonce)
    return campaignId.slice('camp_'.length) + supplierId.slice('sup_'.length) + mac
  }

  /** @returns null where the text has not the form of a token */
  read(token: string): ShareClaims | null {
    if (!TOKEN.test(token)) return null
    return {
      campaignId: `camp_${token.slice(0, ULID_CHARS)}`,
      supplierId: `sup_${token.slice(ULID_CHARS, 2 * ULID_CHARS)}`,
      mac: token.slice(2 * ULID_CHARS),
    }
  }

  /** Whether the token was signed with the link's present nonce. */
  async isGenuine(claims: ShareClaims, nonce: string): Promise<boolean> {
    const expected = await this.#macOf(claims, nonce)
    // Every character is compared: the time taken tells nothing about how many are right.
    let difference = 0
    for (let at = 0; at < MAC_CHARS; at++) difference |= expected.charCodeAt(at) ^ claims.mac.charCodeAt(at)
    return difference === 0
  }

  async #macOf({ campaignId, supplierId }: Pick<ShareClaims, 'campaignId' | 'supplierId'>, nonce: string) {
    const mac = await this.#hash.sign(`api-specs/1\n${campaignId}\n${supplierId}\n${nonce}`)
    return toHex(mac.slice(0, MAC_CHARS / 2))
  }
}
