/**
 * Selling: one buyer after the other is reserved and posted, until the places are taken or nobody is left.
 *
 * Refuses to sell twice: a post whose outcome is unknown keeps its place until the buyer, or a person, has said what became
 * of it; no other buyer is tried meanwhile.
 */
import { supplierPayout } from '../money/payout'
import type { AuctionCommand } from './commands'
import type { AuctionEvent, PostAnswer, RankedBid } from './events'
import { mayBuy } from './offer'
import type { AuctionPlan } from './plan'
import { retryDelayMs } from './retry'
import {
  type Attempt,
  type AttemptStage,
  type AuctionState,
  type Closed,
  freePlaces,
  isOver,
  type RunningStage,
} from './state'
import { deadlineOf } from './timing'

type Selling = Extract<AuctionState, { phase: 'selling' }>
type CommandOf<Type extends AuctionCommand['type']> = Extract<AuctionCommand, { type: Type }>

/** A queue may deliver early by a little; more than that is a message from somewhere else. */
const RETRY_EARLY_MS = 500

/**
 * A place granted after the deadline is not used: the supplier no longer waits, and a post that is cut off at once leaves an
 * unknown. Whoever drives the auction gives it back, as with any attempt that ends without a sale.
 */
export function onReservation(
  state: Selling,
  { contractId, denied }: CommandOf<'reservation'>,
  now: number,
): AuctionEvent[] {
  if (attemptOf(state, contractId)?.stage.at !== 'reserving') return []
  const reason = denied ?? (now < deadlineOf(state) ? null : 'not_reached')
  if (reason !== null) return [{ type: 'reservation_denied', at: now, contractId, reason }]
  return [{ type: 'post_started', at: now, contractId, tryNumber: 1 }]
}

export function onPostAnswer(
  state: Selling,
  { contractId, tryNumber, answer }: CommandOf<'post_answer'>,
  now: number,
): AuctionEvent[] {
  const stage = attemptOf(state, contractId)?.stage
  if (stage?.at !== 'posting' && stage?.at !== 'unknown') return []
  const isCurrent = stage.at === 'posting' && stage.tryNumber === tryNumber
  // The answer of an earlier try still counts when it is a yes: the buyer has the lead.
  if (!isCurrent && answer.kind !== 'accepted') return []
  return [{ type: 'post_answered', at: now, contractId, answer: weigh(state, contractId, stage, answer) }]
}

/**
 * After an unknown, only a yes, or a parsed no from a buyer that honours idempotency keys, says what became of the lead: a
 * bare 4xx may mean no more than that the buyer has seen the key before.
 */
function weigh(state: Selling, contractId: string, stage: AttemptStage, answer: PostAnswer): PostAnswer {
  if (answer.kind !== 'rejected' || stage.at !== 'posting' || !stage.wasUnknown) return answer
  const contender = state.plan.contenders.find(({ id }) => id === contractId)
  if (contender?.onUnknown === 'retry' && answer.parsed) return answer
  const { reason, retryAfterMs } = answer
  return { kind: 'unknown', reason, ...(retryAfterMs !== undefined && { retryAfterMs }) }
}

/**
 * Only what is unknown can be resolved by a person; what is being asked again has an answer coming. A no that was found out before
 * another copy left says nothing of that copy.
 */
export function onResolve(
  state: Selling,
  { contractId, outcome, reference, tries }: CommandOf<'resolve'>,
  now: number,
): AuctionEvent[] {
  const stage = attemptOf(state, contractId)?.stage
  if (stage?.at !== 'unknown') return []
  if (outcome === 'not_sold' && tries !== undefined && tries !== stage.tryNumber) return []
  return [{ type: 'resolved', at: now, contractId, outcome, reference: outcome === 'sold' ? reference : null }]
}

export function onRetry(state: Selling, { contractId, tryNumber }: CommandOf<'retry'>, now: number): AuctionEvent[] {
  const stage = attemptOf(state, contractId)?.stage
  if (stage?.at !== 'unknown' || stage.parked || stage.retryAt === null || stage.tryNumber + 1 !== tryNumber) return []
  if (now < stage.retryAt - RETRY_EARLY_MS) return []
  return [{ type: 'post_started', at: now, contractId, tryNumber }]
}

