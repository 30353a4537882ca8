/**
 * An auction's claims on its lead's identity. Taken before anything is stored or sent, one object after the other in the
 * order of the keys: of two auctions that want the same keys, the first at the first key gets them all.
 */
import type { SubmitLead } from '../../src/contracts/auction-lead'
import type { IdentityIndexRpc } from '../../src/contracts/identity-index'
import type { AuctionState } from '../../src/core/auction/state'
import { statusOf } from '../../src/core/auction/summary'
import { IDENTITY_PREFIX_CHARS } from '../identity-index'
import type { AuctionServices } from './services'

const DAY_MS = 24 * 60 * 60 * 1_000

type Identified = Pick<SubmitLead, 'identity' | 'terms'>

interface Share {
  readonly index: IdentityIndexRpc
  readonly keys: readonly string[]
}

export class IdentityClaims {
  readonly #services: AuctionServices
  readonly #auctionId: string
  /** The release, so that it is told once by this instance; null where that failed. */
  #releasing: Promise<void> | null = null

  constructor(services: AuctionServices, auctionId: string) {
    this.#services = services
    this.#auctionId = auctionId
  }

  /** @returns false where another auction holds the lead's identity; nothing is claimed then */
  async take(lead: Identified): Promise<boolean> {
    const { days = 0 } = lead.identity ?? {}
    const taken: Share[] = []
    for (const share of this.#shares(lead)) {
      if (await share.index.claim({ keys: share.keys, auctionId: this.#auctionId, seenMs: days * DAY_MS })) {
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

  /** Frees the lead's identity where nobody bought it. Otherwise the claim stands: it was sold, or may have been. */
  async tell(lead: Identified, state: AuctionState): Promise<void> {
    if (lead.identity === null || statusOf(state) !== 'unsold') return
    if (this.#releasing === null) {
      const releasing = this.drop(lead)
      this.#releasing = releasing
      releasing.catch(() => {
        if (this.#releasing === releasing) this.#releasing = null
      })
    }
    await this.#releasing
  }

  #shares({ identity, terms }: Identified): readonly Share[] {
    const byPrefix = Map.groupBy(identity?.keys ?? [], (key) => key.slice(0, IDENTITY_PREFIX_CHARS))
    return [...byPrefix].map(([prefix, keys]) => {
      return { index: this.#services.identityIndex(terms.tenantId, terms.campaignId, prefix), keys }
    })
  }
}
