/**
 * Asks a buyer what became of a post: one request, through the guard, credentials, templates and rules of every other call.
 *
 * Decides nothing about the sale and stores nothing; who asked does.
 */
import type { InquiryOrder, InquiryOutcome, InquiryResult } from '../../contracts/inquiry'
import { readAnswer } from '../answer/read'
import { type LeadInAnswer, withoutValues } from '../answer/redact'
import { resolveContract } from '../contract/resolve'
import { encodeInquiry, type PostInput } from '../encode'
import { type Exchange, exchange, type Sending, showCall } from '../trial/exchange'
import { rendered } from '../trial/rendered'
import { showReading } from '../trial/shown'
import { masked, type Veil, veilOver } from '../trial/veil'
import { readInquiryOutcome } from './outcome'

/**
 * Sends the inquiry of a contract and reads its answer.
 *
 * @returns what the buyer says became of the post, and the call as it may be shown; the problem where a template does not
 * render for this lead. Never throws over anything that the buyer does.
 * @throws Error where the contract has no inquiry
 */
export async function askBuyer(order: InquiryOrder, sending: Sending): Promise<InquiryResult> {
  const contract = resolveContract(order.contract)
  const { inquiry } = contract
  if (inquiry === undefined) throw new Error('the contract has no inquiry')
  const made = rendered('inquiry', () => encodeInquiry(contract, inputOf(order, sending.now())))
  if (!made.ok) return { ok: false, problems: [made.problem] }
  if (made.request === null) throw new Error('the contract has no inquiry')

  const sentTokens: string[] = []
  const tokens: Sending['tokens'] = async (client) => {
    const answer = await sending.tokens(client)
    if (answer.ok) sentTokens.push(answer.token)
    return answer
  }
  const shown = await masked(made.request, contract, 'inquiry', sending.now())
  const call = { request: made.request, contract, call: 'inquiry', secrets: order.secrets } as const
  const result = await exchange({ ...call, timeoutMs: inquiry.request.timeoutMs }, { ...sending, tokens })

  const { fields: lead, piiFields, currency } = order.post
  const secretVeil = veilOver(contract, order.secrets, sentTokens)
  const veil: Veil = (text) => withoutValues(secretVeil(text), { lead, piiFields })
  const done: Exchange = { shown, notSent: null, result }
  if (result.kind === 'no_credentials') {
    const outcome = { kind: 'not_known', reason: `no credentials: ${veil(result.reason)}` } as const
    return { ok: true, outcome, call: showCall({ ...done, notSent: 'there are no credentials' }, null, veil) }
  }
  const context: LeadInAnswer = { lead, piiFields }
  const outcome = readInquiryOutcome(inquiry.answer, result, context)
  if (result.kind !== 'response') return { ok: true, outcome, call: showCall(done, null, veil) }
  const reading = { ...showReading(readAnswer(inquiry.answer, result), currency), verdict: verdictOf(outcome) }
  return { ok: true, outcome, call: showCall(done, reading, veil) }
}

function inputOf({ contractId, auctionId, leadId, post }: InquiryOrder, now: number): PostInput {
  const { fields: lead, piiFields, vertical, subVertical, floorMicros, bidToken, captures: ping } = post
  const ids = { contractId, auctionId, leadId }
  return { ...ids, lead, piiFields, vertical, subVertical, floorMicros, expiresAt: null, now, bidToken, ping }
}

const RESULTS = { sold: 'sold', not_sold: 'unsold', not_known: 'unknown' } as const

function verdictOf({ kind, reason }: InquiryOutcome) {
  return { result: RESULTS[kind], reason: kind === 'not_sold' ? 'post_rejected' : null, detail: reason }
}