/**
 * Ends what is lost: a post that was under way has an unknown outcome, a reservation is given up once the deadline is past;
 * before that it is asked for again.
 */
export function endLost(state: Selling, now: number, isLost: (running: RunningStage) => boolean): AuctionEvent[] {
  const isLate = now >= deadlineOf(state)
  return state.attempts.flatMap(({ contractId, stage }): AuctionEvent[] => {
    if ((stage.at !== 'posting' && stage.at !== 'reserving') || !isLost(stage)) return []
    if (stage.at === 'posting') {
      return [{ type: 'post_answered', at: now, contractId, answer: { kind: 'unknown', reason: 'interrupted' } }]
    }
    return isLate ? [{ type: 'reservation_denied', at: now, contractId, reason: 'not_reached' }] : []
  })
}

/** The next thing that follows by itself: what to do about an unknown, or the next bidder. */
export function sellingStep(state: Closed, now: number): AuctionEvent | null {
  const { plan, attempts } = state
  for (const { contractId, stage, closedAt } of attempts) {
    if (stage.at === 'unknown' && stage.retryAt === null && !stage.parked)
      return afterUnknown(plan, { contractId, stage, closedAt }, now)
  }
  const next = freePlaces(state) > 0 && now < deadlineOf(state) ? nextBidder(state, now) : undefined
  if (next === undefined) return null
  const { contractId, priceMicros } = next
  const payoutMicros = supplierPayout(plan.payout, priceMicros)
  return { type: 'attempt_started', at: now, contractId, attempt: attempts.length + 1, priceMicros, payoutMicros }
}

/** The end, where nothing is under way and nothing unknown; whether anyone is left to try was asked before. */
export function settleStep({ attempts }: Closed, now: number): AuctionEvent | null {
  if (attempts.some(({ stage }) => stage.at !== 'accepted' && !isOver(stage))) return null
  const sold = attempts.some(({ stage }) => stage.at === 'accepted')
  return { type: 'settled', at: now, outcome: sold ? 'sold' : 'unsold' }
}

/**
 * The tier to try next: the one below, once everyone in this one was tried, places are left and nothing is under way.
 *
 * @returns null where the tiers are through or the time is
 */
export function tierToOpen(state: Closed, now: number): number | null {
  const { plan, attempts, tier, offer } = state
  // Whoever was not asked before the offer was made is no part of what was offered.
  if (offer !== null) return null
  if (freePlaces(state) <= 0 || now >= deadlineOf(state) || nextBidder(state, now) !== undefined) return null
  if (attempts.some(({ stage }) => stage.at === 'reserving' || stage.at === 'posting')) return null
  const below = plan.contenders.map((contender) => contender.tier).filter((other) => other > tier)
  return below.length === 0 ? null : Math.min(...below)
}

function nextBidder(state: Closed, now: number): RankedBid | undefined {
  const isTried = ({ contractId }: RankedBid) => state.attempts.some((attempt) => attempt.contractId === contractId)
  return state.ranking.find((bid) => !isTried(bid) && mayBuy(state, bid, now))
}

type UnknownStage = Extract<AttemptStage, { at: 'unknown' }>

/** An unknown is tried again by the schedule, or left to a person where the buyer would take a copy for a second lead. */
function afterUnknown(
  plan: AuctionPlan,
  { contractId, stage, closedAt }: Pick<Attempt, 'contractId' | 'closedAt'> & { readonly stage: UnknownStage },
  now: number,
): AuctionEvent {
  const contender = plan.contenders.find(({ id }) => id === contractId)
  const elapsedMs = now - closedAt
  const delay = contender?.onUnknown === 'retry' ? retryDelayMs(stage.tryNumber, stage.retryAfterMs, elapsedMs) : null
  if (delay === null) return { type: 'parked', at: now, contractId }
  return { type: 'retry_scheduled', at: now, contractId, retryAt: now + delay }
}

function attemptOf(state: Selling, contractId: string): Attempt | undefined {
  return state.attempts.find((attempt) => attempt.contractId === contractId)
}
