/** Who is calling, and whether they may. */
import type { MiddlewareHandler } from 'hono'
import { coversScope, type Scope } from '../../contracts/scopes'
import type { AppContext, AppEnv, Identity, Principal } from '../app'
import { identify } from './credentials'
import { problem } from './reply'

/** @returns what the request shows of its caller; found once a request, however often it is asked */
export async function identityOf(c: AppContext): Promise<Identity> {
  const known = c.get('identity')
  if (known !== undefined) return known
  const identity = await identify(c)
  c.set('identity', identity)
  return identity
}

/**
 * Finds the caller by `x-api-key` or `Authorization: Bearer`.
 *
 * @returns the principal, or null where there is no credential, or none that is known, live and used from where it may be
 */
export async function authenticate(c: AppContext): Promise<Principal | null> {
  const identity = await identityOf(c)
  return identity.kind === 'known' ? identity.principal : null
}

/**
 * Lets through whoever has one of the roles and the scope that the role needs for it: 401 without a valid credential, 403
 * with another role or scope.
 */
export function requireRole(...roles: readonly Principal['role'][]): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const principal = await authenticate(c)
    if (principal === null) return problem(c, 'unauthorized', { message: 'A valid API key or token is required.' })
    if (!roles.includes(principal.role)) return problem(c, 'forbidden')
    const refused = refuseScope(c, principal, scopeFor(principal.role, c.req.method))
    if (refused !== null) return refused
    c.set('principal', principal)
    return next()
  }
}

/**
 * @param members what the refusal carries besides the error's own
 * @returns 403 where the credential lacks the scope, else null
 */
export function refuseScope(
  c: AppContext,
  { scopes }: Principal,
  needed: Scope,
  members: { readonly [name: string]: unknown } = {},
): Response | null {
  if (coversScope(scopes, needed)) return null
  c.header('www-authenticate', `Bearer realm="gavel", error="insufficient_scope", scope="${needed}"`)
  return problem(c, 'forbidden', { message: `This credential lacks the scope ${needed}.`, members })
}

/** What a role needs for a call, where the endpoint does not say otherwise. */
function scopeFor(role: Principal['role'], method: string): Scope {
  const isReading = method === 'GET' || method === 'HEAD'
  switch (role) {
    case 'operator':
      return isReading ? 'admin:read' : 'admin'
    case 'buyer':
      return isReading ? 'leads:read' : 'leads:write'
    case 'supplier':
      return 'post'
  }
}
