/**
 * From the answer to a ping to a bid, or to the reason why there is none.
 *
 * A price counts only where the answer is a yes; where a yes carries none, the contract's price is the bid.
 */
import type { ResolvedCall, ResolvedContract } from '../contracts/buyer-contract'
import type { PingAnswer } from '../core/auction/events'
import type { BidReason } from '../core/reasons'
import { isCurrency, type PriceReading } from './answer/price'
import { type AnswerReading, type BidReading, readAnswer } from './answer/read'
import { type LeadInAnswer, reasonOf, withoutLead } from './answer/redact'
import type { WireResponse } from './answer/response'
import { decides, isAboutTheLead, isOk } from './answer/status'
import type { Captures } from './template/scope'
import type { SendResult } from './transport'

export interface Captured {
  readonly bidToken: string | null
  readonly captures: Captures
  /** Until when the buyer stands by its bid, ms since 1970; null where it did not say. */
  readonly validUntil: number | null
}

export interface PingOutcome {
  readonly answer: PingAnswer
  /** What the post needs of the answer; null where there is no bid. */
  readonly captured: Captured | null
  /** The buyer's own code for a no, as `below_score_threshold`. */
  readonly buyerReason: string | null
  /** All that was read, for the operator who tries a contract out; its texts may quote the lead. Null where nothing came. */
  readonly reading: AnswerReading | null
}

/**
 * Captures with a meaning of their own: what a bid's currency is, until when it holds, the token to post it with, and the
 * sentence that goes with the code of a no.
 */
export const CAPTURED_CURRENCY = 'currency'
const CAPTURED_VALIDITY = 'valid_until'
const CAPTURED_TOKEN = 'bid_token'
const CAPTURED_DETAIL = 'reject_detail'

/** What of a contract the answer to its ping is read by. */
export interface PingReader extends Pick<ResolvedContract, 'priceMicros'> {
  readonly ping: Pick<ResolvedCall, 'answer'> | null
}

/** @param context with the currency that a bid must be in */
export function readPingOutcome(
  contract: PingReader,
  result: SendResult,
  context: LeadInAnswer & { readonly currency: string },
): PingOutcome {
  if (contract.ping === null) return noBid('buyer_error', 'the contract has no ping')
  if (result.kind !== 'response') return unanswered(result)
  const reading = readAnswer(contract.ping.answer, result)
  if (!isOk(result.status) && !decides(reading, result.status)) {
    const reason = isAboutTheLead(result.status) && reading.parsed ? 'declined' : 'buyer_error'
    return noBid(reason, reasonOf(reading.reason, context) ?? `HTTP ${result.status}`, reading)
  }
  if (reading.outcome !== 'accepted') return declined(result, reading, context)
  const priced = priceOf(reading, contract)
  if (!priced.price.ok) return noBid('invalid_bid', priced.price.reason, reading)
  const currency = reading.captures[CAPTURED_CURRENCY] ?? null
  if (!isCurrency(currency, context.currency) || !isCurrency(priced.price.currency, context.currency)) {
    return noBid('wrong_currency', `bid is not in ${context.currency}`, reading)
  }
  const { micros } = priced.price
  return {
    answer: { kind: 'bid', priceMicros: micros },
    captured: capturedFrom(reading, priced.bid),
    buyerReason: null,
    reading,
  }
}

function noBid(reason: BidReason, detail: string | null, reading: AnswerReading | null = null): PingOutcome {
  return { answer: { kind: 'no', reason, detail }, captured: null, buyerReason: null, reading }
}

function unanswered(result: Exclude<SendResult, { kind: 'response' }>): PingOutcome {
  switch (result.kind) {
    case 'timed_out':
      return noBid('timed_out', null)
    case 'aborted':
      return noBid('timed_out', 'the window closed first')
    case 'refused':
      return noBid('buyer_error', `URL refused: ${result.reason}`)
    case 'network_error':
      return noBid('buyer_error', result.detail)
  }
}

function declined(response: WireResponse, reading: AnswerReading, context: LeadInAnswer): PingOutcome {
  const buyerReason = reasonOf(reading.reason, context)
  const sentence = reading.captures[CAPTURED_DETAIL]
  const detail = sentence === undefined ? buyerReason : withoutLead(sentence, context)
  const no = (reason: BidReason, fallback: string | null): PingOutcome => {
    return { ...noBid(reason, detail ?? fallback, reading), buyerReason }
  }
  switch (reading.outcome) {
    case 'duplicate':
      return no('duplicate', null)
    case 'error':
      return no('buyer_error', 'the buyer answered with an error')
    case 'pending':
      return no('declined', 'the buyer had not decided')
    default:
      if (reading.parsed || response.status === 204) return no('declined', null)
      return no('buyer_error', response.truncated === true ? 'too_large' : 'the answer could not be read')
  }
}

/** The best of several bids, else the one price, else the contract's. */
function priceOf(reading: AnswerReading, contract: PingReader): { price: PriceReading; bid: BidReading | null } {
  let best: BidReading | null = null
  let bestMicros = -1
  for (const bid of reading.bids) {
    if (bid.price.ok && bid.price.micros > bestMicros) {
      best = bid
      bestMicros = bid.price.micros
    }
  }
  const [first = null] = reading.bids
  if (best !== null || first !== null) return { price: (best ?? first)?.price ?? MISSING, bid: best ?? first }
  if (reading.price !== null) return { price: reading.price, bid: null }
  const { priceMicros } = contract
  return { price: priceMicros === null ? MISSING : { ok: true, micros: priceMicros, currency: null }, bid: null }
}

const MISSING: PriceReading = { ok: false, reason: 'the answer has no price, nor has the contract' }

/** What the post can name as `{{ping.…}}`: the captures, the answer's reference, and that of the bid that was taken. */
export function capturedFrom(reading: AnswerReading, bid: BidReading | null): Captured {
  const { captures, reference } = reading
  const validUntil = Date.parse(captures[CAPTURED_VALIDITY] ?? '')
  return {
    bidToken: captures[CAPTURED_TOKEN] ?? null,
    validUntil: Number.isNaN(validUntil) ? null : validUntil,
    captures: {
      ...(reference === null ? {} : { reference }),
      ...(bid?.reference == null ? {} : { bid_reference: bid.reference }),
      ...captures,
    },
  }
}

/** Whether a bid came with anything that its post may need. */
export function servesItsPost({ bidToken, captures }: Captured): boolean {
  return bidToken !== null || Object.keys(captures).length > 0
}

/** @returns the answer with until when the buyer stands by its bid, where it said so */
export function withValidity(answer: PingAnswer, captured: Captured | null): PingAnswer {
  if (answer.kind === 'no' || captured === null || captured.validUntil === null) return answer
  return { ...answer, validUntil: captured.validUntil }
}
