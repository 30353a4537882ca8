/** Mirrors durable-objects/auction/answer.ts and offer-answer.ts: the members that can be checked. */
import { type AuctionState, isClosed } from '../../src/core/auction/state.ts'
import { salesOf, statusOf } from '../../src/core/auction/summary.ts'
import type { StoredAnswer } from './record.ts'

export interface ToldOutcome {
  readonly status: 'sold' | 'unsold' | 'pending'
  readonly buyerId: string | null
  readonly payoutMicros: number
}

export interface ToldOffer {
  readonly auctionId: string
  /** Null where there is no bid. */
  readonly offer: { readonly payoutMicros: number; readonly validUntil: number } | null
}

export function answerOf(state: AuctionState): StoredAnswer {
  const status = statusOf(state)
  const sales = salesOf(state)
  const payoutMicros = sales.reduce((sum, sale) => sum + sale.payoutMicros, 0)
  const outcome: ToldOutcome = { status, buyerId: sales[0]?.buyerId ?? null, payoutMicros }
  return { status: status === 'pending' ? 202 : 201, body: JSON.stringify(outcome) }
}

export function offerBodyOf(auctionId: string, state: AuctionState): string {
  const offer = isClosed(state) ? state.offer : null
  const terms = offer === null ? null : { payoutMicros: offer.payoutMicros, validUntil: offer.validUntil }
  const told: ToldOffer = { auctionId, offer: terms }
  return JSON.stringify(told)
}
