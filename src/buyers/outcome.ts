/**
 * What a buyer's answer means for the auction: its rules, and what the status says by itself.
 *
 * A post is sold only by a clear yes and unsold only by a clear no; everything between is unknown, since the buyer may have
 * the lead. Nothing that is returned here to be stored holds a value of the lead.
 */
import type { ResolvedCall, ResolvedContract } from '../contracts/buyer-contract'
import type { PingAnswer, PostAnswer } from '../core/auction/events'
import type { LeadFields } from '../core/lead/fields'
import type { BidReason } from '../core/reasons'
import { isCurrency, type PriceReading } from './answer/price'
import { type AnswerReading, type BidReading, readAnswer } from './answer/read'
import { withoutLead } from './answer/redact'
import type { WireResponse } from './answer/response'
import type { Captures } from './template/scope'
import type { SendResult } from './transport'

export interface ReadContext {
  readonly lead: LeadFields
  /** Names of the personal fields; without them every value of the lead is kept out of details. */
  readonly piiFields?: readonly string[]
}

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
  /** Null where nothing came back. */
  readonly reading: AnswerReading | null
}

/**
 * Captures with a meaning of their own: what a bid's currency is, until when it holds, the token to post it with, and the
 * sentence that goes with the code of a no.
 */
const CAPTURED_CURRENCY = 'currency'
const CAPTURED_VALIDITY = 'valid_until'
const CAPTURED_TOKEN = 'bid_token'
const CAPTURED_DETAIL = 'reject_detail'

/** @param context with the currency that a bid must be in */
export function readPingOutcome(
  contract: ResolvedContract,
  result: SendResult,
  context: ReadContext & { readonly currency: string },
): PingOutcome {
  if (contract.ping === null) return noBid('buyer_error', 'the contract has no ping')
  if (result.kind !== 'response') return unanswered(result)
  const reading = readAnswer(contract.ping.answer, result)
  if (!isOk(result.status) && !(reading.decidedBy !== null && trusts(reading, result.status))) {
    return noBid('buyer_error', said(reading, context) ?? `HTTP ${result.status}`, reading)
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
    captured: captured(reading, priced.bid),
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

function declined(response: WireResponse, reading: AnswerReading, context: ReadContext): PingOutcome {
  const buyerReason = said(reading, context)
  const sentence = reading.captures[CAPTURED_DETAIL]
  const detail = sentence === undefined ? buyerReason : withoutLead(sentence, context.lead, context.piiFields)
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
function priceOf(reading: AnswerReading, contract: ResolvedContract): { price: PriceReading; bid: BidReading | null } {
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
function captured(reading: AnswerReading, bid: BidReading | null): Captured {
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

/** Statuses that speak of the request and not of the lead: on a second try they do not tell what became of the first. */
const ABOUT_THE_REQUEST = new Set([
  401, 403, 404, 405, 406, 407, 408, 411, 413, 414, 415, 417, 421, 425, 426, 428, 429, 431,
])

export function readPostOutcome(contract: ResolvedContract, result: SendResult, context: ReadContext): PostAnswer {
  if (result.kind !== 'response') return unsent(result)
  const { status } = result
  const reading = readAnswer(contract.post.answer, result)
  const rule = reading.decidedBy !== null && trusts(reading, status) ? reading.outcome : null
  const reason = said(reading, context)
  if (rule === 'accepted') {
    return { kind: 'accepted', reference: reading.reference, redirectUrl: reading.redirectUrl }
  }
  if (rule === 'pending') return { kind: 'unknown', reason: reason ?? 'pending' }
  if (rule !== null) return { kind: 'rejected', reason: reason ?? rule, parsed: true }
  if (status >= 400 && status < 500) {
    const parsed = readsAsRefusal(contract.post, result) && !ABOUT_THE_REQUEST.has(status)
    return { kind: 'rejected', reason: reason ?? `HTTP ${status}`, parsed }
  }
  if (!isOk(status)) return { kind: 'unknown', reason: `HTTP ${status}` }
  if (reading.outcome === 'rejected') return { kind: 'rejected', reason: reason ?? 'not accepted', parsed: true }
  return { kind: 'unknown', reason: whyUnknown(result, reading) }
}

function whyUnknown(response: WireResponse, reading: AnswerReading): string {
  if (response.truncated === true) return 'too_large'
  return reading.parsed ? 'no rule matches the answer' : 'the answer could not be read'
}

/** Before sending, a refusal is a clear no; it says nothing of an earlier try. Once sent, nothing is clear. */
function unsent(result: Exclude<SendResult, { kind: 'response' }>): PostAnswer {
  switch (result.kind) {
    case 'refused':
      return { kind: 'rejected', reason: `URL refused: ${result.reason}`, parsed: false }
    case 'timed_out':
    case 'aborted':
      return { kind: 'unknown', reason: result.kind }
    case 'network_error':
      return { kind: 'unknown', reason: result.detail }
  }
}

/**
 * Whether a rule that matched may decide over the status: any may on a 2xx; on others those about the status or a header; on
 * a 4xx also what the body says short of a yes. A 5xx with a body of any kind leaves the outcome open.
 */
function trusts(reading: AnswerReading, status: number): boolean {
  if (isOk(status) || reading.decidedByEnvelope) return true
  return status >= 400 && status < 500 && reading.outcome !== 'accepted'
}

function isOk(status: number): boolean {
  return status >= 200 && status < 300
}

/** A body with structure is the buyer's own; a web page or nothing may come from anything on the way. */
function readsAsRefusal(call: ResolvedCall, response: WireResponse): boolean {
  return readAnswer({ ...(call.answer.format && { format: call.answer.format }), ...ANY_STRUCTURE }, response).parsed
}

const ANY_STRUCTURE = { accepted: [{ path: 'a', op: 'exists' as const }] }

function said(reading: AnswerReading, context: ReadContext): string | null {
  return reading.reason === null ? null : withoutLead(reading.reason, context.lead, context.piiFields)
}
