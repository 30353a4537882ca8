/** The rate of a client on an answer: what is left of it, and 429 where nothing is. */
import type { AppContext } from '../app'
import type { RateClient } from '../services'

export const RETRY_AFTER_SECONDS = 1

/** Takes one request off the client's rate, and has the answer say so. @returns whether it may go ahead */
export async function takeRate(c: AppContext, client: RateClient): Promise<boolean> {
  const verdict = c.var.services.requestLimiter.take(client)
  const rate = verdict instanceof Promise ? await verdict : verdict
  c.set('rate', rate)
  return rate.allowed
}

/** Puts the headers of the contract on an answer whose caller was counted. */
export function showRate(c: AppContext): void {
  const rate = c.get('rate')
  if (rate === undefined) return
  c.res.headers.set('x-ratelimit-limit', String(rate.limit))
  c.res.headers.set('x-ratelimit-remaining', String(rate.remaining))
  c.res.headers.set('x-ratelimit-reset', String(rate.resetAt))
}
