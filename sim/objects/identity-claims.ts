/** Mirrors durable-objects/auction/identity-claims.ts. */
import type { AuctionState } from '../../src/core/auction/state.ts'
import { statusOf } from '../../src/core/auction/summary.ts'
import type { Host, Instance } from '../engine/host.ts'
import { call } from '../engine/network.ts'
import type { Running } from '../engine/running.ts'
import type { IdentityIndexObject } from './identity-index.ts'
import type { Identity } from './lead.ts'
import type { AuctionServices } from './services.ts'

const HOLD_MS = 10 * 60 * 1_000
const DAY_MS = 24 * 60 * 60 * 1_000
const PREFIX_CHARS = 1

interface Share {
  readonly index: Host<IdentityIndexObject>
  readonly keys: readonly string[]
}

export class IdentityClaims {
  readonly #host: Host<Instance>
  readonly #services: AuctionServices
  #told: 'seen' | 'free' | null = null

  constructor(host: Host<Instance>, services: AuctionServices) {
    this.#host = host
    this.#services = services
  }

  *take(identity: Identity | null): Running<boolean> {
    const auctionId = this.#host.name
    const taken: Share[] = []
    for (const share of this.#shares(identity)) {
      const claim = { keys: share.keys, auctionId, holdMs: HOLD_MS }
      if (yield* call(this.#host, share.index, (index) => index.claim(claim))) {
        taken.push(share)
        continue
      }
      for (const { index, keys } of taken) yield* call(this.#host, index, (other) => other.release({ keys, auctionId }))
      return false
    }
    return true
  }

  *drop(identity: Identity | null): Running<void> {
    const auctionId = this.#host.name
    for (const { index, keys } of this.#shares(identity)) {
      yield* call(this.#host, index, (other) => other.release({ keys, auctionId }))
    }
  }

  *tell(identity: Identity | null, state: AuctionState): Running<void> {
    const told = statusOf(state) === 'unsold' ? 'free' : 'seen'
    if (this.#told === told || identity === null) return
    for (const { index, keys } of this.#shares(identity)) {
      const claim = { keys, auctionId: this.#host.name }
      const seenMs = identity.days * DAY_MS
      yield* call(this.#host, index, (other) =>
        told === 'seen' ? other.confirm({ ...claim, seenMs }) : other.release(claim),
      )
    }
    this.#told = told
  }

  #shares(identity: Identity | null): readonly Share[] {
    const byPrefix = Map.groupBy(identity?.keys ?? [], (key) => key.slice(0, PREFIX_CHARS))
    return [...byPrefix].map(([prefix, keys]) => ({ index: this.#services.identityIndex(prefix), keys }))
  }
}
