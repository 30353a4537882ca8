/**
 * What an account holds or has sold, by auction and attempt.
 *
 * A hold that is over is kept for a week, so that whatever is said of it again, late or twice, is known to be said already.
 * By then nothing is on its way any more: auctions repeat themselves within minutes. What is still held is never forgotten.
 */

import type { SoldAttempt } from '../../src/contracts/buyer-account'

export interface Hold extends Record<string, SqlStorageValue> {
  status: 'held' | 'sold' | 'released'
  contract_id: string
  price_micros: number
  /** When the attempt began, which fixes the cap period; of a tombstone, when it was put up. Milliseconds since 1970. */
  at: number
}

export interface SoldHold extends Record<string, SqlStorageValue> {
  contract_id: string
  at: number
}

export interface OpenHold extends Record<string, SqlStorageValue> {
  auction_id: string
  attempt: number
  contract_id: string
  at: number
}

/** For how long a hold that is over is kept. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1_000

export class Holds {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS holds (
      auction_id TEXT NOT NULL, attempt INTEGER NOT NULL, status TEXT NOT NULL, contract_id TEXT NOT NULL,
      price_micros INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (auction_id, attempt)
    ) WITHOUT ROWID`)
  }

  find(auctionId: string, attempt: number): Hold | null {
    const rows = this.#sql
      .exec<Hold>(
        'SELECT status, contract_id, price_micros, at FROM holds WHERE auction_id = ? AND attempt = ?',
        auctionId,
        attempt,
      )
      .toArray()
    return rows[0] ?? null
  }

  /** @returns when the attempt began that sold to a contract, ms since 1970; null where that is forgotten */
  soldAt(auctionId: string, contractId: string): number | null {
    const [row] = this.#sql
      .exec<{ at: number }>(
        "SELECT at FROM holds WHERE auction_id = ? AND contract_id = ? AND status <> 'released' LIMIT 1",
        auctionId,
        contractId,
      )
      .toArray()
    return row?.at ?? null
  }

  /** Holds for an attempt of which nothing is known, without a look before it. @returns false where something is */
  putNew(auctionId: string, attempt: number, { contract_id, price_micros, at }: Omit<Hold, 'status'>): boolean {
    const { rowsWritten } = this.#sql.exec(
      `INSERT INTO holds (auction_id, attempt, status, contract_id, price_micros, at) VALUES (?, ?, 'held', ?, ?, ?)
       ON CONFLICT DO NOTHING`,
      auctionId,
      attempt,
      contract_id,
      price_micros,
      at,
    )
    return rowsWritten > 0
  }

  write(auctionId: string, attempt: number, hold: Hold): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO holds (auction_id, attempt, status, contract_id, price_micros, at) VALUES (?, ?, ?, ?, ?, ?)',
      auctionId,
      attempt,
      hold.status,
      hold.contract_id,
      hold.price_micros,
      hold.at,
    )
  }

  /** What is held becomes sold; anything else stays as it is. @returns what was sold, or null where nothing was held */
  sell({ auctionId, attempt }: SoldAttempt): SoldHold | null {
    const [sold] = this.#sql
      .exec<SoldHold>(
        "UPDATE holds SET status = 'sold' WHERE auction_id = ? AND attempt = ? AND status = 'held' RETURNING contract_id, at",
        auctionId,
        attempt,
      )
      .toArray()
    return sold ?? null
  }

  /** The row stays as a tombstone: a reserve that was delayed on its way must not come to hold what is over. */
  bury(auctionId: string, attempt: number, now: number): void {
    this.write(auctionId, attempt, { status: 'released', contract_id: '', price_micros: 0, at: now })
  }

  /** @returns some of what has been held since before then; by chance, so that none of many waits for ever */
  openSince(before: number, limit: number): readonly OpenHold[] {
    return this.#sql
      .exec<OpenHold>(
        "SELECT auction_id, attempt, contract_id, at FROM holds WHERE status = 'held' AND at < ? ORDER BY RANDOM() LIMIT ?",
        before,
        limit,
      )
      .toArray()
  }

  /** What is held and not sold yet. */
  open(): { readonly count: number; readonly amountMicros: number } {
    const [row] = this.#sql
      .exec<{ count: number; amount: number }>(
        "SELECT COUNT(*) AS count, COALESCE(SUM(price_micros), 0) AS amount FROM holds WHERE status = 'held'",
      )
      .toArray()
    return { count: row?.count ?? 0, amountMicros: row?.amount ?? 0 }
  }

  /** Forgets what has been over for long. @returns how many holds are left */
  forget(now: number): number {
    this.#sql.exec("DELETE FROM holds WHERE status <> 'held' AND at < ?", now - KEPT_MS)
    return this.#sql.exec<{ count: number }>('SELECT COUNT(*) AS count FROM holds').one().count
  }
}
