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

/** What a call took, what the buyer was given for it, and what its contract gives it. */
export interface CallTime {
  readonly tookMs: number
  readonly timeoutMs: number
  readonly usualMs: number
}

export function healthOfPing(result: SendResult, { answer, reading }: PingOutcome, time: CallTime): CallHealth {
  if (result.kind !== 'response') return unheard(result, time)
  if (answer.kind === 'bid' || answer.reason !== 'buyer_error') return ANSWERED
  // An error that a rule of the contract knows is the buyer's word.
  if (isOk(result.status) && reading !== null && reading.decidedBy !== null) return ANSWERED
  return failed(isOk(result.status) ? UNREADABLE : `HTTP ${result.status}`)
}

interface PostEnd {
  readonly result: SendResult
  readonly answer: PostAnswer
  readonly time: CallTime
}

export function healthOfPost(contract: ResolvedContract, { result, answer, time }: PostEnd): CallHealth {
  if (result.kind !== 'response') return unheard(result, time)
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

/** Of its usual time, what a buyer must have had for its silence to count against it. */
const FAIR_SHARE_OF_TIME = 0.5
/** A window that ends aborts its pings at the moment when their own clocks end them: either way the time was over. */
const SAME_MOMENT_MS = 20

function unheard(
  result: Exclude<SendResult, { kind: 'response' }>,
  { tookMs, timeoutMs, usualMs }: CallTime,
): CallHealth {
  switch (result.kind) {
    case 'aborted':
    case 'timed_out': {
      const hadItsTime = tookMs >= timeoutMs - SAME_MOMENT_MS && timeoutMs >= usualMs * FAIR_SHARE_OF_TIME
      return hadItsTime ? failed('timed_out') : { kind: 'unheard' }
    }
    case 'refused':
      return failed(`URL refused: ${result.reason}`)
    case 'network_error':
      return failed(result.detail)
  }
}
