/** What may be asked of a buyer's account by an auction. */
import type { Cap } from '../core/limits/cap'

export interface ReserveRequest {
  readonly auctionId: string
  readonly attempt: number
  readonly contractId: string
  readonly priceMicros: number
  /** When the attempt began, ms since 1970: it fixes the cap period. */
  readonly at: number
}

export type ReserveResult =
  | { readonly granted: true }
  | { readonly granted: false; readonly reason: 'paused' | 'capped' | 'out_of_budget' | 'account_denied' }

export interface SoldAttempt {
  /** The auction's object id. */
  readonly auctionId: string
  readonly attempt: number
}

export interface BuyerAccountRpc {
  /** Holds the price for an attempt. Asked twice, it answers twice the same; after a release it is denied. */
  reserve(request: ReserveRequest): Promise<ReserveResult>
  /** The attempts were sold: their holds become charges, all of them or none. Said twice, it is done once. */
  commit(sold: readonly SoldAttempt[]): Promise<void>
  /**
   * The attempt came to nothing: the hold is gone, and a late reserve of it is denied.
   *
   * @param until milliseconds since 1970; an attempt that began later is another beginning of it, and keeps its hold
   */
  release(auctionId: string, attempt: number, until: number): Promise<void>
  configure(configuration: AccountConfiguration): Promise<void>
}

/** What auctions ask of an account. */
export type HoldingAccountRpc = Pick<BuyerAccountRpc, 'reserve' | 'release'>

export interface AccountConfiguration {
  readonly version: number
  readonly active: boolean
  /** A cap with a contract counts what that contract sold; one without counts everything the buyer bought. */
  readonly caps: readonly (Cap & { readonly contractId: string | null })[]
  /** A budget is a cap by amount with a reason of its own. */
  readonly budgets: readonly Cap[]
  /** What all isolates together may send to the buyer; the default where it is left out. */
  readonly pingsPerSecond?: number
  /** Whether sales need a prepaid balance; where it is left out, they do from the first credit on. */
  readonly prepaid?: boolean
}
