/**
 * What an auction came to, as it is answered, stored and shown.
 */
import type { Refusal } from '../campaign/intake'
import type { BidReason } from '../reasons'
import type { Exclusion } from './events'
import { isUntaken, offerReason } from './offer'
import type { Contender } from './plan'
import { type Attempt, type AuctionState, isClosed } from './state'

export type AuctionStatus = 'sold' | 'unsold' | 'pending'

export interface Sale {
  /** The number of the attempt. */
  readonly attempt: number
  readonly contractId: string
  readonly buyerId: string
  readonly priceMicros: number
  readonly payoutMicros: number
  readonly acceptedAt: number
  /** When the window closed that its bid was in. */
  readonly closedAt: number
  readonly reference: string | null
  readonly redirectUrl: string | null
}

/** One buyer's part: its bid, and why it did not buy. */
export interface BidSummary {
  readonly contractId: string
  readonly buyerId: string
  readonly buyerName: string
  readonly priceMicros: number | null
  /** Null for a buyer that bought, and for one whose part is not over. */
  readonly reason: BidReason | null
  readonly detail: string | null
  readonly askedAt: number | null
  readonly answeredAt: number | null
  readonly attempt: Attempt | null
}

/** @returns the sales so far, in the order of their attempts. */
export function salesOf(state: AuctionState): readonly Sale[] {
  if (state.phase === 'absent') return []
  const sales: Sale[] = []
  for (const { number: attempt, stage, contractId, priceMicros, payoutMicros, closedAt } of state.attempts) {
    if (stage.at !== 'accepted') continue
    const buyerId = state.plan.contenders.find(({ id }) => id === contractId)?.buyerId ?? ''
    const { since: acceptedAt, reference, redirectUrl } = stage
    sales.push({
      attempt,
      contractId,
      buyerId,
      priceMicros,
      payoutMicros,
      closedAt,
      acceptedAt,
      reference,
      redirectUrl,
    })
  }
  return sales
}

/** `pending` as long as a sale may still come about. */
export function statusOf(state: AuctionState): AuctionStatus {
  if (state.phase !== 'absent' && state.attempts.some(({ stage }) => stage.at === 'accepted')) return 'sold'
  return state.phase === 'settled' ? 'unsold' : 'pending'
}

/**
 * Whether the supplier can be answered: the auction is settled, or all that is left is to learn what became of a post.
 */
export function isAnswerable(state: AuctionState): boolean {
  if (state.phase === 'settled') return true
  if (state.phase !== 'selling') return false
  return state.attempts.every(({ stage }) => stage.at !== 'reserving' && stage.at !== 'posting')
}

export interface LeadOutcome {
  readonly status: 'absent' | 'open' | 'sold' | 'unsold'
  /** What the supplier is paid. */
  readonly payoutMicros: number
}

/** What became of the lead, for whoever holds a place for it. */
export function leadOutcomeOf(state: AuctionState): LeadOutcome {
  if (state.phase === 'absent') return { status: 'absent', payoutMicros: 0 }
  if (state.phase !== 'settled') return { status: 'open', payoutMicros: 0 }
  const payoutMicros = salesOf(state).reduce((sum, sale) => sum + sale.payoutMicros, 0)
  return { status: state.outcome, payoutMicros }
}

/**
 * What became of one attempt, for whoever holds a price for it; `over` also where no such attempt is known (any more).
 *
 * Before the window has closed, or an offer was taken, it is `open`: a restart forgot it, and the auction that begins anew
 * may come to it again.
 */
export function attemptOutcomeOf(state: AuctionState, number: number, contractId: string): 'open' | 'sold' | 'over' {
  if (state.phase === 'absent') return 'over'
  const attempt = state.attempts.find((candidate) => candidate.number === number && candidate.contractId === contractId)
  if (attempt === undefined) return isClosed(state) && state.phase !== 'offered' ? 'over' : 'open'
  if (attempt.stage.at === 'rejected' || attempt.stage.at === 'denied') return 'over'
  return attempt.stage.at === 'accepted' ? 'sold' : 'open'
}

/** @returns the part of every buyer, in the order of the plan, with those refused before it at the end. */
export function bidsOf(state: AuctionState): readonly BidSummary[] {
  if (state.phase === 'absent') return []
  const { attempts } = state
  const asked = state.plan.contenders.map((contender): BidSummary => {
    const answered = state.answers.get(contender.id)
    const attempt = attempts.find(({ contractId }) => contractId === contender.id) ?? null
    const answer = answered?.answer
    const exclusion = exclusionOf(state, contender)
    return {
      contractId: contender.id,
      buyerId: contender.buyerId,
      buyerName: contender.buyerName,
      priceMicros: answer?.kind === 'bid' ? answer.priceMicros : null,
      reason: answer?.kind === 'no' ? answer.reason : (exclusion?.reason ?? lostReason(state, contender, attempt)),
      detail: answer?.kind === 'no' ? answer.detail : (exclusion?.detail ?? attemptDetail(attempt)),
      askedAt: answered?.askedAt ?? null,
      answeredAt: answered === undefined || answered.askedAt === null ? null : answered.at,
      attempt,
    }
  })
  return [...asked, ...state.plan.refusals.map(refused)]
}

/**
 * Why nobody bought; null where it was sold or is not over. Of an offer, why its bidder did not keep it; else the reason that
 * most buyers share.
 */
export function unsoldReason(state: AuctionState): BidReason | null {
  if (state.phase !== 'settled' || state.outcome === 'sold') return null
  if (isUntaken(state)) return 'offer_expired'
  if (state.offer !== null) {
    const { contractId } = state.offer
    return bidsOf(state).find((bid) => bid.contractId === contractId)?.reason ?? null
  }
  const counts = new Map<BidReason, number>()
  for (const { reason } of bidsOf(state)) if (reason !== null) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  const most = [...counts].sort(([, left], [, right]) => right - left)[0]
  return most?.[0] ?? null
}

function lostReason(state: AuctionState, { id, tier }: Contender, attempt: Attempt | null): BidReason | null {
  if (attempt === null) {
    if (state.phase !== 'settled') return null
    if (tier > state.tier) return 'not_reached'
    const bid = state.answers.get(id)?.answer
    const offered = bid?.kind === 'bid' ? offerReason(state, { contractId: id, ...bid }, state.settledAt) : null
    if (offered !== null && salesOf(state).length < state.plan.maxSells) return offered
    if (isUntaken(state)) return 'outbid'
    return salesOf(state).length >= state.plan.maxSells ? 'outbid' : 'not_reached'
  }
  if (attempt.stage.at === 'denied') return attempt.stage.reason
  return attempt.stage.at === 'rejected' ? 'post_rejected' : null
}

/** An attempt says more than an exclusion could: who is excluded is never tried. */
function exclusionOf(state: AuctionState, { id }: Contender): Exclusion | undefined {
  return isClosed(state) ? state.offer?.exclusions.find(({ contractId }) => contractId === id) : undefined
}

function attemptDetail(attempt: Attempt | null): string | null {
  return attempt?.stage.at === 'rejected' || attempt?.stage.at === 'unknown' ? attempt.stage.reason : null
}

function refused(refusal: Refusal): BidSummary {
  return { ...refusal, priceMicros: null, askedAt: null, answeredAt: null, attempt: null }
}
