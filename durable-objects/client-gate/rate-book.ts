/**
 * Who holds which share of a client's rate, and what was given out call by call.
 *
 * Shares are in memory and stored, each before it is given out, so that a restart never gives out more than the limit and leaves none
 * of it alone. What is given out call by call is not stored, only that there is some: where there may be, a restart gives none
 * until it cannot count any more. A gate restarts whenever nobody asked it for ten seconds.
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
const PERMITS = 'permits-until'
const SETTLED_MS = 1_000 + DELIVERY_MS
/** For how long ahead it is stored that permits are out; shorter than a gate that nobody asks stays. */
const PERMITS_AHEAD_MS = 5_000
/** A share is a row every ten seconds in which a client calls. */
const UNSTORED = 0

export class RateBook {
  readonly #kv: SyncKvStorage
  readonly #permits = new SlidingSecond(DELIVERY_MS)
  /** Before that, permits of an earlier life may still count. */
  readonly #permitsFrom: number
  /** Until then it is stored that permits are out, ms since 1970. */
  #permitsUntil: number
  #stored: StoredShares | null
  /** Null until the first is asked for in this life. */
  #shares: readonly Share[] | null = null

  /** @param now when this life began, ms since 1970 */
  constructor(kv: SyncKvStorage, now: number) {
    this.#kv = kv
    this.#stored = kv.get<StoredShares>(SHARES) ?? null
    this.#permitsUntil = kv.get<number>(PERMITS) ?? 0
    this.#permitsFrom = Math.min(now, this.#permitsUntil) + SETTLED_MS
  }

  ask({ holder, wanted, waiting, used, limit }: RateQuestion, now: number): RateAnswer {
    const shareable = shareableOf(limit)
    const known = this.#shares ?? sharesAfterRestart(this.#stored, UNSTORED, now)
    // Permits that are out have taken their part of what could be shared.
    const free = Math.min(shareable, limit - this.#permits.countAt(now))
    const { perSecond, shares } = grantShare(known, { holder, wanted, limit: free, now })
    this.#shares = shares
    // Who is refused changes nothing of what is stored: a flood costs no rows.
    if (perSecond > 0) this.#store(shares, now)
    const left = now < this.#permitsFrom ? 0 : limit - sumOfShares(shares)
    const beyond = Math.max(0, waiting - Math.max(0, perSecond - used))
    const permits = this.#permits.take(beyond, left, now)
    if (permits > 0) this.#storePermits(now)
    const others = sumOfShares(shares.filter((share) => share.holder !== holder))
    return { perSecond, lifeMs: SHARE_LIFE_MS, permits, others }
  }

  #store(shares: readonly Share[], now: number): void {
    const store = sharesToStore(this.#stored, shares, { unstored: UNSTORED, now })
    if (store === null) return
    this.#stored = store
    this.#kv.put(SHARES, store)
  }

  #storePermits(now: number): void {
    if (now < this.#permitsUntil) return
    this.#permitsUntil = now + PERMITS_AHEAD_MS
    this.#kv.put(PERMITS, this.#permitsUntil)
  }
}
