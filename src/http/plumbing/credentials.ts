/**
 * From what a request shows to who is calling: an API key, found by its hash in the snapshot, or an OAuth token, checked by
 * its signature. Neither reaches D1.
 */
import type { CredentialSnapshot } from '../../contracts/snapshot'
import { DEFAULT_REQUESTS_PER_SECOND } from '../../core/limits/request-rate'
import { hashApiKey, isWellFormedApiKey } from '../../security/api-keys'
import { isInNetworks } from '../../security/networks'
import type { AppContext, Identity, Principal } from '../app'

/** Hashing and summing up are microseconds of every call; the isolate remembers what the keys that it met came to. */
const keys = new Map<string, KnownKey>()
const MAX_KEYS = 10_000
/** What is longer is no key of ours, and not worth the memory that a flood of them would take. */
const MAX_KEPT_CHARS = 128

interface KnownKey {
  readonly hash: string
  readonly isWellFormed: boolean
}

const UNKNOWN: Identity = { kind: 'unknown' }
/** Three parts of base64url: no API key has a dot. */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Finds the caller by `x-api-key` or `Authorization: Bearer`. */
export async function identify(c: AppContext): Promise<Identity> {
  const shown = presented(c)
  if (shown === null) return UNKNOWN
  return TOKEN.test(shown) ? await identifyByToken(c, shown) : await identifyByKey(c, shown)
}

/** @returns the origin that tokens are issued by and for */
export function issuerOf(c: AppContext): string {
  return c.var.services.publicOrigin ?? new URL(c.req.url).origin
}

/** Where the call came from, as the platform says; nothing that the caller sends is believed. */
export function addressOf(c: AppContext): string | null {
  return c.req.header('cf-connecting-ip') ?? null
}

async function identifyByKey(c: AppContext, key: string): Promise<Identity> {
  const { services } = c.var
  const { hash, isWellFormed } = keys.get(key) ?? (await meet(key))
  const bootstrapTenant = services.bootstrapOperators.get(hash)
  if (bootstrapTenant !== undefined) return { kind: 'known', principal: bootstrapPrincipal(c, bootstrapTenant) }
  if (!isWellFormed) return UNKNOWN
  const credential = await services.snapshots.credential(hash)
  if (credential === null || !isAlive(credential, services.now())) return UNKNOWN
  return judged(c, credential, { scopes: credential.scopes, tokenId: null })
}

async function identifyByToken(c: AppContext, token: string): Promise<Identity> {
  const { services } = c.var
  const claims = await services.accessTokens.verify(token, issuerOf(c))
  if (claims === null) return UNKNOWN
  const client = await services.snapshots.oauthClient(claims.clientId)
  if (client === null || client.oauth === undefined || !isAlive(client, services.now())) return UNKNOWN
  const { revokedTokens, tokensFrom } = client.oauth
  if (revokedTokens.includes(claims.id)) return UNKNOWN
  if (tokensFrom !== null && claims.issuedAt <= Date.parse(tokensFrom)) return UNKNOWN
  // What was taken from the client since the token was issued is taken from the token.
  const scopes = claims.scopes.filter((scope) => client.scopes.includes(scope))
  return judged(c, client, { scopes, tokenId: claims.id })
}

function judged(c: AppContext, credential: CredentialSnapshot, shown: Pick<Principal, 'scopes' | 'tokenId'>): Identity {
  const { allowedNetworks, tenantId, role, subjectId, keyId } = credential
  if (allowedNetworks !== undefined && !isInNetworks(addressOf(c), allowedNetworks)) return { kind: 'foreign_network' }
  const principal = {
    tenantId,
    role,
    subjectId,
    keyId,
    clientId: credential.clientId ?? keyId,
    requestsPerSecond: credential.requestsPerSecond ?? DEFAULT_REQUESTS_PER_SECOND,
    ...shown,
  }
  return { kind: 'known', principal }
}

function bootstrapPrincipal(c: AppContext, tenantId: string): Principal {
  const id = `bootstrap_${tenantId}`
  return {
    tenantId,
    role: 'operator',
    subjectId: null,
    keyId: id,
    tokenId: null,
    clientId: id,
    scopes: ['admin'],
    requestsPerSecond: c.var.services.bootstrapRequestsPerSecond ?? DEFAULT_REQUESTS_PER_SECOND,
  }
}

function presented(c: AppContext): string | null {
  const header = c.req.header('x-api-key')
  if (header !== undefined) return header.length <= 512 ? header : null
  const match = /^bearer +(\S{1,4096}) *$/i.exec(c.req.header('authorization') ?? '')
  return match?.[1] ?? null
}

async function meet(key: string): Promise<KnownKey> {
  const known = { hash: await hashApiKey(key), isWellFormed: isWellFormedApiKey(key) }
  if (key.length > MAX_KEPT_CHARS) return known
  if (keys.size >= MAX_KEYS) keys.clear()
  keys.set(key, known)
  return known
}

/** Whether a key or client works now. */
export function isAlive(credential: CredentialSnapshot, now: number): boolean {
  return !credential.revoked && (credential.expiresAt === null || Date.parse(credential.expiresAt) > now)
}
