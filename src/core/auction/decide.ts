/**
 * What an auction does next. Every command yields the events that follow from it at once, so that whoever drives the
 * auction only has to store them and act on the state they lead to.
 *
 * Here is the bid window; what follows it is in offer.ts and selling.ts.
 */
import { unreachable } from '../assert'
import type { AskedAt, AuctionCommand } from './commands'
import type { AuctionEvent, PingAnswer } from './events'
import { evolve } from './evolve'
import { expire, makeOffer, onTake } from './offer'
import type { AuctionPlan } from './plan'
import { firstTier, hasAllAnswers, heardAt, inTier, isUnbeatable, judgeAnswer, rankBids } from './rank'
import {
  endLost,
  onPostAnswer,
  onReservation,
  onResolve,
  onRetry,
  sellingStep,
  settleStep,
  tierToOpen,
} from './selling'
import type { AuctionState } from './state'
import { isNewDeath, isOverdue, windowEndOf } from './timing'

export type { AuctionCommand } from './commands'

/** What a command leads to. */
export interface Advance {
  /** None where the command comes too late or twice. */
  readonly events: readonly AuctionEvent[]
  /** The state after them. */
  readonly state: AuctionState
}

/** @returns the events of `advance` alone */
export function decide(state: AuctionState, command: AuctionCommand, now: number): readonly AuctionEvent[] {
  return advance(state, command, now).events
}

/** @param now milliseconds since 1970 */
export function advance(state: AuctionState, command: AuctionCommand, now: number): Advance {
  const events = react(state, command, now)
  let current = state
  for (const event of events) current = evolve(current, event)
  // Ends by itself: each step opens the next tier, closes a window, makes the one offer, uses up a ranked bid, fixes an unknown's next try, or
  // settles.
  for (let next = step(current, now); next.length > 0; next = step(current, now)) {
    events.push(...next)
    for (const event of next) current = evolve(current, event)
  }
  return { events, state: current }
}

function react(state: AuctionState, command: AuctionCommand, now: number): AuctionEvent[] {
  switch (command.type) {
    case 'plan':
      return state.phase === 'absent' ? [{ type: 'planned', at: now, plan: command.plan }] : []
    case 'open':
      return state.phase === 'planned' ? openTier(state.plan, firstTier(state.plan), now) : []
    case 'answer':
      return state.phase === 'pinging' ? onAnswer(state, command, now) : []
    case 'close':
      return state.phase === 'pinging' ? closeLate(state, command.askedAt, now) : []
    case 'take':
      return state.phase === 'offered' ? onTake(state, command, now) : []
    case 'reservation':
      return state.phase === 'selling' ? onReservation(state, command, now) : []
    case 'post_answer':
      return state.phase === 'selling' ? onPostAnswer(state, command, now) : []
    case 'retry':
      return state.phase === 'selling' ? onRetry(state, command, now) : []
    case 'resolve':
      return state.phase === 'selling' ? onResolve(state, command, now) : []
    case 'recover':
      return recover(state, now)
    case 'watchdog':
      return watchdog(state, now)
    case 'acknowledge': {
      if (state.phase === 'absent') return []
      const isNews = command.sequence > state.acknowledged && command.sequence <= state.sequence
      return isNews ? [{ type: 'acknowledged', at: now, sequence: command.sequence }] : []
    }
    case 'telling_died': {
      const { sequence } = command
      if (state.phase === 'absent' || !isNewDeath(state, sequence, now)) return []
      return [{ type: 'telling_died', at: now, sequence }]
    }
    case 'tell_again':
      return state.phase === 'absent' || state.died === null ? [] : [{ type: 'telling_renewed', at: now }]
    default:
      return unreachable(command)
  }
}

/** Opens the window of one tier; buyers without a ping bid their price at once. */
function openTier(plan: AuctionPlan, tier: number, now: number): AuctionEvent[] {
  const fixed = inTier(plan, tier).filter(({ pings }) => !pings)
  return [
    { type: 'window_opened', at: now, tier },
    ...fixed.map((contender): AuctionEvent => {
      const answer = judgeAnswer(plan, contender, { kind: 'bid', priceMicros: contender.priceMicros })
      return { type: 'answered', at: now, contractId: contender.id, askedAt: null, answer }
    }),
  ]
}

type Pinging = Extract<AuctionState, { phase: 'pinging' }>

const TIMED_OUT: PingAnswer = { kind: 'no', reason: 'timed_out', detail: null }
const TOO_LATE: PingAnswer = { kind: 'no', reason: 'timed_out', detail: 'bid after the window' }

/** A bid that comes before the close but after the window's time is late all the same: timers are not punctual. */
function onAnswer(
  state: Pinging,
  { contractId, askedAt, answer: said }: Extract<AuctionCommand, { type: 'answer' }>,
  now: number,
): AuctionEvent[] {
  const contender = inTier(state.plan, state.tier).find(({ id }) => id === contractId)
  if (contender === undefined || state.answers.has(contractId)) return []
  const isLate = said.kind === 'bid' && now > windowEndOf(state)
  const answer = isLate ? TOO_LATE : judgeAnswer(state.plan, contender, heardAt(said, now))
  return [{ type: 'answered', at: now, contractId, askedAt, answer }]
}

/** Closes with whoever has not answered counted as timed out, at the moment of closing. */
function closeLate(state: Pinging, askedAt: AskedAt, now: number): AuctionEvent[] {
  const late = inTier(state.plan, state.tier)
    .filter(({ id }) => !state.answers.has(id))
    .map(({ id }): AuctionEvent => {
      return { type: 'answered', at: now, contractId: id, askedAt: askedAt[id] ?? null, answer: TIMED_OUT }
    })
  return [...late, { type: 'window_closed', at: now, cause: 'window_over', ranking: rankBids(state) }]
}

/** Closes a window whose pings are gone with what was heard; a *planned* auction is opened by whoever drives it. */
function recover(state: AuctionState, now: number): AuctionEvent[] {
  if (state.phase === 'pinging') return closeLate(state, {}, now)
  if (state.phase === 'offered') return expire(state, now)
  return state.phase === 'selling' ? endLost(state, now, () => true) : []
}

function watchdog(state: AuctionState, now: number): AuctionEvent[] {
  if (state.phase === 'pinging') return now > windowEndOf(state) ? closeLate(state, {}, now) : []
  if (state.phase === 'offered') return expire(state, now)
  return state.phase === 'selling' ? endLost(state, now, (running) => isOverdue(state, running, now)) : []
}

/** What follows by itself from where the auction stands. */
function step(state: AuctionState, now: number): readonly AuctionEvent[] {
  if (state.phase === 'pinging') {
    const allAnswered = hasAllAnswers(state)
    if (!allAnswered && !isUnbeatable(state)) return []
    const cause = allAnswered ? 'all_answered' : 'unbeatable'
    return [{ type: 'window_closed', at: now, cause, ranking: rankBids(state) }]
  }
  if (state.phase !== 'selling') return []
  const offer = state.plan.mode === 'offer' && state.offer === null ? makeOffer(state, now) : null
  if (offer !== null) return [offer]
  const next = sellingStep(state, now)
  if (next !== null) return [next]
  const tier = tierToOpen(state, now)
  if (tier !== null) return openTier(state.plan, tier, now)
  const end = settleStep(state, now)
  return end === null ? [] : [end]
}
