/** Which credentials of a supplier have ended or will: what its gate refuses at once, whatever the edge still believes. */
import { and, desc, eq, gt, isNotNull, or } from 'drizzle-orm'
import type { Database } from './database'
import { apiKeys, oauthClients, oauthRevokedTokens } from './schema'

/** The id of a key, client or token, and when it ends, RFC 3339 UTC. */
export interface CredentialEnd {
  readonly id: string
  readonly endsAt: string
}

/** More than a supplier ever ends within the time that the edge may be behind. */
const MAX_ENDS = 200

export class CredentialEndStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(database: Database, tenantId: string) {
    this.#database = database
    this.#tenantId = tenantId
  }

  /** @param since RFC 3339 UTC; what ended before is known to every edge by now */
  async ofSupplier(supplierId: string, since: string): Promise<readonly CredentialEnd[]> {
    const database = this.#database
    const keysOf = and(eq(apiKeys.tenantId, this.#tenantId), eq(apiKeys.subjectId, supplierId))
    const clientsOf = and(eq(oauthClients.tenantId, this.#tenantId), eq(oauthClients.subjectId, supplierId))
    const [keys, clients, tokens] = await database.batch([
      database
        .select({ id: apiKeys.id, revokedAt: apiKeys.revokedAt, expiresAt: apiKeys.expiresAt })
        .from(apiKeys)
        .where(and(keysOf, or(gt(apiKeys.revokedAt, since), gt(apiKeys.expiresAt, since))))
        .orderBy(desc(apiKeys.id))
        .limit(MAX_ENDS),
      database
        .select({ id: oauthClients.id, revokedAt: oauthClients.revokedAt })
        .from(oauthClients)
        .where(and(clientsOf, isNotNull(oauthClients.revokedAt), gt(oauthClients.revokedAt, since)))
        .orderBy(desc(oauthClients.id))
        .limit(MAX_ENDS),
      database
        .select({ id: oauthRevokedTokens.id })
        .from(oauthRevokedTokens)
        .innerJoin(oauthClients, eq(oauthClients.id, oauthRevokedTokens.clientId))
        .where(and(clientsOf, gt(oauthRevokedTokens.expiresAt, since)))
        .orderBy(desc(oauthRevokedTokens.expiresAt))
        .limit(MAX_ENDS),
    ])
    return [
      ...keys.map(({ id, revokedAt, expiresAt }) => ({ id, endsAt: revokedAt ?? expiresAt ?? since })),
      ...clients.map(({ id, revokedAt }) => ({ id, endsAt: revokedAt ?? since })),
      ...tokens.map(({ id }) => ({ id, endsAt: since })),
    ]
  }
}
