/** What an auction said, as an answer; each surface has its own codes for what can be wrong with what it was sent. */
import type { OfferResult, TakeResult } from '../../contracts/auction'
import type { ProblemCode } from '../../contracts/problem'
import type { AppContext } from '../app'
import { problem } from '../plumbing/reply'

const RETRY_AFTER_SECONDS = 1

type Answer = Extract<OfferResult | TakeResult, { readonly kind: 'answer' }>

export type TakeCodes = { readonly [kind in 'conflict' | 'expired' | 'no_offer']: ProblemCode }

/** Says what the auction answered, byte for byte. */
export function replyAnswer(c: AppContext, { body, status, replayed }: Answer): Response {
  if (replayed) c.header('idempotent-replayed', 'true')
  return c.body(body, status, { 'content-type': 'application/json' })
}

/** The first of two equal requests still runs. */
export function replyInProgress(c: AppContext): Response {
  return problem(c, 'idempotency_in_progress', { retryAfterSeconds: RETRY_AFTER_SECONDS })
}

/** @param codes what this surface calls what is wrong with the lead, or with what it was posted to */
export function replyTake(c: AppContext, result: TakeResult, codes: TakeCodes): Response {
  switch (result.kind) {
    case 'answer':
      return replyAnswer(c, result)
    case 'in_progress':
      return replyInProgress(c)
    case 'duplicate':
      return problem(c, 'duplicate')
    default:
      return problem(c, codes[result.kind])
  }
}
