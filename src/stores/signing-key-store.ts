/** The keys that sign OAuth tokens: of the whole deployment, not of a tenant. */
import { asc, inArray } from 'drizzle-orm'
import { type Database, runBatch } from './database'
import { oauthSigningKeys } from './schema'

export type SigningKeyRow = typeof oauthSigningKeys.$inferSelect

export class SigningKeyStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async list(): Promise<readonly SigningKeyRow[]> {
    return await this.#database.select().from(oauthSigningKeys).orderBy(asc(oauthSigningKeys.period))
  }

  /** Adds keys for periods that have none; of two who do so at once, one key of each period is kept. */
  async add(rows: readonly SigningKeyRow[]): Promise<void> {
    const statements = rows.map((row) => this.#database.insert(oauthSigningKeys).values(row).onConflictDoNothing())
    await runBatch(this.#database, statements)
  }

  async remove(periods: readonly number[]): Promise<void> {
    if (periods.length === 0) return
    await this.#database.delete(oauthSigningKeys).where(inArray(oauthSigningKeys.period, [...periods]))
  }
}
