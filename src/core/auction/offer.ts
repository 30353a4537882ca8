/**
 * An auction that shows its best bid first and waits for the lead: the offer, and what it binds the sale to.
 *
 * Nothing is reserved for an offer. The supplier is promised a payout until a time that leaves the bidder's post its own; a
 * lead that comes in time is sold for at least that, or not at all.
 */
import { supplierPayout } from '../money/payout'
import type { AuctionCommand } from './commands'
import type { AuctionEvent, RankedBid } from './events'
import { stands } from './rank'
import { type AuctionState, type Closed, hasLead, type Offer } from './state'
import { offerGoneAt } from './timing'

type Offered = Extract<AuctionState, { phase: 'offered' }>

/** A bid that holds for longer is offered for no longer than this, so that every offer comes to an end. */
const MAX_BID_VALID_MS = 24 * 60 * 60 * 1_000

/** @returns the offer of the best bid that still holds, or null where none does */
export function makeOffer(state: Closed, now: number): AuctionEvent | null {
  const best = state.ranking.find((bid) => postableUntil(state, bid.contractId) > now)
  if (best === undefined) return null
  const { contractId, priceMicros } = best
  const payoutMicros = supplierPayout(state.plan.payout, priceMicros)
  return { type: 'offered', at: now, offer: { contractId, payoutMicros, validUntil: postableUntil(state, contractId) } }
}

/** Takes a lead that came before the offer ended, also where it took until now to let it in. */
export function onTake(
  state: Offered,
  { receivedAt, exclusions }: Extract<AuctionCommand, { type: 'take' }>,
  now: number,
): AuctionEvent[] {
  const { closedAt, offer } = state
  if (receivedAt < closedAt || receivedAt > now || receivedAt >= offer.validUntil || now >= offerGoneAt(offer))
    return []
  return [{ type: 'offer_taken', at: receivedAt, exclusions }]
}

/** @returns the end of an offer whose time is over; nothing before */
export function expire(state: Offered, now: number): AuctionEvent[] {
  return now >= offerGoneAt(state.offer) ? [{ type: 'offer_expired', at: now }] : []
}

/** Whether a ranked bid may be sold to now: of a direct sale any that stands; of an offer those that keep what was promised. */
export function mayBuy(state: Closed, bid: RankedBid, now: number): boolean {
  const { offer } = state
  if (offer === null) return state.plan.mode === 'direct' && isStanding(state, bid, now)
  if (offer.takenAt === null || isExcluded(offer, bid.contractId) || isBelowPromise(state, bid)) return false
  // The offer itself was taken in time, however long it took to let the lead in.
  return bid.contractId === offer.contractId || postableUntil(state, bid.contractId) > now
}

/** Why a bidder that was not tried could not have been; null where that was for no such reason. */
export function offerReason(
  state: Closed,
  bid: RankedBid,
  now: number,
): 'bid_expired' | 'offer_expired' | 'below_promise' | null {
  const { offer } = state
  if (state.plan.mode === 'direct') return isStanding(state, bid, now) ? null : 'bid_expired'
  if (offer === null) return 'bid_expired'
  if (offer.takenAt === null) {
    if (bid.contractId === offer.contractId) return 'offer_expired'
    return rankOf(state, bid.contractId) < rankOf(state, offer.contractId) ? 'bid_expired' : null
  }
  if (isBelowPromise(state, bid)) return 'below_promise'
  return postableUntil(state, bid.contractId) > now ? null : 'bid_expired'
}

/** Whether the offer's time passed without a lead. */
export function isUntaken(state: AuctionState): boolean {
  return state.phase === 'settled' && state.offer !== null && !hasLead(state)
}

/** A sale below what was promised counts only on top of sales that have made the promise good. */
function isBelowPromise({ plan, attempts, offer }: Closed, { priceMicros }: RankedBid): boolean {
  if (offer === null) return false
  const accepted = attempts.filter(({ stage }) => stage.at === 'accepted')
  const paidMicros = accepted.reduce((sum, { payoutMicros }) => sum + payoutMicros, 0)
  return paidMicros < offer.payoutMicros && supplierPayout(plan.payout, priceMicros) < offer.payoutMicros
}

/** Whether the bidder, by its own word, still buys: it may have been passed over for others until its time was up. */
function isStanding({ answers }: Closed, { contractId }: RankedBid, now: number): boolean {
  const answer = answers.get(contractId)?.answer
  return answer === undefined || stands(answer, now)
}

function isExcluded({ exclusions }: Offer, contractId: string): boolean {
  return exclusions.some((exclusion) => exclusion.contractId === contractId)
}

function rankOf({ ranking }: Closed, contractId: string): number {
  return ranking.findIndex((bid) => bid.contractId === contractId)
}

/** The last moment at which a lead reaches the bidder while its bid holds, if its post takes all the time that it may. */
function postableUntil({ plan, answers }: Closed, contractId: string): number {
  const answered = answers.get(contractId)
  const contender = plan.contenders.find(({ id }) => id === contractId)
  if (answered?.answer.kind !== 'bid' || contender === undefined) return 0
  const longest = answered.at + MAX_BID_VALID_MS
  const validUntil = Math.min(answered.answer.validUntil ?? answered.at + contender.bidValidMs, longest)
  return Math.floor(validUntil) - contender.postTimeoutMs
}
