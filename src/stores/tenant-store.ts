/** The tenant itself: its mode decides the kind of its keys, its currency what amounts mean. */
import { eq } from 'drizzle-orm'
import type { Database } from './database'
import { tenants } from './schema'

export type TenantRow = typeof tenants.$inferSelect

/** @returns every tenant there is, for jobs that go from one to the next */
export async function tenantIds(db: D1Database): Promise<readonly string[]> {
  const { results } = await db.prepare('SELECT id FROM tenants ORDER BY id').all<{ id: string }>()
  return results.map(({ id }) => id)
}

export class TenantStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(database: Database, tenantId: string) {
    this.#database = database
    this.#tenantId = tenantId
  }

  /** @throws where the tenant does not exist: a principal of one that was never made is a bug */
  async read(): Promise<TenantRow> {
    const [row] = await this.#database.select().from(tenants).where(eq(tenants.id, this.#tenantId))
    if (row === undefined) throw new Error('there is no such tenant')
    return row
  }
}
