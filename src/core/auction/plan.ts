/**
 * What an auction knows before it begins: decided once, never changed.
 */
import type { ContractTerms, Distribution } from '../campaign/campaign'
import type { Refusal } from '../campaign/intake'
import type { PayoutTerms } from '../money/payout'

/** A buyer contract in this auction. */
export interface Contender extends ContractTerms {
  /** Breaks ties of price and priority: a keyed hash of auction and buyer, so that a replay gives the same order. */
  readonly tieBreak: string
}

export interface AuctionPlan {
  /** `direct` sells as soon as the window closes; `offer` shows its bid first and waits for the post. */
  readonly mode: 'direct' | 'offer'
  readonly distribution: Distribution
  /** Contract ids in the order of their turns; null where the distribution has none. */
  readonly turns: readonly string[] | null
  readonly floorMicros: number
  readonly maxSells: number
  readonly bidWindowMs: number
  readonly postTimeoutMs: number
  /** From the opening of the window, or from the taking of an offer, to the last moment a first post may begin. */
  readonly deadlineMs: number
  /** From the opening of the window to the last moment an offer may be made; left out where the mode is `direct`. */
  readonly offerWithinMs?: number
  readonly payout: PayoutTerms
  readonly testMode: boolean
  readonly contenders: readonly Contender[]
  readonly refusals: readonly Refusal[]
}
