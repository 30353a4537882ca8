/** From the row of a key or OAuth client to what the edge decides by. Pure. */
import { type CredentialSnapshot, SNAPSHOT_SCHEMA } from '../contracts/snapshot'
import type { ApiKeyRow } from '../stores/api-key-store'
import type { OAuthClientRow, OAuthRevokedToken } from '../stores/oauth-client-store'
import type { SupplierRow } from '../stores/supplier-store'

type Common = Pick<
  ApiKeyRow,
  'id' | 'tenantId' | 'role' | 'subjectId' | 'scopes' | 'allowedNetworks' | 'requestsPerSecond' | 'revokedAt'
>

/** @param supplier whom the key speaks for, where it is a supplier's: its limit holds where the key has none */
export function compileCredential(key: ApiKeyRow, supplier: SupplierRow | null): CredentialSnapshot {
  return {
    ...compileCommon(key, supplier),
    expiresAt: key.expiresAt,
    ...(key.clientId === null ? {} : { clientId: key.clientId }),
  }
}

/** More than these are not named one by one: all tokens from before the last of them are void. */
export const MAX_REVOKED_TOKENS = 200

export interface OAuthClientConfiguration {
  readonly client: OAuthClientRow
  readonly supplier: SupplierRow | null
  /** The latest first. */
  readonly revokedTokens: readonly OAuthRevokedToken[]
}

/** @param tokenLifeMs how long before its end a token was issued */
export function compileOAuthClient(
  { client, supplier, revokedTokens }: OAuthClientConfiguration,
  tokenLifeMs: number,
): CredentialSnapshot {
  const { secretHash, previousHash, previousUntil } = client
  const previous = previousHash === null || previousUntil === null ? [] : [{ hash: previousHash, until: previousUntil }]
  const isTooMany = revokedTokens.length > MAX_REVOKED_TOKENS
  const [latest] = revokedTokens
  const tokensFrom =
    isTooMany && latest !== undefined ? new Date(Date.parse(latest.expiresAt) - tokenLifeMs).toISOString() : null
  return {
    ...compileCommon(client, supplier),
    expiresAt: null,
    oauth: {
      secrets: [{ hash: secretHash, until: null }, ...previous],
      revokedTokens: isTooMany ? [] : revokedTokens.map(({ id }) => id),
      tokensFrom,
    },
  }
}

function compileCommon(row: Common, supplier: SupplierRow | null) {
  const perSecond = row.requestsPerSecond ?? supplier?.settings.rate_limit?.per_second ?? null
  const networks = row.allowedNetworks ?? []
  return {
    schema: SNAPSHOT_SCHEMA,
    keyId: row.id,
    tenantId: row.tenantId,
    role: row.role,
    subjectId: row.subjectId,
    scopes: row.scopes,
    revoked: row.revokedAt !== null,
    ...(networks.length === 0 ? {} : { allowedNetworks: networks }),
    ...(perSecond === null ? {} : { requestsPerSecond: perSecond }),
  } as const
}
