/**
 * What can happen in an auction. The list of events is the auction's record and its trace: the state is folded from it.
 *
 * `at` is milliseconds since 1970. Nothing here is personal data: a trace is shown to operators and kept.
 */
import type { BidReason } from '../reasons'
import type { AuctionPlan } from './plan'

/** What a buyer said to a ping, as the dialect read it. */
export type PingAnswer =
  | {
      readonly kind: 'bid'
      readonly priceMicros: number
      /** Until when the buyer stands by it, ms since 1970; left out where the buyer did not say. */
      readonly validUntil?: number
    }
  | { readonly kind: 'no'; readonly reason: BidReason; readonly detail: string | null }

/** What a buyer said to a post. */
export type PostAnswer =
  | { readonly kind: 'accepted'; readonly reference: string | null; readonly redirectUrl: string | null }
  | {
      readonly kind: 'rejected'
      readonly reason: string
      /** Whether the buyer's own words were read; a bare status code of a retry does not undo an unknown. */
      readonly parsed: boolean
      /** How long the buyer asks to be left alone. */
      readonly retryAfterMs?: number
    }
  | { readonly kind: 'unknown'; readonly reason: string; readonly retryAfterMs?: number }

export type CloseCause = 'all_answered' | 'window_over' | 'unbeatable'

export type AuctionEvent =
  | { readonly type: 'planned'; readonly at: number; readonly plan: AuctionPlan }
  /** Once for each tier that is tried. */
  | { readonly type: 'window_opened'; readonly at: number; readonly tier: number }
  /** `askedAt` is when the buyer's slot came; null where it was never asked. */
  | {
      readonly type: 'answered'
      readonly at: number
      readonly contractId: string
      readonly askedAt: number | null
      readonly answer: PingAnswer
    }
  | {
      readonly type: 'window_closed'
      readonly at: number
      readonly cause: CloseCause
      /** Who may buy, best first. */
      readonly ranking: readonly RankedBid[]
    }
  /** The supplier was shown what it would be paid. */
  | { readonly type: 'offered'; readonly at: number; readonly offer: OfferTerms }
  /** The supplier posted its lead in time; `at` is when that came in. */
  | { readonly type: 'offer_taken'; readonly at: number; readonly exclusions: readonly Exclusion[] }
  /** Nobody posted a lead to it. */
  | { readonly type: 'offer_expired'; readonly at: number }
  | {
      readonly type: 'attempt_started'
      readonly at: number
      readonly contractId: string
      readonly attempt: number
      readonly priceMicros: number
      readonly payoutMicros: number
    }
  | {
      readonly type: 'reservation_denied'
      readonly at: number
      readonly contractId: string
      readonly reason: BidReason
    }
  | { readonly type: 'post_started'; readonly at: number; readonly contractId: string; readonly tryNumber: number }
  | { readonly type: 'post_answered'; readonly at: number; readonly contractId: string; readonly answer: PostAnswer }
  | { readonly type: 'retry_scheduled'; readonly at: number; readonly contractId: string; readonly retryAt: number }
  /** No more tries: a person decides. */
  | { readonly type: 'parked'; readonly at: number; readonly contractId: string }
  /** A person has said what became of it. */
  | {
      readonly type: 'resolved'
      readonly at: number
      readonly contractId: string
      readonly outcome: 'sold' | 'not_sold'
      /** The buyer's id of the lead, where it was sold and is known. */
      readonly reference: string | null
    }
  | { readonly type: 'settled'; readonly at: number; readonly outcome: 'sold' | 'unsold' }
  | { readonly type: 'acknowledged'; readonly at: number; readonly sequence: number }
  /** The queue gave up on telling the database of this sequence. */
  | { readonly type: 'telling_died'; readonly at: number; readonly sequence: number }
  /** A person has it told anew. */
  | { readonly type: 'telling_renewed'; readonly at: number }

/** What was promised to the supplier. */
export interface OfferTerms {
  /** Whose bid it is. */
  readonly contractId: string
  readonly payoutMicros: number
  /** Milliseconds since 1970; a lead that comes then is too late. */
  readonly validUntil: number
}

/** A bidder that does not take the whole lead. */
export interface Exclusion {
  readonly contractId: string
  readonly reason: BidReason
  readonly detail: string | null
}

export interface RankedBid {
  readonly contractId: string
  readonly priceMicros: number
}
