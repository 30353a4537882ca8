/** Which tenants have a suppression index to build: for whoever wakes the builders, and nothing else is read here. */
import { isNotNull } from 'drizzle-orm'
import type { Database } from './database'
import { suppressionChanges, suppressionIndexes } from './schema'

export class SuppressionQueue {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** @returns the ids of the tenants */
  async waiting(): Promise<readonly string[]> {
    const [changed, running] = await this.#database.batch([
      this.#database.selectDistinct({ tenantId: suppressionChanges.tenantId }).from(suppressionChanges),
      this.#database
        .select({ tenantId: suppressionIndexes.tenantId })
        .from(suppressionIndexes)
        .where(isNotNull(suppressionIndexes.run)),
    ])
    return [...new Set([...changed, ...running].map(({ tenantId }) => tenantId))]
  }
}
