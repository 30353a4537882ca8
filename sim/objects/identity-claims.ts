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

const HOLD_MS = 10 * 60 * 1_000
const DAY_MS = 24 * 60 * 60 * 1_000
const PREFIX_CHARS = 1

/** What the index was told last, or is being told. */
interface Told {
  readonly outcome: 'seen' | 'free'
  readonly telling: Latch<void>
}

interface Share {
  readonly index: Host<IdentityIndexObject>
  readonly keys: readonly string[]
}

export class IdentityClaims {
  readonly #host: Host<Instance>
  readonly #services: AuctionServices
  #told: Told | null = null

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
    if (identity === null) return
    const outcome = statusOf(state) === 'unsold' ? 'free' : 'seen'
    if (this.#told?.outcome !== outcome) {
      const telling = new Latch<void>(this.#host.engine)
      const told = { outcome, telling } as const
      this.#told = told
      this.#host.spawn(this.#say(told, identity))
    }
    yield* this.#told?.telling.wait() ?? []
  }

  *#say(told: Told, identity: Identity): Running<void> {
    const seenMs = identity.days * DAY_MS
    try {
      for (const { index, keys } of this.#shares(identity)) {
        const claim = { keys, auctionId: this.#host.name }
        yield* call(this.#host, index, (other) =>
          told.outcome === 'seen' ? other.confirm({ ...claim, seenMs }) : other.release(claim),
        )
      }
      told.telling.resolve(undefined)
    } catch (error) {
      if (!(error instanceof Outage)) throw error
      if (this.#told === told) this.#told = null
      told.telling.reject(error)
    }
  }

  #shares(identity: Identity | null): readonly Share[] {
    if (identity === null) return []
    const byPrefix = Map.groupBy(identity.keys, (key) => key.slice(0, PREFIX_CHARS))
    return [...byPrefix].map(([prefix, keys]) => ({ index: this.#services.identityIndex(prefix), keys }))
  }
}
