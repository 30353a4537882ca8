/**
 * One per buyer: whether a sale to it may happen, decided at the moment of the award.
 *
 * A hold belongs to its attempt until that attempt ends; it never expires by itself, because a post that may have been
 * taken must stay counted. Every call is idempotent by auction and attempt.
 */
import { DurableObject } from 'cloudflare:workers'
import type { AccountConfiguration, BuyerAccountRpc, ReserveRequest, ReserveResult } from '../src/contracts/objects'

interface HoldRow extends Record<string, SqlStorageValue> {
  status: 'held' | 'sold' | 'released'
}

export class BuyerAccountObject extends DurableObject implements BuyerAccountRpc {
  readonly #sql: SqlStorage
  #configuration: AccountConfiguration | null

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#sql = ctx.storage.sql
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS holds (
      auction_id TEXT NOT NULL, attempt INTEGER NOT NULL, status TEXT NOT NULL, price_micros INTEGER NOT NULL,
      at INTEGER NOT NULL, PRIMARY KEY (auction_id, attempt)
    ) WITHOUT ROWID`)
    this.#configuration = ctx.storage.kv.get<AccountConfiguration>('configuration') ?? null
  }

  async reserve({ auctionId, attempt, priceMicros, at }: ReserveRequest): Promise<ReserveResult> {
    const known = this.#find(auctionId, attempt)
    if (known !== null)
      return known.status === 'released' ? { granted: false, reason: 'account_denied' } : { granted: true }
    if (this.#configuration?.active === false) return { granted: false, reason: 'paused' }
    this.#write({ auctionId, attempt, priceMicros, at, status: 'held' })
    return { granted: true }
  }

  async commit(auctionId: string, attempt: number): Promise<void> {
    this.#sql.exec(
      "UPDATE holds SET status = 'sold' WHERE auction_id = ? AND attempt = ? AND status = 'held'",
      auctionId,
      attempt,
    )
  }

  async release(auctionId: string, attempt: number): Promise<void> {
    const known = this.#find(auctionId, attempt)
    if (known?.status === 'sold' || known?.status === 'released') return
    // The row stays as a tombstone: a reserve that was delayed on its way must not come to hold what is over.
    this.#write({ auctionId, attempt, priceMicros: 0, at: 0, status: 'released' })
  }

  async configure(configuration: AccountConfiguration): Promise<void> {
    if (this.#configuration !== null && this.#configuration.version > configuration.version) return
    this.#configuration = configuration
    this.ctx.storage.kv.put('configuration', configuration)
  }

  #find(auctionId: string, attempt: number): HoldRow | null {
    const rows = this.#sql
      .exec<HoldRow>('SELECT status FROM holds WHERE auction_id = ? AND attempt = ?', auctionId, attempt)
      .toArray()
    return rows[0] ?? null
  }

  #write(hold: ReserveRequest & { readonly status: HoldRow['status'] }): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO holds (auction_id, attempt, status, price_micros, at) VALUES (?, ?, ?, ?, ?)',
      hold.auctionId,
      hold.attempt,
      hold.status,
      hold.priceMicros,
      hold.at,
    )
  }
}
