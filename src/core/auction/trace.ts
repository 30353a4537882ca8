/**
 * An auction's history as people read it: each step, when it happened, and why.
 */
import { unreachable } from '../assert'
import { formatMicros } from '../money/micros'
import type { AuctionEvent } from './events'

export interface TraceEntry {
  /** Offset from the first event, in ms. */
  readonly atMs: number
  readonly step: string
  readonly contractId: string | null
  readonly reason: string | null
  readonly detail: string | null
}

/** @returns one entry an event, in order. */
export function traceOf(events: readonly AuctionEvent[]): readonly TraceEntry[] {
  const start = events[0]?.at ?? 0
  return events.map((event) => ({ atMs: event.at - start, ...describe(event) }))
}

type Described = Omit<TraceEntry, 'atMs'>

function describe(event: AuctionEvent): Described {
  const entry = (step: string, reason: string | null = null, detail: string | null = null): Described => ({
    step,
    contractId: 'contractId' in event ? event.contractId : null,
    reason,
    detail,
  })
  switch (event.type) {
    case 'planned':
      return entry('planned', null, `${event.plan.contenders.length} buyers, ${event.plan.refusals.length} left out`)
    case 'window_opened':
    case 'parked':
      return entry(event.type)
    case 'answered':
      if (event.answer.kind === 'no') return entry('declined', event.answer.reason, event.answer.detail)
      return entry(event.askedAt === null ? 'fixed_price' : 'bid', null, formatMicros(event.answer.priceMicros))
    case 'window_closed':
      return entry('window_closed', event.cause, `${event.ranking.length} bids`)
    case 'offered': {
      const { payoutMicros, validUntil, contractId } = event.offer
      return { ...entry('offered', null, `${formatMicros(payoutMicros)} for ${validUntil - event.at} ms`), contractId }
    }
    case 'offer_taken':
      return entry('offer_taken', null, event.exclusions.length === 0 ? null : `${event.exclusions.length} bidders out`)
    case 'offer_expired':
      return entry('offer_expired')
    case 'attempt_started':
      return entry('reserving', null, `attempt ${event.attempt} at ${formatMicros(event.priceMicros)}`)
    case 'reservation_denied':
      return entry('reservation_denied', event.reason)
    case 'post_started':
      return entry('posting', null, `try ${event.tryNumber}`)
    case 'post_answered':
      return entry(event.answer.kind, event.answer.kind === 'accepted' ? null : event.answer.reason)
    case 'retry_scheduled':
      return entry('retry_scheduled', null, `in ${event.retryAt - event.at} ms`)
    case 'resolved':
      return entry('resolved', event.outcome, 'by a person')
    case 'settled':
      return entry('settled', event.outcome)
    case 'acknowledged':
      return entry('acknowledged', null, `sequence ${event.sequence}`)
    case 'telling_died':
      return entry('telling_died', null, `sequence ${event.sequence}`)
    case 'telling_renewed':
      return entry('telling_renewed', null, 'by a person')
    default:
      return unreachable(event)
  }
}
