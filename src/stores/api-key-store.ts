/** API keys of one tenant, by hash only. */
import { and, desc, eq, isNull, lt, notExists, or } from 'drizzle-orm'
import { type Page, type PageRequest, toPage } from '../contracts/pagination'
import type { AuditSubject } from './audit-trail'
import { type Change, ChangeSet, type Written } from './change-set'
import type { Database, Statement } from './database'
import { apiKeys } from './schema'

export type ApiKeyRow = typeof apiKeys.$inferSelect

/** A key to store: all of it but what the store adds. */
export type NewApiKeyRow = Pick<
  ApiKeyRow,
  'id' | 'role' | 'subjectId' | 'hash' | 'prefix' | 'lastFour' | 'scopes' | 'expiresAt'
> &
  Partial<Pick<ApiKeyRow, 'name' | 'clientId' | 'allowedNetworks' | 'requestsPerSecond'>>

/** What an operator may change of a key. */
export type ApiKeyChanges = Partial<
  Pick<ApiKeyRow, 'name' | 'scopes' | 'allowedNetworks' | 'requestsPerSecond' | 'expiresAt'>
>

export interface ApiKeyFilter {
  readonly role?: ApiKeyRow['role'] | undefined
  readonly subjectId?: string | undefined
}

export interface ApiKeyRotation {
  readonly known: ApiKeyRow
  readonly successor: NewApiKeyRow
  /** When the old key ends, RFC 3339 UTC; null ends it with this change. */
  readonly endsAt: string | null
}

export class ApiKeyStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(database: Database, tenantId: string) {
    this.#database = database
    this.#tenantId = tenantId
  }

  async create(key: NewApiKeyRow, change: Change): Promise<Written<ApiKeyRow>> {
    const row = apiKeyRow(key, this.#tenantId, change)
    const { publishIds } = await this.#changes(change)
      .writeAudited(this.#subject('create', key.id), insertApiKey(this.#database, row))
      .publish('credential', key.id)
      .commit()
    return { row, publishIds }
  }

  async read(id: string): Promise<ApiKeyRow | null> {
    const [row] = await this.#database.select().from(apiKeys).where(this.#is(id))
    return row ?? null
  }

  /** @returns the tenant's keys, the newest first, those that ended too */
  async list({ role, subjectId }: ApiKeyFilter, { limit, after }: PageRequest): Promise<Page<ApiKeyRow>> {
    const rows = await this.#database
      .select()
      .from(apiKeys)
      .where(
        and(
          eq(apiKeys.tenantId, this.#tenantId),
          role === undefined ? undefined : eq(apiKeys.role, role),
          subjectId === undefined ? undefined : eq(apiKeys.subjectId, subjectId),
          after?.[0] === undefined ? undefined : lt(apiKeys.id, after[0]),
        ),
      )
      .orderBy(desc(apiKeys.id))
      .limit(limit + 1)
    return toPage(rows, limit, (row) => [row.id])
  }

  /** @returns the keys of a supplier or buyer, the newest first, revoked ones too */
  async listOf(subjectId: string): Promise<readonly ApiKeyRow[]> {
    return (await this.list({ subjectId }, { limit: 100, after: null })).rows
  }

  /** @returns null where this tenant has no such key that still works */
  async update(id: string, changes: ApiKeyChanges, change: Change): Promise<Written<ApiKeyRow> | null> {
    const updated = this.#database.update(apiKeys).set(changes).where(this.#isLive(id)).returning()
    const changeSet = this.#changes(change).writeAudited(this.#subject('update', id), updated).publish('credential', id)
    // Only an end that changes is a matter of the supplier's gate, which must hear of it at once.
    return await this.#commit(changes.expiresAt === undefined ? changeSet : changeSet.touchSupplierOfKey(id))
  }

  /** Makes the successor of a key, and sets the old one's end. @returns null where it was rotated or revoked meanwhile */
  async rotate({ known, successor, endsAt }: ApiKeyRotation, change: Change): Promise<Written<ApiKeyRow> | null> {
    const row = apiKeyRow(successor, this.#tenantId, change)
    const ending = endsAt === null ? { revokedAt: change.at } : { expiresAt: endsAt }
    const old = and(this.#isLive(known.id), isNull(apiKeys.replacedBy))
    // Of two rotations at once, the later one finds nothing to succeed and takes its key back.
    const { publishIds, results } = await this.#changes(change)
      .writeAudited(
        this.#subject('rotate', known.id),
        this.#database
          .update(apiKeys)
          .set({ ...ending, replacedBy: row.id })
          .where(old)
          .returning(),
      )
      .write(insertApiKey(this.#database, row))
      .write(this.#removeUnlessNamed(known.id, row.id))
      .publish('credential', known.id)
      .publish('credential', row.id)
      .touchSupplierOfKey(known.id)
      .commit()
    const [replaced] = results[0] as readonly ApiKeyRow[]
    return replaced === undefined ? null : { row, publishIds }
  }

  /** @returns null where this tenant has no such key that still works */
  async revoke(id: string, change: Change): Promise<Written<ApiKeyRow> | null> {
    const revoked = this.#database.update(apiKeys).set({ revokedAt: change.at }).where(this.#isLive(id)).returning()
    const changeSet = this.#changes(change).writeAudited(this.#subject('revoke', id), revoked)
    return await this.#commit(changeSet.publish('credential', id).touchSupplierOfKey(id))
  }

  /** Notes a use; one that was noted since `before` stays as it is. Times are RFC 3339 UTC. */
  async noteUse(id: string, at: string, before: string): Promise<void> {
    const isOld = or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, before))
    await this.#database
      .update(apiKeys)
      .set({ lastUsedAt: at })
      .where(and(this.#is(id), isOld))
  }

  async #commit(changes: ChangeSet): Promise<Written<ApiKeyRow> | null> {
    const { publishIds, results } = await changes.commit()
    const [row] = results[0] as readonly ApiKeyRow[]
    return row === undefined ? null : { row, publishIds }
  }

  /** Takes back a successor that its predecessor does not name. */
  #removeUnlessNamed(id: string, successorId: string): Statement {
    const named = this.#database
      .select({ id: apiKeys.id })
      .from(apiKeys)
      .where(and(this.#is(id), eq(apiKeys.replacedBy, successorId)))
    return this.#database.delete(apiKeys).where(and(this.#is(successorId), notExists(named)))
  }

  #isLive(id: string) {
    return and(this.#is(id), isNull(apiKeys.revokedAt))
  }

  #is(id: string) {
    return and(eq(apiKeys.tenantId, this.#tenantId), eq(apiKeys.id, id))
  }

  #subject(deed: 'create' | 'update' | 'rotate' | 'revoke', id: string): AuditSubject {
    return { action: `api_key.${deed}`, kind: 'api_key', id, table: apiKeys, where: this.#is(id) }
  }

  #changes(change: Change): ChangeSet {
    return new ChangeSet(this.#database, this.#tenantId, change)
  }
}

/** @returns the statement that stores a key, for a batch that creates its owner too */
export function insertApiKey(database: Database, row: ApiKeyRow): Statement {
  return database.insert(apiKeys).values(row)
}

/** @returns the whole row of a new key */
export function apiKeyRow(key: NewApiKeyRow, tenantId: string, { at }: Omit<Change, 'by'>): ApiKeyRow {
  const { name = null, clientId = null, allowedNetworks = null, requestsPerSecond = null } = key
  const given = { ...key, name, clientId, allowedNetworks, requestsPerSecond }
  return { ...given, tenantId, createdAt: at, revokedAt: null, replacedBy: null, lastUsedAt: null }
}
