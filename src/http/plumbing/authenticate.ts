/**
 * Who is calling. A key is checked by its form first, then looked up by its hash in the snapshot; no key reaches D1.
 */
import type { MiddlewareHandler } from 'hono'
import type { CredentialSnapshot } from '../../contracts/snapshot'
import { hashApiKey, isWellFormedApiKey } from '../../security/api-keys'
import type { AppContext, AppEnv, Principal } from '../app'
import { problem } from './reply'

/** Hashing is a few microseconds of every call; the isolate remembers the hashes of the keys that it met. */
const hashes = new Map<string, string>()
const MAX_HASHES = 10_000

/**
 * Finds the caller by `x-api-key` or `Authorization: Bearer`.
 *
 * @returns the principal, or null where there is no key, or none that is known, live and not expired
 */
export async function authenticate(c: AppContext): Promise<Principal | null> {
  const key = presentedKey(c)
  if (key === null) return null
  const { services } = c.var
  const hash = await cachedHash(key)
  const bootstrapTenant = services.bootstrapOperators.get(hash)
  if (bootstrapTenant !== undefined) {
    return {
      tenantId: bootstrapTenant,
      role: 'operator',
      subjectId: null,
      keyId: `bootstrap_${bootstrapTenant}`,
      scopes: ['admin'],
    }
  }
  if (!isWellFormedApiKey(key)) return null
  const credential = await services.snapshots.credential(hash)
  return credential === null || !isAlive(credential, services.now()) ? null : toPrincipal(credential)
}

/** Lets through whoever has one of the roles: 401 without a valid key, 403 with another role. */
export function requireRole(...roles: readonly Principal['role'][]): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const principal = await authenticate(c)
    if (principal === null) return problem(c, 'unauthorized', { message: 'A valid API key is required.' })
    if (!roles.includes(principal.role)) return problem(c, 'forbidden')
    c.set('principal', principal)
    return next()
  }
}

function presentedKey(c: AppContext): string | null {
  const header = c.req.header('x-api-key')
  if (header !== undefined) return header.length <= 512 ? header : null
  const match = /^bearer +(\S{1,512}) *$/i.exec(c.req.header('authorization') ?? '')
  return match?.[1] ?? null
}

async function cachedHash(key: string): Promise<string> {
  const known = hashes.get(key)
  if (known !== undefined) return known
  const hash = await hashApiKey(key)
  if (hashes.size >= MAX_HASHES) hashes.clear()
  hashes.set(key, hash)
  return hash
}

function isAlive(credential: CredentialSnapshot, now: number): boolean {
  return !credential.revoked && (credential.expiresAt === null || Date.parse(credential.expiresAt) > now)
}

function toPrincipal({ tenantId, role, subjectId, keyId, scopes }: CredentialSnapshot): Principal {
  return { tenantId, role, subjectId, keyId, scopes }
}
