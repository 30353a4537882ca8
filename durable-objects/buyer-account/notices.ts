/**
 * What the account has to tell: kept until the database has it, and told again until then. One row a cap and period; it stays,
 * marked as told, so that the same is not told twice, and goes when the account forgets what is over.
 */
import type { WebhookDraft } from '../../src/contracts/webhook-outbox'

/** Longer than the longest period but `total`. */
const KEPT_MS = 62 * 24 * 60 * 60 * 1_000
const MAX_UNTOLD = 100

export class Notices {
  readonly #sql: SqlStorage
  /** Keys that are known to be stored, so that a full cap costs no query for each lead that it turns away. */
  readonly #known = new Set<string>()

  constructor(sql: SqlStorage) {
    this.#sql = sql
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS notices (
      key TEXT PRIMARY KEY, draft TEXT NOT NULL, at INTEGER NOT NULL, told INTEGER NOT NULL
    ) WITHOUT ROWID`)
  }

  /** @param now ms since 1970 @returns whether it is new */
  add(draft: WebhookDraft, now: number): boolean {
    if (this.#known.has(draft.key)) return false
    if (this.#known.size > 1_000) this.#known.clear()
    this.#known.add(draft.key)
    const cursor = this.#sql.exec(
      'INSERT INTO notices (key, draft, at, told) VALUES (?, ?, ?, 0) ON CONFLICT DO NOTHING',
      draft.key,
      JSON.stringify(draft),
      now,
    )
    return cursor.rowsWritten > 0
  }

  /** @returns what was not acknowledged yet */
  untold(): readonly WebhookDraft[] {
    return this.#sql
      .exec<{ draft: string }>('SELECT draft FROM notices WHERE told = 0 LIMIT ?', MAX_UNTOLD)
      .toArray()
      .map(({ draft }) => JSON.parse(draft))
  }

  acknowledge(key: string): void {
    this.#sql.exec('UPDATE notices SET told = 1 WHERE key = ? AND told = 0', key)
  }

  /** Forgets what was told of periods that are over. @param now ms since 1970 */
  forget(now: number): void {
    this.#sql.exec('DELETE FROM notices WHERE told = 1 AND at < ?', now - KEPT_MS)
  }
}
