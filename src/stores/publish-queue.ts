/**
 * Publish rows of all tenants, for the publisher alone, which serves all of them.
 *
 * It tells which tenant a row belongs to, and nothing else is read here: whatever is then read or removed goes through the
 * stores of that tenant.
 */
import { asc, gt, inArray } from 'drizzle-orm'
import { type Database, runBatch } from './database'
import { chunks, type PublishRow } from './publish-store'
import { publishes } from './schema'

export class PublishQueue {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** @returns those rows that are still there */
  async byIds(ids: readonly string[]): Promise<readonly PublishRow[]> {
    const statements = chunks(ids).map((chunk) =>
      this.#database.select().from(publishes).where(inArray(publishes.id, chunk)),
    )
    return ((await runBatch(this.#database, statements)) as readonly (readonly PublishRow[])[]).flat()
  }

  /** @param after the last id of the page before, or '' */
  async page(after: string, limit: number): Promise<readonly PublishRow[]> {
    return await this.#database
      .select()
      .from(publishes)
      .where(gt(publishes.id, after))
      .orderBy(asc(publishes.id))
      .limit(limit)
  }
}
