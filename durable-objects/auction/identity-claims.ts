/**
 * An auction's claims on its lead's identity. Taken before anything is stored or sent, one object after the other in the
 * order of the keys: of two auctions that want the same keys, the first at the first key gets them all.
 */
import type { IdentityIndexRpc, SubmitLead } from '../../src/contracts/objects'
import type { AuctionState } from '../../src/core/auction/state'
import { statusOf } from '../../src/core/auction/summary'
import { IDENTITY_PREFIX_CHARS } from '../identity-index'
import type { AuctionServices } from './services'

/** Longer than any auction runs before it can say more: a hold that outlives it ends by itself. */
const HOLD_MS = 10 * 60 * 1_000
const DAY_MS = 24 * 60 * 60 * 1_000

type Identified = Pick<SubmitLead, 'identity' | 'terms'>

interface Share {
  readonly index: IdentityIndexRpc
  readonly keys: readonly string[]
}

export class IdentityClaims {
  readonly #services: AuctionServices
  readonly #auctionId: string
  /** What the index was told last, so that it is told once by this instance; null where that failed. */
  #told: { readonly outcome: 'seen' | 'free'; readonly telling: Promise<void> } | null = null

  constructor(services: AuctionServices, auctionId: string) {
    this.#services = services
    this.#auctionId = auctionId
  }

  /** @returns false where another auction holds the lead's identity; nothing is claimed then */
  async take(lead: Identified): Promise<boolean> {
    const taken: Share[] = []
    for (const share of this.#shares(lead)) {
      if (await share.index.claim({ keys: share.keys, auctionId: this.#auctionId, holdMs: HOLD_MS })) {
        taken.push(share)
        continue
      }
      for (const { index, keys } of taken) await index.release({ keys, auctionId: this.#auctionId })
      return false
    }
    return true
  }

  /** Gives back what was taken for a lead that did not become this auction's after all. */
  async drop(lead: Identified): Promise<void> {
    for (const { index, keys } of this.#shares(lead)) await index.release({ keys, auctionId: this.#auctionId })
  }

  /** Says what became of the lead: seen where it was sold or may have been, free where nobody bought it. */
  async tell(lead: Identified, state: AuctionState): Promise<void> {
    if (lead.identity === null) return
    const outcome = statusOf(state) === 'unsold' ? 'free' : 'seen'
    if (this.#told?.outcome !== outcome) {
      const telling = this.#say(outcome, lead, lead.identity.days * DAY_MS)
      this.#told = { outcome, telling }
      telling.catch(() => {
        if (this.#told?.telling === telling) this.#told = null
      })
    }
    await this.#told.telling
  }

  async #say(outcome: 'seen' | 'free', lead: Identified, seenMs: number): Promise<void> {
    for (const { index, keys } of this.#shares(lead)) {
      const claim = { keys, auctionId: this.#auctionId }
      if (outcome === 'seen') await index.confirm({ ...claim, seenMs })
      else await index.release(claim)
    }
  }

  #shares({ identity, terms }: Identified): readonly Share[] {
    const byPrefix = Map.groupBy(identity?.keys ?? [], (key) => key.slice(0, IDENTITY_PREFIX_CHARS))
    return [...byPrefix].map(([prefix, keys]) => {
      return { index: this.#services.identityIndex(terms.tenantId, terms.campaignId, prefix), keys }
    })
  }
}
