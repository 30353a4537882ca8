/**
 * Folds events into the state. No decision is taken here: an event that makes no sense in a phase is a bug and throws.
 */
import { unreachable } from '../assert'
import type { AuctionEvent } from './events'
import {
  ABSENT,
  type Answered,
  type Attempt,
  type AttemptStage,
  type AuctionState,
  type Closed,
  hasLead,
} from './state'

/** @returns the state after one event. */
export function evolve(state: AuctionState, event: AuctionEvent): AuctionState {
  switch (event.type) {
    case 'planned': {
      if (state.phase !== 'absent') return impossible(state, event)
      const { plan, at: plannedAt } = event
      return {
        phase: 'planned',
        plan,
        plannedAt,
        answers: NO_ANSWERS,
        attempts: [],
        sequence: 0,
        acknowledged: 0,
        died: null,
      }
    }
    case 'window_opened': {
      const { tier, at: tierOpenedAt } = event
      if (state.phase === 'planned') return { ...state, phase: 'pinging', openedAt: tierOpenedAt, tier, tierOpenedAt }
      if (state.phase !== 'selling') return impossible(state, event)
      const { plan, plannedAt, answers, attempts, sequence, acknowledged, died, openedAt } = state
      const kept = { plan, plannedAt, answers, attempts, sequence, acknowledged, died, openedAt }
      return { ...kept, phase: 'pinging', tier, tierOpenedAt }
    }
    case 'answered': {
      if (state.phase !== 'pinging') return impossible(state, event)
      const { askedAt, at, answer } = event
      return { ...state, answers: new Map(state.answers).set(event.contractId, { askedAt, at, answer }) }
    }
    case 'window_closed': {
      if (state.phase !== 'pinging') return impossible(state, event)
      const { at: closedAt, cause: closeCause, ranking } = event
      return { ...state, phase: 'selling', closedAt, closeCause, ranking, offer: null }
    }
    case 'offered': {
      if (state.phase !== 'selling' || state.offer !== null) return impossible(state, event)
      return { ...state, phase: 'offered', offer: { ...event.offer, takenAt: null, exclusions: [] } }
    }
    case 'offer_taken': {
      if (state.phase !== 'offered') return impossible(state, event)
      const { at: takenAt, exclusions } = event
      return { ...state, phase: 'selling', offer: { ...state.offer, takenAt, exclusions } }
    }
    case 'offer_expired':
      return state.phase === 'offered' ? { ...state, phase: 'selling' } : impossible(state, event)
    case 'acknowledged': {
      if (state.phase === 'absent') return impossible(state, event)
      return { ...state, acknowledged: Math.max(state.acknowledged, event.sequence) }
    }
    case 'telling_died': {
      if (state.phase === 'absent') return impossible(state, event)
      const before = state.died?.sequence === event.sequence ? state.died.count : 0
      return { ...state, died: { sequence: event.sequence, count: before + 1, at: event.at } }
    }
    case 'telling_renewed':
      return state.phase === 'absent' ? impossible(state, event) : { ...state, died: null }
    case 'settled': {
      if (state.phase !== 'selling') return impossible(state, event)
      // The database hears of leads; what was bid on and never posted is none.
      const sequence = hasLead(state) ? state.sequence + 1 : state.sequence
      return { ...state, phase: 'settled', settledAt: event.at, outcome: event.outcome, sequence }
    }
    case 'attempt_started':
    case 'reservation_denied':
    case 'post_started':
    case 'post_answered':
    case 'retry_scheduled':
    case 'parked':
    case 'resolved': {
      if (state.phase !== 'selling') return impossible(state, event)
      return evolveSelling(state, event)
    }
    default:
      return unreachable(event)
  }
}

const NO_ANSWERS: ReadonlyMap<string, Answered> = new Map()

/** @returns the state after all events, from nothing. */
export function replay(events: Iterable<AuctionEvent>): AuctionState {
  let state: AuctionState = ABSENT
  for (const event of events) state = evolve(state, event)
  return state
}

type Selling = { readonly phase: 'selling' } & Closed
type SellingEvent = Extract<
  AuctionEvent,
  {
    type:
      | 'attempt_started'
      | 'reservation_denied'
      | 'post_started'
      | 'post_answered'
      | 'retry_scheduled'
      | 'parked'
      | 'resolved'
  }
>

function evolveSelling(state: Selling, event: SellingEvent): Selling {
  if (event.type === 'attempt_started') {
    const { contractId, attempt: number, priceMicros, payoutMicros, at } = event
    const stage: AttemptStage = { at: 'reserving', since: at }
    const closedAt = state.offer?.takenAt ?? state.closedAt
    const attempt = { contractId, number, priceMicros, payoutMicros, closedAt, stage }
    return { ...state, attempts: [...state.attempts, attempt] }
  }
  const attempts = state.attempts.map((attempt) =>
    attempt.contractId === event.contractId ? { ...attempt, stage: nextStage(attempt.stage, event) } : attempt,
  )
  return { ...state, attempts, sequence: isTold(state, event) ? state.sequence + 1 : state.sequence }
}

/**
 * The database is told when an outcome becomes unknown, since the supplier is told "pending" at that moment; and of a sale
 * beside an unknown at once, since that unknown may keep the auction from settling for a day, or until a person looks.
 */
function isTold(state: Selling, event: SellingEvent): boolean {
  if (event.type !== 'post_answered' && event.type !== 'resolved') return false
  const isOpen = ({ stage }: Attempt) => stage.at === 'unknown' || (stage.at === 'posting' && stage.wasUnknown)
  const open = state.attempts.filter(isOpen)
  const wasOpen = open.some(({ contractId }) => contractId === event.contractId)
  if (event.type === 'post_answered' && event.answer.kind === 'unknown') return !wasOpen
  const isSale = event.type === 'resolved' ? event.outcome === 'sold' : event.answer.kind === 'accepted'
  return isSale && open.some(({ contractId }) => contractId !== event.contractId)
}

function nextStage(stage: AttemptStage, event: Exclude<SellingEvent, { type: 'attempt_started' }>): AttemptStage {
  switch (event.type) {
    case 'reservation_denied':
      return { at: 'denied', since: event.at, reason: event.reason }
    case 'post_started':
      return { at: 'posting', since: event.at, tryNumber: event.tryNumber, wasUnknown: stage.at === 'unknown' }
    case 'post_answered': {
      const { answer, at } = event
      if (answer.kind === 'accepted') {
        return { at: 'accepted', since: at, reference: answer.reference, redirectUrl: answer.redirectUrl }
      }
      if (answer.kind === 'rejected') return { at: 'rejected', since: at, reason: answer.reason }
      const tryNumber = stage.at === 'posting' ? stage.tryNumber : 1
      const asked = answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs }
      return { at: 'unknown', since: at, reason: answer.reason, tryNumber, ...asked, retryAt: null, parked: false }
    }
    case 'resolved': {
      const { at, outcome, reference } = event
      if (outcome === 'sold') return { at: 'accepted', since: at, reference, redirectUrl: null }
      return { at: 'rejected', since: at, reason: 'resolved as not sold' }
    }
    case 'retry_scheduled':
      return stage.at === 'unknown' ? { ...stage, retryAt: event.retryAt } : stage
    case 'parked':
      return stage.at === 'unknown' ? { ...stage, parked: true } : stage
    default:
      return unreachable(event)
  }
}

function impossible(state: AuctionState, event: AuctionEvent): never {
  throw new Error(`event ${event.type} in phase ${state.phase}`)
}
