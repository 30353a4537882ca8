/** An auction as it is shown, before a reader's part of it is chosen. */
import type { LeadFields } from '../core/lead/fields'

/** One buyer in an auction as operators see it. */
export interface AuctionBidView {
  readonly contractId: string
  readonly buyerId: string
  readonly buyerName: string
  readonly result: 'won' | 'lost' | 'pending'
  readonly priceMicros: number | null
  readonly reason: string | null
  readonly detail: string | null
  /** Offsets from the auction's start in ms; null where the step did not happen. */
  readonly askedAtMs: number | null
  readonly answeredAtMs: number | null
  readonly post: {
    readonly startedAtMs: number
    readonly endedAtMs: number | null
    readonly outcome: 'posting' | 'accepted' | 'rejected' | 'unknown'
    readonly tries: number
    readonly reference: string | null
    /** When an unknown is asked again, RFC 3339 UTC; null where it is not. */
    readonly retryAt: string | null
    /** Unknown, and left to a person. */
    readonly isParked: boolean
  } | null
}

export interface AuctionView {
  readonly id: string
  readonly leadId: string
  readonly tenantId: string
  readonly campaignId: string
  readonly supplierId: string
  /** Whether a lead was posted: an offer that waits for one, or waited in vain, has none. */
  readonly hasLead: boolean
  /** What the supplier was shown; null where the lead was sold at once, or there was no bid. */
  readonly offer: {
    readonly payoutMicros: number
    readonly validUntil: string
    readonly takenAt: string | null
  } | null
  /** RFC 3339 UTC; the offsets count from here. */
  readonly startedAt: string
  readonly phase: string
  readonly status: 'sold' | 'unsold' | 'pending'
  readonly reason: string | null
  readonly test: boolean
  readonly currency: string
  readonly floorMicros: number
  readonly receivedAt: string
  readonly closedAtMs: number | null
  readonly closeCause: string | null
  readonly settledAt: string | null
  readonly closeToPostMs: number | null
  readonly revenueMicros: number
  readonly payoutMicros: number
  /** Buyer of the first sale. */
  readonly buyerId: string | null
  readonly redirectUrl: string | null
  readonly bids: readonly AuctionBidView[]
  readonly trace: readonly TraceStep[]
  /** Null once the lead is erased. */
  readonly fields: LeadFields | null
}

/** One step of an auction's history. */
export interface TraceStep {
  /** Offset from the auction's start in ms. */
  readonly atMs: number
  readonly step: string
  readonly buyerId: string | null
  readonly reason: string | null
  readonly detail: string | null
}
