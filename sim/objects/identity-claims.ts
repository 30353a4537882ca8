/** Mirrors durable-objects/auction/identity-claims.ts. */
import type { AuctionState } from '../../src/core/auction/state.ts'
import { statusOf } from '../../src/core/auction/summary.ts'
import type { Host, Instance } from '../engine/host.ts'
import { Latch } from '../engine/latch.ts'
import { call } from '../engine/network.ts'
import { Outage, type Running } from '../engine/running.ts'
import type { IdentityIndexObject } from './identity-index.ts'
import type { Identity } from './lead.ts'
import type { AuctionServices } from './services.ts'

const DAY_MS = 24 * 60 * 60 * 1_000
const PREFIX_CHARS = 1

interface Share {
  readonly index: Host<IdentityIndexObject>
  readonly keys: readonly string[]
}

export class IdentityClaims {
  readonly #host: Host<Instance>
  readonly #services: AuctionServices
  #releasing: Latch<void> | null = null

  constructor(host: Host<Instance>, services: AuctionServices) {
    this.#host = host
    this.#services = services
  }

  *take(identity: Identity | null): Running<boolean> {
    const auctionId = this.#host.name
    const seenMs = (identity?.days ?? 0) * DAY_MS
    const taken: Share[] = []
    for (const share of this.#shares(identity)) {
      const claim = { keys: share.keys, auctionId, seenMs }
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
    if (identity === null || statusOf(state) !== 'unsold') return
    if (this.#releasing === null) {
      this.#releasing = new Latch<void>(this.#host.engine)
      this.#host.spawn(this.#release(this.#releasing, identity))
    }
    yield* this.#releasing.wait()
  }

  *#release(releasing: Latch<void>, identity: Identity): Running<void> {
    try {
      yield* this.drop(identity)
      releasing.resolve(undefined)
    } catch (error) {
      if (!(error instanceof Outage)) throw error
      if (this.#releasing === releasing) this.#releasing = null
      releasing.reject(error)
    }
  }

  #shares(identity: Identity | null): readonly Share[] {
    if (identity === null) return []
    const byPrefix = Map.groupBy(identity.keys, (key) => key.slice(0, PREFIX_CHARS))
    return [...byPrefix].map(([prefix, keys]) => ({ index: this.#services.identityIndex(prefix), keys }))
  }
}
