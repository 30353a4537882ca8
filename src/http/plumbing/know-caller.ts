/** What surrounds every call with a credential, whatever it asks for. */
import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../app'
import { identityOf } from './authenticate'
import { problem } from './reply'

/** Notes the use of a credential, and turns away one that is used from where it may not be. */
export const knowCaller: MiddlewareHandler<AppEnv> = async (c, next) => {
  const identity = await identityOf(c)
  if (identity.kind === 'foreign_network') {
    return problem(c, 'forbidden', { message: 'This credential may not be used from this network.' })
  }
  if (identity.kind === 'known') c.var.services.credentialUses.note(identity.principal)
  await next()
}
