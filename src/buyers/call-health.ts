/**
 * Whether a buyer could be heard and understood, for its circuit breaker. A no is an answer, and so is a bid that is not
 * taken; a status about the request, as 401 or 429, is none: the next call would fare no better.
 *
 * The reasons are Gavel's own words, never the buyer's.
 */
import type { ResolvedContract } from '../contracts/buyer-contract'
import type { PostAnswer } from '../core/auction/events'
import type { CallHealth } from '../core/limits/circuit'
import { readAnswer } from './answer/read'
import { decides, isAboutTheLead, isOk } from './answer/status'
import type { PingOutcome } from './ping-outcome'
import type { SendResult } from './transport'

const ANSWERED: CallHealth = { kind: 'answered' }

export function healthOfPing(result: SendResult, { answer, reading }: PingOutcome): CallHealth {
  if (result.kind !== 'response') return unheard(result)
  if (answer.kind === 'bid' || answer.reason !== 'buyer_error') return ANSWERED
  // An error that a rule of the contract knows is the buyer's word.
  if (isOk(result.status) && reading !== null && reading.decidedBy !== null) return ANSWERED
  return failed(isOk(result.status) ? UNREADABLE : `HTTP ${result.status}`)
}

export function healthOfPost(contract: ResolvedContract, result: SendResult, answer: PostAnswer): CallHealth {
  if (result.kind !== 'response') return unheard(result)
  const { status } = result
  if (answer.kind === 'accepted' || (answer.kind === 'rejected' && isAboutTheLead(status))) return ANSWERED
  const reading = readAnswer(contract.post.answer, result)
  if (decides(reading, status)) return ANSWERED
  if (!isOk(status)) return failed(`HTTP ${status}`)
  return reading.parsed && result.truncated !== true ? ANSWERED : failed(UNREADABLE)
}

const UNREADABLE = 'the answer could not be read'

function failed(reason: string): CallHealth {
  return { kind: 'failed', reason }
}

function unheard(result: Exclude<SendResult, { kind: 'response' }>): CallHealth {
  switch (result.kind) {
    case 'aborted':
      return { kind: 'unheard' }
    case 'refused':
      return failed(`URL refused: ${result.reason}`)
    case 'timed_out':
      return failed('timed_out')
    case 'network_error':
      return failed(result.detail)
  }
}
