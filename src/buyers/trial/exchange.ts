/** One call of a trial: what is sent, what came back, and both as they may be shown. */

import type { AnswerReadingWire } from '../../contracts/answer-reading'
import type { BuyerCall, ContractSecrets, ResolvedContract } from '../../contracts/buyer-contract'
import type { TriedCall } from '../../contracts/buyer-trial'
import { decodeBody } from '../answer/response'
import { authorize, type TokenProvider } from '../authorize'
import type { OutboundRequest } from '../encode'
import { answerAsTestBuyer } from '../test-buyer'
import { type SendResult, send, type UrlCheck } from '../transport'
import type { Veil } from './veil'

export interface Exchange {
  /** With masks for its credentials. */
  readonly shown: OutboundRequest
  /** Why it was not sent; null where it was. */
  readonly notSent: string | null
  /** Null where it was not sent. */
  readonly result: SendResult | { readonly kind: 'no_credentials'; readonly reason: string } | null
}

export interface SendOrder {
  readonly request: OutboundRequest
  readonly contract: ResolvedContract
  readonly call: BuyerCall
  readonly secrets: ContractSecrets
  readonly timeoutMs: number
}

export interface Sending {
  readonly allowLoopback: boolean
  readonly checkUrl: UrlCheck
  readonly tokens: TokenProvider
  readonly now: () => number
}

/** Adds the credentials and sends. Never throws. */
export async function exchange(order: SendOrder, sending: Sending): Promise<NonNullable<Exchange['result']>> {
  const { request, contract, call, secrets, timeoutMs } = order
  const authorized = await authorize(request, contract, call, { secrets, tokens: sending.tokens, now: sending.now() })
  if (!authorized.ok) return { kind: 'no_credentials', reason: authorized.reason }
  return send(authorized.request, { ...sending, standIn: answerAsTestBuyer, timeoutMs })
}

/** @param reading null where there is no answer to read */
export function showCall(
  { shown, notSent, result }: Exchange,
  reading: Omit<AnswerReadingWire, 'call'> | null,
  veil: Veil,
): TriedCall {
  return {
    request: {
      method: shown.method,
      url: veil(shown.url),
      headers: Object.fromEntries(shown.headers.map(([name, value]) => [name, veil(value)])),
      body: shown.body === null ? null : veil(shown.body),
    },
    sent: notSent === null,
    not_sent: notSent,
    answer: result?.kind === 'response' ? showAnswer(result, veil) : null,
    failure: showFailure(result),
    ...(reading === null ? NOTHING_READ : veiled(reading, veil)),
  }
}

const NOTHING_READ = {
  format: null,
  outcome: null,
  decided_by: null,
  price: null,
  reason: null,
  reference: null,
  redirect_url: null,
  captures: {},
  bids: [],
  verdict: null,
}

function showAnswer(
  { status, headers, body, truncated, durationMs }: Extract<SendResult, { kind: 'response' }>,
  veil: Veil,
): TriedCall['answer'] {
  return {
    status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, veil(value)])),
    body: veil(decodeBody(body)),
    truncated,
    duration_ms: Math.round(durationMs),
  }
}

function showFailure(result: Exchange['result']): TriedCall['failure'] {
  switch (result?.kind) {
    case 'refused':
    case 'no_credentials':
      return { reason: result.kind, detail: result.reason }
    case 'timed_out':
    case 'aborted':
      return { reason: 'timed_out', detail: null }
    case 'network_error':
      return { reason: 'network_error', detail: result.detail }
    default:
      return null
  }
}

function veiled(reading: Omit<AnswerReadingWire, 'call'>, veil: Veil): Omit<AnswerReadingWire, 'call'> {
  const text = (value: string | null): string | null => (value === null ? null : veil(value))
  return {
    ...reading,
    reason: text(reading.reason),
    reference: text(reading.reference),
    redirect_url: text(reading.redirect_url),
    captures: Object.fromEntries(Object.entries(reading.captures).map(([name, value]) => [name, veil(value)])),
    bids: reading.bids.map(({ price, reference }) => ({ price, reference: text(reference) })),
    verdict: { ...reading.verdict, detail: text(reading.verdict.detail) },
  }
}
