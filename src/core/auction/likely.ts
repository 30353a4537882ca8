/**
 * Who would be tried first if the window closed now: asked while the last buyer is still out, so that what the first attempt
 * needs can be had ready by the close.
 *
 * A guess and nothing more. It is not an event, changes no state, and the close decides for itself.
 */
import { decide } from './decide'
import type { AuctionEvent } from './events'
import { inTier } from './rank'
import type { AuctionState } from './state'

export type LikelyAttempt = Pick<
  Extract<AuctionEvent, { type: 'attempt_started' }>,
  'contractId' | 'attempt' | 'priceMicros'
>

/**
 * @param now milliseconds since 1970
 * @returns null where nobody would be tried, or where more than one buyer is out: the more may still outbid the leader, the
 * more guesses would be for nothing
 */
export function likelyAttempt(state: AuctionState, now: number): LikelyAttempt | null {
  if (state.phase !== 'pinging' || state.plan.mode !== 'direct') return null
  const out = inTier(state.plan, state.tier).filter(({ id }) => !state.answers.has(id))
  if (out.length !== 1) return null
  const [first, ...others] = decide(state, { type: 'close', askedAt: {} }, now).filter(isAttempt)
  // Shared leads are tried with several at once; their reservations run beside each other anyway.
  return first === undefined || others.length > 0 ? null : first
}

function isAttempt(event: AuctionEvent): event is Extract<AuctionEvent, { type: 'attempt_started' }> {
  return event.type === 'attempt_started'
}
