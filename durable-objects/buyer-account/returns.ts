/**
 * Sales that were taken back, by auction and contract: each counts once, however often it is told. Rows are kept for good; a
 * return is rare, and may be told again long after its hold is forgotten.
 */
import type { SaleReturn } from '../../src/contracts/sale-return'

export class Returns {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS returns (
      auction_id TEXT NOT NULL, contract_id TEXT NOT NULL, return_id TEXT NOT NULL, PRIMARY KEY (auction_id, contract_id)
    ) WITHOUT ROWID`)
  }

  /** @returns whether it is new */
  note({ auctionId, contractId, returnId }: SaleReturn): boolean {
    const { rowsWritten } = this.#sql.exec(
      'INSERT OR IGNORE INTO returns (auction_id, contract_id, return_id) VALUES (?, ?, ?)',
      auctionId,
      contractId,
      returnId,
    )
    return rowsWritten > 0
  }
}
