/** What surrounds every call with a credential, whatever it asks for. */
import type { MiddlewareHandler } from 'hono'
import type { AppContext, AppEnv } from '../app'
import { identityOf } from './authenticate'
import { RETRY_AFTER_SECONDS, showRate, takeRate } from './limit-rate'
import { problem } from './reply'

/**
 * Notes the use of a credential, and turns away one that is used from where it may not be, or too fast.
 *
 * Answers say how much of the rate is left, errors too.
 */
export const knowCaller: MiddlewareHandler<AppEnv> = async (c, next) => {
  const refused = await judgeCaller(c)
  if (refused === null) await next()
  else c.res = refused
  showRate(c)
}

async function judgeCaller(c: AppContext): Promise<Response | null> {
  const identity = await identityOf(c)
  if (identity.kind === 'unknown') return null
  if (identity.kind === 'foreign_network') {
    return problem(c, 'forbidden', { message: 'This credential may not be used from this network.' })
  }
  const { principal } = identity
  if (!(await takeRate(c, principal))) return problem(c, 'rate_limited', { retryAfterSeconds: RETRY_AFTER_SECONDS })
  c.var.services.credentialUses.note(principal)
  return null
}
