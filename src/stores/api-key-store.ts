/** API keys of one tenant, by hash only. */
import { and, desc, eq, isNull } from 'drizzle-orm'
import { type Change, ChangeSet, type Written } from './change-set'
import type { Database, Statement } from './database'
import { apiKeys } from './schema'

export type ApiKeyRow = typeof apiKeys.$inferSelect

/** A key to store: all of it but what the store adds. */
export type NewApiKeyRow = Omit<ApiKeyRow, 'tenantId' | 'createdAt' | 'revokedAt'>

export class ApiKeyStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(database: Database, tenantId: string) {
    this.#database = database
    this.#tenantId = tenantId
  }

  async create(key: NewApiKeyRow, change: Change): Promise<Written<ApiKeyRow>> {
    const row = { ...key, tenantId: this.#tenantId, createdAt: change.at, revokedAt: null }
    const { publishIds } = await new ChangeSet(this.#database, this.#tenantId, change)
      .write(insertApiKey(this.#database, row))
      .publish('credential', key.id)
      .commit()
    return { row, publishIds }
  }

  async read(id: string): Promise<ApiKeyRow | null> {
    const [row] = await this.#database.select().from(apiKeys).where(this.#is(id))
    return row ?? null
  }

  /** @returns the keys of a supplier or buyer, the newest first, revoked ones too */
  async listOf(subjectId: string): Promise<readonly ApiKeyRow[]> {
    return await this.#database
      .select()
      .from(apiKeys)
      .where(and(eq(apiKeys.tenantId, this.#tenantId), eq(apiKeys.subjectId, subjectId)))
      .orderBy(desc(apiKeys.id))
      .limit(100)
  }

  /** @returns null where this tenant has no such key that still works */
  async revoke(id: string, change: Change): Promise<Written<ApiKeyRow> | null> {
    const { publishIds, results } = await new ChangeSet(this.#database, this.#tenantId, change)
      .write(
        this.#database
          .update(apiKeys)
          .set({ revokedAt: change.at })
          .where(and(this.#is(id), isNull(apiKeys.revokedAt)))
          .returning(),
      )
      .publish('credential', id)
      .commit()
    const [row] = results[0] as readonly ApiKeyRow[]
    return row === undefined ? null : { row, publishIds }
  }

  #is(id: string) {
    return and(eq(apiKeys.tenantId, this.#tenantId), eq(apiKeys.id, id))
  }
}

/** @returns the statement that stores a key, for a batch that creates its owner too */
export function insertApiKey(database: Database, row: ApiKeyRow): Statement {
  return database.insert(apiKeys).values(row)
}
