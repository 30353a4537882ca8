/**
 * One per campaign and hash prefix: whether a lead's identity was seen within the campaign's window.
 *
 * Holds keyed hashes only. A claim is held while its auction runs, confirmed when it sold or may have sold, and released
 * otherwise, so that a lead nobody bought can come again. A hold that is never resolved ends by itself.
 */
import { DurableObject } from 'cloudflare:workers'
import type { IdentityClaim, IdentityIndexRpc } from '../src/contracts/objects'
import { ExpirySweep } from './expiry-sweep'

/**
 * The characters of a key that choose its object: 16 objects a campaign. Each takes hundreds of leads a second, and the fewer
 * there are, the fewer leads pay for the first use of a named object.
 */
export const IDENTITY_PREFIX_CHARS = 1

interface ClaimRow extends Record<string, SqlStorageValue> {
  auction_id: string
  expires_at: number
}

export class IdentityIndexObject extends DurableObject implements IdentityIndexRpc {
  readonly #sql: SqlStorage
  readonly #now: () => number
  readonly #sweep: ExpirySweep

  constructor(ctx: DurableObjectState, env: Env, services: { readonly now: () => number }) {
    super(ctx, env)
    this.#now = services.now
    this.#sql = ctx.storage.sql
    this.#sweep = new ExpirySweep(ctx.storage, 'claims')
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS claims (
      key TEXT PRIMARY KEY, auction_id TEXT NOT NULL, expires_at INTEGER NOT NULL
    ) WITHOUT ROWID`)
  }

  async claim({ keys, auctionId, holdMs }: IdentityClaim & { readonly holdMs: number }): Promise<boolean> {
    const now = this.#now()
    const rows = keys.map((key) => this.#find(key))
    if (rows.some((row) => row !== null && row.expires_at > now && row.auction_id !== auctionId)) return false
    // A claim that is repeated keeps what it has: it may be confirmed already. One that has ended is taken anew.
    const missing = keys.filter((_, index) => (rows[index]?.expires_at ?? 0) <= now)
    this.#write(missing, auctionId, now + holdMs)
    await this.#sweep.keep(now)
    return true
  }

  async confirm({ keys, auctionId, seenMs }: IdentityClaim & { readonly seenMs: number }): Promise<void> {
    const now = this.#now()
    // Also where the hold has ended meanwhile: the sale is a fact, and the newer claim has its own row's fate to bear.
    this.#write(keys, auctionId, now + seenMs)
    await this.#sweep.keep(now)
  }

  async release({ keys, auctionId }: IdentityClaim): Promise<void> {
    for (const key of keys) this.#sql.exec('DELETE FROM claims WHERE key = ? AND auction_id = ?', key, auctionId)
  }

  async holds(keys: readonly string[]): Promise<boolean> {
    const now = this.#now()
    return keys.some((key) => (this.#find(key)?.expires_at ?? 0) > now)
  }

  override async alarm(): Promise<void> {
    await this.#sweep.run(this.#now())
  }

  #find(key: string): ClaimRow | null {
    const rows = this.#sql.exec<ClaimRow>('SELECT auction_id, expires_at FROM claims WHERE key = ?', key).toArray()
    return rows[0] ?? null
  }

  #write(keys: readonly string[], auctionId: string, expiresAt: number): void {
    for (const key of keys) {
      this.#sql.exec(
        'INSERT OR REPLACE INTO claims (key, auction_id, expires_at) VALUES (?, ?, ?)',
        key,
        auctionId,
        expiresAt,
      )
    }
  }
}
