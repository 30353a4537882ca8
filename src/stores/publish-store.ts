/** Publish rows of one tenant: what the edge has yet to hear of. */
import { and, asc, eq, inArray } from 'drizzle-orm'
import { type Database, runBatch } from './database'
import { publishes } from './schema'

export type PublishRow = typeof publishes.$inferSelect

/** D1 binds at most 100 values a statement. */
const MAX_IDS = 90

export class PublishStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(database: Database, tenantId: string) {
    this.#database = database
    this.#tenantId = tenantId
  }

  /** @returns what waits, the oldest first */
  async list(limit: number): Promise<readonly PublishRow[]> {
    return await this.#database
      .select()
      .from(publishes)
      .where(eq(publishes.tenantId, this.#tenantId))
      .orderBy(asc(publishes.id))
      .limit(limit)
  }

  /** Forgets rows that were published. */
  async remove(ids: readonly string[]): Promise<void> {
    const statements = chunks(ids).map((chunk) =>
      this.#database.delete(publishes).where(and(eq(publishes.tenantId, this.#tenantId), inArray(publishes.id, chunk))),
    )
    await runBatch(this.#database, statements)
  }
}

/** @returns the ids in lists that one statement can bind */
export function chunks(ids: readonly string[]): string[][] {
  const lists: string[][] = []
  for (let start = 0; start < ids.length; start += MAX_IDS) lists.push(ids.slice(start, start + MAX_IDS))
  return lists
}
