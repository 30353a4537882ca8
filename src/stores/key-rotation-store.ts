/** Everything in the database that lies under a master key, of all tenants; walked through when there is a new one. */
export interface SealedColumn {
  /** Names it in `key_rotations`; never changes. */
  readonly what: string
  readonly table: string
  /** Unique text, with its table's name, that the walk goes by. */
  readonly id: string
  readonly column: string
  /** What the values are: a data key wrapped by the tenant's key, or a secret sealed for this purpose. */
  readonly kind: 'data_key' | 'buyer-secrets' | 'oauth-signing-key' | 'webhook-secret'
}

export interface SealedValue {
  readonly id: string
  readonly tenantId: string
  readonly sealed: string
}

export interface RotationProgress {
  readonly place: string
  readonly rewrapped: number
  readonly finishedAt: string | null
}

const NOT_BEGUN: RotationProgress = { place: '', rewrapped: 0, finishedAt: null }

export class KeyRotationStore {
  readonly #d1: D1Database

  constructor(d1: D1Database) {
    this.#d1 = d1
  }

  async progress(kid: string): Promise<ReadonlyMap<string, RotationProgress>> {
    const { results } = await this.#d1
      .prepare('SELECT what, place, rewrapped, finished_at AS finishedAt FROM key_rotations WHERE kid = ?1')
      .bind(kid)
      .all<RotationProgress & { readonly what: string }>()
    return new Map(results.map(({ what, ...progress }) => [what, { ...NOT_BEGUN, ...progress }]))
  }

  /** @returns values behind the place, also those that are under the present key */
  async page({ table, id, column, kind }: SealedColumn, after: string, limit: number): Promise<readonly SealedValue[]> {
    const tenantId = kind === 'oauth-signing-key' ? `''` : 'tenant_id'
    const { results } = await this.#d1
      .prepare(
        `SELECT ${id} AS id, ${tenantId} AS tenantId, ${column} AS sealed FROM ${table}
         WHERE ${id} > ?1 AND ${column} IS NOT NULL ORDER BY ${id} LIMIT ?2`,
      )
      .bind(after, limit)
      .all<SealedValue>()
    return results
  }

  /** Puts the values where the old ones still stand, and notes how far the walk has come, in one transaction. */
  async advance(
    kid: string,
    column: SealedColumn,
    { changes, progress }: { readonly changes: readonly Change[]; readonly progress: RotationProgress },
  ): Promise<void> {
    const { table, id, column: name, what } = column
    await this.#d1.batch([
      this.#d1
        .prepare(
          `UPDATE ${table} SET ${name} = changed.new
           FROM (SELECT value ->> 'id' AS id, value ->> 'from' AS old, value ->> 'to' AS new FROM json_each(?1)) AS changed
           WHERE ${id} = changed.id AND ${name} = changed.old`,
        )
        .bind(JSON.stringify(changes)),
      ...(column.kind === 'buyer-secrets' && changes.length > 0 ? this.#republish(kid, changes) : []),
      this.#d1
        .prepare(
          `INSERT INTO key_rotations (kid, what, place, rewrapped, finished_at) VALUES (?1, ?2, ?3, ?4, ?5)
           ON CONFLICT DO UPDATE SET place = excluded.place, rewrapped = excluded.rewrapped, finished_at = excluded.finished_at`,
        )
        .bind(kid, what, progress.place, progress.rewrapped, progress.finishedAt),
    ])
  }

  /** Snapshots hold the sealed credentials of buyers too. */
  #republish(kid: string, changes: readonly Change[]): readonly D1PreparedStatement[] {
    const ids = JSON.stringify(changes.map(({ id }) => id))
    const touched = `SELECT campaign_id FROM buyer_contracts WHERE id IN (SELECT value FROM json_each(?1))`
    return [
      this.#d1.prepare(`UPDATE campaigns SET version = version + 1 WHERE id IN (${touched})`).bind(ids),
      this.#d1
        .prepare(
          `INSERT INTO publishes (id, tenant_id, kind, subject_id)
           SELECT 'pub_key.' || ?2 || '.' || id, tenant_id, 'campaign', id FROM campaigns WHERE id IN (${touched})
           ON CONFLICT DO NOTHING`,
        )
        .bind(ids, kid),
    ]
  }
}

export interface Change {
  readonly id: string
  readonly from: string
  readonly to: string
}
