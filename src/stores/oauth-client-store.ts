/** OAuth clients of one tenant, with the tokens of theirs that were revoked. Secrets are kept by hash only. */
import { and, desc, eq, gt, isNull, lt, or, sql } from 'drizzle-orm'
import { type Page, type PageRequest, toPage } from '../contracts/pagination'
import type { AuditSubject } from './audit-trail'
import { type Change, ChangeSet, type Written } from './change-set'
import type { Database } from './database'
import { oauthClients, oauthRevokedTokens } from './schema'

export type OAuthClientRow = typeof oauthClients.$inferSelect
export type OAuthRevokedToken = typeof oauthRevokedTokens.$inferSelect

/** A client to store: all of it but what the store adds. */
export type NewOAuthClient = Omit<
  OAuthClientRow,
  'tenantId' | 'createdAt' | 'revokedAt' | 'lastUsedAt' | 'previousHash' | 'previousUntil'
>

/** What an operator may change of a client. */
export type OAuthClientChanges = Partial<
  Pick<OAuthClientRow, 'name' | 'scopes' | 'allowedNetworks' | 'requestsPerSecond'>
>

export interface SecretRotation {
  readonly secretHash: string
  readonly secretLastFour: string
  /** Until when the old secret works too, RFC 3339 UTC; null ends it with this change. */
  readonly previousUntil: string | null
}

export class OAuthClientStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(database: Database, tenantId: string) {
    this.#database = database
    this.#tenantId = tenantId
  }

  async create(client: NewOAuthClient, change: Change): Promise<Written<OAuthClientRow>> {
    const absent = { revokedAt: null, lastUsedAt: null, previousHash: null, previousUntil: null }
    const row = { ...client, ...absent, tenantId: this.#tenantId, createdAt: change.at }
    const { publishIds } = await this.#changes(change)
      .writeAudited(this.#subject('create', client.id), this.#database.insert(oauthClients).values(row))
      .publish('oauth_client', client.id)
      .commit()
    return { row, publishIds }
  }

  async read(id: string): Promise<OAuthClientRow | null> {
    const [row] = await this.#database.select().from(oauthClients).where(this.#is(id))
    return row ?? null
  }

  /** @returns the tenant's clients, the newest first, revoked ones too */
  async list({ limit, after }: PageRequest): Promise<Page<OAuthClientRow>> {
    const rows = await this.#database
      .select()
      .from(oauthClients)
      .where(
        and(
          eq(oauthClients.tenantId, this.#tenantId),
          after?.[0] === undefined ? undefined : lt(oauthClients.id, after[0]),
        ),
      )
      .orderBy(desc(oauthClients.id))
      .limit(limit + 1)
    return toPage(rows, limit, (row) => [row.id])
  }

  /** @returns null where this tenant has no such client that still works */
  async update(id: string, changes: OAuthClientChanges, change: Change): Promise<Written<OAuthClientRow> | null> {
    const updated = this.#database.update(oauthClients).set(changes).where(this.#isLive(id)).returning()
    return await this.#commit(
      this.#changes(change).writeAudited(this.#subject('update', id), updated).publish('oauth_client', id),
    )
  }

  /** @returns null where this tenant has no such client that still works */
  async rotateSecret(id: string, rotation: SecretRotation, change: Change): Promise<Written<OAuthClientRow> | null> {
    const { secretHash, secretLastFour, previousUntil } = rotation
    const previousHash = previousUntil === null ? null : sql<string>`${oauthClients.secretHash}`
    const rotated = this.#database
      .update(oauthClients)
      .set({ secretHash, secretLastFour, previousHash, previousUntil })
      .where(this.#isLive(id))
      .returning()
    return await this.#commit(
      this.#changes(change).writeAudited(this.#subject('rotate', id), rotated).publish('oauth_client', id),
    )
  }

  /** @returns null where this tenant has no such client that still works */
  async revoke(id: string, change: Change): Promise<Written<OAuthClientRow> | null> {
    const revoked = this.#database
      .update(oauthClients)
      .set({ revokedAt: change.at })
      .where(this.#isLive(id))
      .returning()
    return await this.#commit(
      this.#changes(change)
        .writeAudited(this.#subject('revoke', id), revoked)
        .publish('oauth_client', id)
        .touchSupplierOfClient(id),
    )
  }

  /** Ends one token of a client. Said twice, it counts once. @returns the publish rows */
  async revokeToken(token: Omit<OAuthRevokedToken, 'tenantId'>, change: Change): Promise<readonly string[]> {
    const row = { ...token, tenantId: this.#tenantId }
    const { publishIds } = await this.#changes(change)
      .writeAudited(
        {
          action: 'oauth_token.revoke',
          kind: 'oauth_token',
          id: token.id,
          table: oauthRevokedTokens,
          where: and(eq(oauthRevokedTokens.tenantId, this.#tenantId), eq(oauthRevokedTokens.id, token.id)),
        },
        this.#database.insert(oauthRevokedTokens).values(row).onConflictDoNothing(),
      )
      .publish('oauth_client', token.clientId)
      .touchSupplierOfClient(token.clientId)
      .commit()
    return publishIds
  }

  /** @param now RFC 3339 UTC @returns those of a client's revoked tokens that have not ended by themselves */
  async revokedTokens(clientId: string, now: string, limit: number): Promise<readonly OAuthRevokedToken[]> {
    return await this.#database
      .select()
      .from(oauthRevokedTokens)
      .where(
        and(
          eq(oauthRevokedTokens.tenantId, this.#tenantId),
          eq(oauthRevokedTokens.clientId, clientId),
          gt(oauthRevokedTokens.expiresAt, now),
        ),
      )
      .orderBy(desc(oauthRevokedTokens.expiresAt), oauthRevokedTokens.id)
      .limit(limit)
  }

  /** Notes a use; one that was noted since `before` stays as it is. Times are RFC 3339 UTC. */
  async noteUse(id: string, at: string, before: string): Promise<void> {
    const isOld = or(isNull(oauthClients.lastUsedAt), lt(oauthClients.lastUsedAt, before))
    await this.#database
      .update(oauthClients)
      .set({ lastUsedAt: at })
      .where(and(this.#is(id), isOld))
  }

  async #commit(changes: ChangeSet): Promise<Written<OAuthClientRow> | null> {
    const { publishIds, results } = await changes.commit()
    const [row] = results[0] as readonly OAuthClientRow[]
    return row === undefined ? null : { row, publishIds }
  }

  #isLive(id: string) {
    return and(this.#is(id), isNull(oauthClients.revokedAt))
  }

  #is(id: string) {
    return and(eq(oauthClients.tenantId, this.#tenantId), eq(oauthClients.id, id))
  }

  #subject(deed: 'create' | 'update' | 'rotate' | 'revoke', id: string): AuditSubject {
    return { action: `oauth_client.${deed}`, kind: 'oauth_client', id, table: oauthClients, where: this.#is(id) }
  }

  #changes(change: Change): ChangeSet {
    return new ChangeSet(this.#database, this.#tenantId, change)
  }
}
