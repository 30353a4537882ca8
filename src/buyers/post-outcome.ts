/**
 * From the answer to a post to sold, unsold or unknown.
 *
 * Sold only by a clear yes, unsold only by a clear no; everything between is unknown, since the buyer may have the lead.
 */
import type { ResolvedCall } from '../contracts/buyer-contract'
import type { PostAnswer } from '../core/auction/events'
import { retryAfterMs } from '../core/retry-after'
import { type AnswerReading, readAnswer } from './answer/read'
import { type LeadInAnswer, reasonOf, withoutLead } from './answer/redact'
import type { WireResponse } from './answer/response'
import { decides, isAboutTheLead, isOk, isRefusal } from './answer/status'
import type { SendResult } from './transport'

/** What of a contract the answer to its post is read by. */
export interface PostReader {
  readonly post: Pick<ResolvedCall, 'answer'>
}

/** @param now ms since 1970, for a buyer that says with a date when to come again */
export function readPostOutcome(
  contract: PostReader,
  result: SendResult,
  context: LeadInAnswer,
  now = Date.now(),
): PostAnswer {
  if (result.kind !== 'response') return unsent(result)
  const answer = readResponse(contract, result, context)
  if (answer.kind === 'accepted') return answer
  const asked = retryAfterMs(result.headers['retry-after'], now)
  return asked === null ? answer : { ...answer, retryAfterMs: asked }
}

function readResponse(
  contract: PostReader,
  result: Extract<SendResult, { kind: 'response' }>,
  context: LeadInAnswer,
): PostAnswer {
  const { status } = result
  const reading = readAnswer(contract.post.answer, result)
  const reason = reasonOf(reading.reason, context)
  // A buyer may know a lead by its phone: its id is kept in the trace, and shown.
  const reference = reading.reference === null ? null : withoutLead(reading.reference, context)
  if (decides(reading, status)) return byRule({ ...reading, reference }, status, reason)
  if (isRefusal(status)) {
    const parsed = isAboutTheLead(status) && hasStructure(contract.post, result)
    return { kind: 'rejected', reason: reason ?? `HTTP ${status}`, parsed }
  }
  if (!isOk(status)) return { kind: 'unknown', reason: `HTTP ${status}` }
  if (reading.outcome === 'rejected') return { kind: 'rejected', reason: reason ?? 'not accepted', parsed: true }
  return { kind: 'unknown', reason: whyUnknown(result, reading) }
}

function byRule(reading: AnswerReading, status: number, reason: string | null): PostAnswer {
  const { outcome } = reading
  if (outcome === 'accepted') {
    return { kind: 'accepted', reference: reading.reference, redirectUrl: reading.redirectUrl }
  }
  if (outcome === 'pending') return { kind: 'unknown', reason: reason ?? outcome }
  return { kind: 'rejected', reason: reason ?? outcome, parsed: reading.decidedByEnvelope || isAboutTheLead(status) }
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

/** A body with structure is the buyer's own; a web page or nothing may come from anything on the way. */
function hasStructure(call: PostReader['post'], response: WireResponse): boolean {
  return readAnswer({ ...(call.answer.format && { format: call.answer.format }), ...ANY_STRUCTURE }, response).parsed
}

const ANY_STRUCTURE = { accepted: [{ path: 'a', op: 'exists' as const }] }
