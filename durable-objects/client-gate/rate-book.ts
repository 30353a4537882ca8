/**
 * Who holds which share of a client's rate, and what was given out call by call.
 *
 * Shares are in memory; what of them is stored, so that a restart never gives out more than the limit, src/core decides. What was
 * given out call by call is not stored: after a restart nothing is, until it cannot count any more.
 */
import type { RateAnswer, RateQuestion } from '../../src/contracts/client-gate'
import { shareableOf } from '../../src/core/limits/request-rate'
import {
  DELIVERY_MS,
  grantShare,
  SHARE_LIFE_MS,
  type Share,
  type StoredShares,
  sharesAfterRestart,
  sharesToStore,
  sumOfShares,
} from '../../src/core/limits/shares'
import { SlidingSecond } from '../../src/core/limits/sliding-second'

const SHARES = 'request-shares'
const SETTLED_MS = 1_000 + DELIVERY_MS

export class RateBook {
  readonly #kv: SyncKvStorage
  readonly #permits = new SlidingSecond(DELIVERY_MS)
  /** Before that, permits of an earlier life may still count. */
  readonly #permitsFrom: number
  #stored: StoredShares | null
  /** Null until the first is asked for in this life. */
  #shares: readonly Share[] | null = null

  /** @param now when this life began, ms since 1970 */
  constructor(kv: SyncKvStorage, now: number) {
    this.#kv = kv
    this.#stored = kv.get<StoredShares>(SHARES) ?? null
    this.#permitsFrom = this.#stored === null ? now : now + SETTLED_MS
  }

  ask({ holder, wanted, waiting, used, limit }: RateQuestion, now: number): RateAnswer {
    const shareable = shareableOf(limit)
    const known = this.#shares ?? sharesAfterRestart(this.#stored, shareable, now)
    // Permits that are out have taken their part of what could be shared.
    const free = Math.min(shareable, limit - this.#permits.countAt(now))
    const { perSecond, shares } = grantShare(known, { holder, wanted, limit: free, now })
    this.#shares = shares
    this.#store(shares, shareable, now)
    const left = now < this.#permitsFrom ? 0 : limit - sumOfShares(shares)
    const beyond = Math.max(0, waiting - Math.max(0, perSecond - used))
    const permits = this.#permits.take(beyond, left, now)
    const others = sumOfShares(shares.filter((share) => share.holder !== holder))
    return { perSecond, lifeMs: SHARE_LIFE_MS, permits, others }
  }

  #store(shares: readonly Share[], limit: number, now: number): void {
    const store = shares.length === 0 ? null : sharesToStore(this.#stored, shares, { limit, now })
    if (store === null) return
    this.#stored = store
    this.#kv.put(SHARES, store)
  }
}
