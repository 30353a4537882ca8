/**
 * From the answer to an inquiry to sold, not sold or not known.
 *
 * Stricter than the answer to a post: nobody asks again after it, so what is not said in so many words is not known. A body
 * counts on a 2xx only, a status or header where a rule names it, and a 5xx never.
 */
import type { AnswerSpec } from '../../contracts/buyer-contract'
import type { InquiryOutcome } from '../../contracts/inquiry'
import { type AnswerReading, readAnswer } from '../answer/read'
import { type LeadInAnswer, reasonOf, withoutLead } from '../answer/redact'
import { isOk } from '../answer/status'
import type { SendResult } from '../transport'

const FIRST_SERVER_ERROR = 500

/**
 * @param context whose data must not be in what is kept of the answer
 * @returns what the answer says became of the post, without personal data
 */
export function readInquiryOutcome(answer: AnswerSpec, result: SendResult, context: LeadInAnswer): InquiryOutcome {
  if (result.kind !== 'response') return unanswered(result)
  const { status } = result
  const reading = readAnswer(answer, result)
  const reason = reasonOf(reading.reason, context)
  const isClear =
    reading.decidedBy !== null && status < FIRST_SERVER_ERROR && (isOk(status) || reading.decidedByEnvelope)
  if (isClear && reading.outcome === 'accepted') {
    const reference = reading.reference === null ? null : withoutLead(reading.reference, context)
    return { kind: 'sold', reference, reason: null }
  }
  if (isClear && reading.outcome === 'rejected') return { kind: 'not_sold', reason }
  return { kind: 'not_known', reason: reason ?? whyNotKnown(status, result.truncated === true, reading) }
}

function whyNotKnown(status: number, truncated: boolean, reading: AnswerReading): string {
  if (truncated) return 'too_large'
  if (!isOk(status)) return `HTTP ${status}`
  if (reading.decidedBy !== null) return reading.outcome
  return reading.parsed ? 'no rule matches the answer' : 'the answer could not be read'
}

function unanswered(result: Exclude<SendResult, { kind: 'response' }>): InquiryOutcome {
  switch (result.kind) {
    case 'refused':
      return { kind: 'not_known', reason: `URL refused: ${result.reason}` }
    case 'network_error':
      return { kind: 'not_known', reason: result.detail }
    case 'timed_out':
    case 'aborted':
      return { kind: 'not_known', reason: result.kind }
  }
}
