/**
 * Which tenants have webhook endpoints at all. Events are most of what a report would carry to the database, and where nobody
 * listens, nobody misses them.
 *
 * Remembered is only that somebody listens: then what is written asks each endpoint anyway. That nobody does is asked again with every
 * batch, so that an endpoint hears of everything that comes after it.
 */
const MAX_KNOWN = 10_000

export class WebhookListeners {
  readonly #db: D1Database
  readonly #listening = new Set<string>()

  constructor(db: D1Database) {
    this.#db = db
  }

  /** @returns those of the tenants that have an endpoint, whatever it wants to hear of */
  async among(tenantIds: Iterable<string>): Promise<ReadonlySet<string>> {
    const asked = [...new Set(tenantIds)]
    const known = asked.filter((tenantId) => this.#listening.has(tenantId))
    const unknown = asked.filter((tenantId) => !this.#listening.has(tenantId))
    const found = unknown.length === 0 ? [] : await this.#ask(unknown)
    if (this.#listening.size + found.length > MAX_KNOWN) this.#listening.clear()
    for (const tenantId of found) this.#listening.add(tenantId)
    return new Set([...known, ...found])
  }

  async #ask(tenantIds: readonly string[]): Promise<readonly string[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT value AS tenantId FROM json_each(?1) AS asked
         WHERE EXISTS (SELECT 1 FROM webhook_endpoints WHERE webhook_endpoints.tenant_id = asked.value)`,
      )
      .bind(JSON.stringify(tenantIds))
      .all<{ tenantId: string }>()
    return results.map(({ tenantId }) => tenantId)
  }
}
