/**
 * A campaign as the edge decides from it: plain data, compiled from the configuration when that changes.
 *
 * What buyers' endpoints look like is not here: deciding needs the terms of a contract, never its templates.
 */
import type { FieldDefinition } from '../lead/fields'
import type { Filter } from '../lead/filters'
import type { Schedule } from '../limits/schedule'
import type { PayoutTerms } from '../money/payout'

export type PingMode = 'eligibility' | 'auction'
export type Distribution = 'ping_post' | 'waterfall' | 'round_robin' | 'weighted'
export type OnUnknown = 'retry' | 'hold'

export interface Campaign {
  readonly id: string
  readonly tenantId: string
  /** Grows by one with every change of anything that the snapshot holds. */
  readonly version: number
  readonly name: string
  readonly vertical: string
  readonly subVertical: string | null
  readonly status: 'active' | 'paused'
  readonly type: 'ping_post' | 'direct_post'
  readonly pingMode: PingMode
  readonly distribution: Distribution
  readonly currency: string
  readonly floorMicros: number
  readonly maxSells: number
  readonly bidWindowMs: number
  readonly postTimeoutMs: number
  readonly deadlineMs: number
  readonly fields: readonly FieldDefinition[]
  readonly filters: readonly Filter[]
  readonly dedupe: { readonly fields: readonly string[]; readonly days: number } | null
  /** Lists whose phones and emails the campaign takes from nobody; left out where there are none. */
  readonly suppressionListIds?: readonly string[]
}

/** A supplier's place in a campaign. */
export interface SourceLink {
  readonly supplierId: string
  readonly supplierName: string
  readonly active: boolean
  readonly payout: PayoutTerms
  /** Delivered for real, left out of money and reports. */
  readonly testMode: boolean
  /** Whether the supplier's gate counts leads, payouts and pings here; where not, it is not asked. */
  readonly capped: { readonly leads: boolean; readonly payouts: boolean; readonly pings: boolean }
  /** How many auctions of the supplier may run at the same time; the default where left out. */
  readonly maxConcurrentAuctions?: number
}

/** A buyer's place in a campaign: what the auction needs to judge and rank it. */
export interface ContractTerms {
  readonly id: string
  readonly buyerId: string
  readonly buyerName: string
  /** Contract and buyer both active. */
  readonly active: boolean
  /** The fixed price: the bid of a buyer without a ping, and of a yes that carries no price. */
  readonly priceMicros: number
  readonly priority: number
  readonly weight: number
  readonly tier: number
  readonly minBidMicros: number | null
  readonly maxBidMicros: number | null
  readonly bidValidMs: number
  readonly onUnknown: OnUnknown
  readonly filters: readonly Filter[]
  /** Whether the buyer is asked for a bid, and for how long at most. */
  readonly pings: boolean
  readonly pingTimeoutMs: number
  readonly postTimeoutMs: number
  /** When the buyer takes leads; left out where it always does. */
  readonly schedule?: Schedule
  /** Lists whose phones and emails this buyer does not take; left out where there are none. */
  readonly suppressionListIds?: readonly string[]
}
