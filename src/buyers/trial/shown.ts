/** Readings, prices and verdicts as the API shows them. */
import type { AnswerReadingWire, PriceReadingWire, VerdictWire } from '../../contracts/answer-reading'
import type { PingAnswer, PostAnswer } from '../../core/auction/events'
import { microsToNumber } from '../../core/money/micros'
import { isCurrency, type PriceReading } from '../answer/price'
import type { AnswerReading } from '../answer/read'
import { CAPTURED_CURRENCY } from '../ping-outcome'

type ReadingShown = Omit<AnswerReadingWire, 'call' | 'verdict'>

/** @param currency the tenant's: what a price that names none is in */
export function showReading(reading: AnswerReading, currency: string): ReadingShown {
  const said = reading.captures[CAPTURED_CURRENCY] ?? null
  return {
    format: reading.format,
    outcome: reading.outcome,
    decided_by: reading.decidedBy,
    price: reading.price === null ? null : showPrice(reading.price, said, currency),
    reason: reading.reason,
    reference: reading.reference,
    redirect_url: reading.redirectUrl,
    captures: { ...reading.captures },
    bids: reading.bids.map(({ price, reference }) => ({ price: showPrice(price, said, currency), reference })),
  }
}

/** A dollar sign may be any dollar: it is shown as the tenant's where that is one. */
function showPrice(price: PriceReading, said: string | null, currency: string): PriceReadingWire {
  if (!price.ok) return { amount: null, currency: null, invalid: price.reason }
  const named = price.currency ?? said
  const shown = named === null || (named === '$' && isCurrency(named, currency)) ? currency : named.toUpperCase()
  return { amount: microsToNumber(price.micros), currency: shown, invalid: null }
}

export function pingVerdict(answer: PingAnswer): VerdictWire {
  return answer.kind === 'bid'
    ? { result: 'bid', reason: null, detail: null }
    : { result: 'no_bid', reason: answer.reason, detail: answer.detail }
}

export function postVerdict(answer: PostAnswer): VerdictWire {
  switch (answer.kind) {
    case 'accepted':
      return { result: 'sold', reason: null, detail: null }
    case 'rejected':
      return { result: 'unsold', reason: 'post_rejected', detail: answer.reason }
    case 'unknown':
      return { result: 'unknown', reason: null, detail: answer.reason }
  }
}
