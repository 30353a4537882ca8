/**
 * Which auction a request key belongs to. Written down before the auction hears of it: whatever dies after that, the same
 * request finds the same auction.
 */

interface KeyRow extends Record<string, SqlStorageValue> {
  auction_id: string
  fingerprint: string
  expires_at: number
}

export interface RequestKey {
  readonly auctionId: string
  readonly fingerprint: string
}

export const REQUEST_KEYS_TABLE = 'request_keys'

export class RequestKeys {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    // WITHOUT ROWID: one billed row a key.
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS ${REQUEST_KEYS_TABLE} (
      request_key TEXT PRIMARY KEY, auction_id TEXT NOT NULL, fingerprint TEXT NOT NULL, expires_at INTEGER NOT NULL
    ) WITHOUT ROWID`)
  }

  find(key: string, now: number): RequestKey | null {
    const [row] = this.#sql
      .exec<KeyRow>('SELECT auction_id, fingerprint, expires_at FROM request_keys WHERE request_key = ?', key)
      .toArray()
    if (row === undefined || row.expires_at <= now) return null
    return { auctionId: row.auction_id, fingerprint: row.fingerprint }
  }

  /** Writes a key that nobody has, without a look before it. @returns false where it is known, expired or not */
  putNew(key: string, { auctionId, fingerprint }: RequestKey, expiresAt: number): boolean {
    const { rowsWritten } = this.#sql.exec(
      `INSERT INTO ${REQUEST_KEYS_TABLE} (request_key, auction_id, fingerprint, expires_at) VALUES (?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
      key,
      auctionId,
      fingerprint,
      expiresAt,
    )
    return rowsWritten > 0
  }

  put(key: string, { auctionId, fingerprint }: RequestKey, expiresAt: number): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO request_keys (request_key, auction_id, fingerprint, expires_at) VALUES (?, ?, ?, ?)',
      key,
      auctionId,
      fingerprint,
      expiresAt,
    )
  }
}
