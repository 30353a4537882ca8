/**
 * Where an auction stands. Each phase holds what is known in it and nothing else.
 */
import type { BidReason } from '../reasons'
import type { CloseCause, Exclusion, OfferTerms, PingAnswer, RankedBid } from './events'
import type { AuctionPlan } from './plan'

/** One buyer tried. At any time accepted + unknown + posting is at most `maxSells`. */
export interface Attempt {
  readonly contractId: string
  /** Counts from 1 over the auction; with the auction's id it names the reservation. */
  readonly number: number
  readonly priceMicros: number
  readonly payoutMicros: number
  /** When the window closed that its bid was in; of an offer, when the lead was posted to it. */
  readonly closedAt: number
  readonly stage: AttemptStage
}

export type AttemptStage =
  | { readonly at: 'reserving'; readonly since: number }
  | { readonly at: 'posting'; readonly since: number; readonly tryNumber: number; readonly wasUnknown: boolean }
  | {
      readonly at: 'accepted'
      readonly since: number
      readonly reference: string | null
      readonly redirectUrl: string | null
    }
  /** The buyer's account would not take it: nothing was sent. */
  | { readonly at: 'denied'; readonly since: number; readonly reason: BidReason }
  | { readonly at: 'rejected'; readonly since: number; readonly reason: string }
  | {
      readonly at: 'unknown'
      readonly since: number
      readonly reason: string
      readonly tryNumber: number
      /** When to send again; null until that is decided. */
      readonly retryAt: number | null
      /** How long the buyer asked to be left alone. */
      readonly retryAfterMs?: number
      /** Left to the operator. */
      readonly parked: boolean
    }

/** Stages in which something runs in memory that a restart would lose. */
export type RunningStage = Extract<AttemptStage, { at: 'reserving' | 'posting' }>

export interface Answered {
  readonly askedAt: number | null
  readonly at: number
  readonly answer: PingAnswer
}

interface Begun {
  readonly plan: AuctionPlan
  readonly plannedAt: number
  readonly answers: ReadonlyMap<string, Answered>
  /** Of all tiers so far. */
  readonly attempts: readonly Attempt[]
  /** Grows with each change that the database is told of; 0 while there is nothing to tell. */
  readonly sequence: number
  /** The newest sequence that the database holds. */
  readonly acknowledged: number
  /** How often the queue gave up on telling the newest sequence, and when last; null where it did not. */
  readonly died: Died | null
}

export interface Died {
  readonly sequence: number
  readonly count: number
  readonly at: number
}

interface Opened extends Begun {
  /** When the first window opened: the deadline counts from there. */
  readonly openedAt: number
  /** The tier whose window is, or was last, open, and since when. */
  readonly tier: number
  readonly tierOpenedAt: number
}

export interface Closed extends Opened {
  readonly closedAt: number
  readonly closeCause: CloseCause
  /** The bids of the tier, best first. */
  readonly ranking: readonly RankedBid[]
  /** Null where nothing was offered: the lead is sold directly, or there was no bid to offer. */
  readonly offer: Offer | null
}

export interface Offer extends OfferTerms {
  /** When the lead was posted to it; null as long as none was. */
  readonly takenAt: number | null
  readonly exclusions: readonly Exclusion[]
}

export type AuctionState =
  | { readonly phase: 'absent' }
  | ({ readonly phase: 'planned' } & Begun)
  | ({ readonly phase: 'pinging' } & Opened)
  | ({ readonly phase: 'offered' } & Closed & { readonly offer: Offer })
  | ({ readonly phase: 'selling' } & Closed)
  | ({
      readonly phase: 'settled'
      readonly settledAt: number
      readonly outcome: 'sold' | 'unsold'
    } & Closed)

export const ABSENT: AuctionState = { phase: 'absent' }

/** Came to nothing: its place is free for the next bidder. */
export function isOver(stage: AttemptStage): boolean {
  return stage.at === 'rejected' || stage.at === 'denied'
}

/** @returns how many more buyers may be tried at once; an unknown keeps its place like a sale */
export function freePlaces({ plan, attempts }: Pick<Begun, 'plan' | 'attempts'>): number {
  return plan.maxSells - attempts.filter(({ stage }) => !isOver(stage)).length
}

/** Phases in which the window is over. */
export function isClosed(
  state: AuctionState,
): state is Extract<AuctionState, { phase: 'offered' | 'selling' | 'settled' }> {
  return state.phase === 'offered' || state.phase === 'selling' || state.phase === 'settled'
}

/** Whether there is a lead to sell, and to tell of: an offer that nobody posted to is none. */
export function hasLead(state: AuctionState): boolean {
  if (state.phase === 'absent') return false
  return state.plan.mode === 'direct' || (isClosed(state) && state.offer !== null && state.offer.takenAt !== null)
}
