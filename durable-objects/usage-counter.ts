/**
 * How much was held or sold since a moment, by scope (a contract, a campaign), in slots of a quarter of an hour: no zone's hour or day begins
 * between two of them. One row a slot and scope, so that a cap by month never reads a million holds.
 */
import type { Usage } from '../src/core/limits/cap'

const SLOT_MS = 15 * 60 * 1_000
const MAX_SUMS = 1_000
/** Longer than the longest period but `total`, with a month for what is given back late. */
const KEPT_MS = 62 * 24 * 60 * 60 * 1_000
/** The slot that older ones are carried into: only `total` reaches back to it. */
const CARRIED = 0

export interface UsageChange {
  readonly scope: string
  /** The moment of the award, which fixes the period; ms since 1970. */
  readonly at: number
  readonly count: number
  readonly amountMicros: number
}

export class UsageCounter {
  readonly #sql: SqlStorage
  /** Sums that were asked for, kept up to date by every change: `<scope> <since>`. */
  readonly #sums = new Map<string, { scope: string | null; since: number; count: number; amountMicros: number }>()

  constructor(sql: SqlStorage) {
    this.#sql = sql
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS usage (
      slot INTEGER NOT NULL, scope TEXT NOT NULL, count INTEGER NOT NULL, amount_micros INTEGER NOT NULL,
      PRIMARY KEY (slot, scope)
    ) WITHOUT ROWID`)
  }

  add({ scope, at, count, amountMicros }: UsageChange): void {
    const slot = at - (at % SLOT_MS)
    this.#sql.exec(
      `INSERT INTO usage (slot, scope, count, amount_micros) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT DO UPDATE SET count = count + ?3, amount_micros = amount_micros + ?4`,
      slot,
      scope,
      count,
      amountMicros,
    )
    for (const sum of this.#sums.values()) {
      if (slot < sum.since || (sum.scope !== null && sum.scope !== scope)) continue
      sum.count += count
      sum.amountMicros += amountMicros
    }
  }

  /** @param scope null for all of them together */
  since(scope: string | null, since: number): Usage {
    const key = `${scope ?? '*'} ${since}`
    const known = this.#sums.get(key)
    if (known !== undefined) return known
    const [row] = this.#sql
      .exec<{ count: number; amount: number }>(
        `SELECT COALESCE(SUM(count), 0) AS count, COALESCE(SUM(amount_micros), 0) AS amount FROM usage
         WHERE slot >= ?1 AND (?2 IS NULL OR scope = ?2)`,
        since,
        scope,
      )
      .toArray()
    const sum = { scope, since, count: row?.count ?? 0, amountMicros: row?.amount ?? 0 }
    // Windows that are over are not asked for again; emptying now and then costs a query each.
    if (this.#sums.size >= MAX_SUMS) this.#sums.clear()
    this.#sums.set(key, sum)
    return sum
  }

  /** Carries slots that no period but `total` reaches back to into one row a scope. */
  compact(now: number): void {
    const before = now - KEPT_MS
    const old = this.#sql.exec('SELECT 1 FROM usage WHERE slot > ? AND slot < ? LIMIT 1', CARRIED, before).toArray()
    if (old.length === 0) return
    // Both in one turn of the object, so that they are stored together or not at all.
    this.#sql.exec(
      `INSERT INTO usage (slot, scope, count, amount_micros)
       SELECT ?1, scope, SUM(count), SUM(amount_micros) FROM usage WHERE slot > ?1 AND slot < ?2 GROUP BY scope
       ON CONFLICT DO UPDATE SET count = count + excluded.count, amount_micros = amount_micros + excluded.amount_micros`,
      CARRIED,
      before,
    )
    this.#sql.exec('DELETE FROM usage WHERE slot > ? AND slot < ?', CARRIED, before)
  }
}
