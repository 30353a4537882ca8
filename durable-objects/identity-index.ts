/**
 * One per campaign and hash prefix: whether a lead's identity was seen within the campaign's window.
 *
 * Holds keyed hashes only. A claim stands for the whole window, and its auction releases it where nobody bought the lead, so
 * that the lead can come again: most leads that claim are sold, and their claims need no second write. An auction that died
 * before it began releases nothing; a claim that stands in another's way is therefore asked about once, when it is older than
 * any auction that is still on its way.
 */
import { DurableObject } from 'cloudflare:workers'
import type { AuctionRpc } from '../src/contracts/auction'
import type { IdentityClaim, IdentityIndexRpc } from '../src/contracts/identity-index'
import { RETENTION_MS } from '../src/core/auction/timing'
import { ExpirySweep } from './expiry-sweep'

/**
 * The characters of a key that choose its object: 16 objects a campaign. Each takes hundreds of leads a second, and the fewer
 * there are, the fewer leads pay for the first use of a named object.
 */
export const IDENTITY_PREFIX_CHARS = 1

/** Longer than any auction takes from its claim to its first write. */
const DOUBTED_AFTER_MS = 10 * 60 * 1_000
/** An auction older than this may have been forgotten for being over: what it does not say is no longer a no. */
const DOUBTED_UNTIL_MS = RETENTION_MS - 24 * 60 * 60 * 1_000
/** For how long the word of an auction that is still on its way is taken, so that its duplicates do not wake it each time. */
const OPEN_MS = 5 * 60 * 1_000
const MAX_OPEN = 1_000
const TABLE = 'identities'

interface ClaimRow extends Record<string, SqlStorageValue> {
  key: string
  auction_id: string
  claimed_at: number
  expires_at: number
  /** Whether the auction has said that the claim stands. */
  is_sure: number
}

export interface IdentityIndexServices {
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly auction: (objectId: string) => Pick<AuctionRpc, 'leadOutcome'> | null
}

export class IdentityIndexObject extends DurableObject implements IdentityIndexRpc {
  readonly #sql: SqlStorage
  readonly #services: IdentityIndexServices
  readonly #sweep: ExpirySweep
  /** Auctions that said they are on their way, and until when that is believed. */
  readonly #open = new Map<string, number>()

  constructor(ctx: DurableObjectState, env: Env, services: IdentityIndexServices) {
    super(ctx, env)
    this.#services = services
    this.#sql = ctx.storage.sql
    this.#sweep = new ExpirySweep(ctx.storage, TABLE)
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS ${TABLE} (
      key TEXT PRIMARY KEY, auction_id TEXT NOT NULL, claimed_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
      is_sure INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID`)
  }

  async claim({ keys, auctionId, seenMs }: IdentityClaim & { readonly seenMs: number }): Promise<boolean> {
    if (keys.length === 1 && this.#putNew(keys[0] ?? '', auctionId, seenMs)) {
      await this.#sweep.keep(this.#services.now())
      return true
    }
    if (await this.#isAnyHeld(keys, auctionId)) return false
    // Nothing is awaited from here on. What was free may have been taken while it was looked at.
    const now = this.#services.now()
    const rows = keys.map((key) => this.#find(key, now))
    if (rows.some((row) => row !== null && row.auction_id !== auctionId)) return false
    for (const [index, key] of keys.entries()) {
      const own = rows[index] ?? null
      if (own !== null) {
        // Its auction is beginning anew: whoever asks it now hears of nothing yet.
        if (isDoubted(own, now)) this.#sql.exec(`UPDATE ${TABLE} SET claimed_at = ? WHERE key = ?`, now, key)
        continue
      }
      this.#sql.exec(
        `INSERT OR REPLACE INTO ${TABLE} (key, auction_id, claimed_at, expires_at) VALUES (?, ?, ?, ?)`,
        key,
        auctionId,
        now,
        now + seenMs,
      )
    }
    await this.#sweep.keep(now)
    return true
  }

  async release({ keys, auctionId }: IdentityClaim): Promise<void> {
    for (const key of keys) this.#sql.exec(`DELETE FROM ${TABLE} WHERE key = ? AND auction_id = ?`, key, auctionId)
  }

  async holds(keys: readonly string[]): Promise<boolean> {
    return this.#isAnyHeld(keys, null)
  }

  override async alarm(): Promise<void> {
    await this.#sweep.run(this.#services.now())
  }

  /** Most leads bring one key, and one that nobody has: no look at what is there comes before its row. @returns whether it was free */
  #putNew(key: string, auctionId: string, seenMs: number): boolean {
    const now = this.#services.now()
    const { rowsWritten } = this.#sql.exec(
      `INSERT INTO ${TABLE} (key, auction_id, claimed_at, expires_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      key,
      auctionId,
      now,
      now + seenMs,
    )
    return rowsWritten > 0
  }

  /** @returns whether one of the keys is another auction's */
  async #isAnyHeld(keys: readonly string[], auctionId: string | null): Promise<boolean> {
    for (;;) {
      const now = this.#services.now()
      const rows = keys.map((key) => this.#find(key, now)).filter((row) => row !== null)
      const rivals = rows.filter((row) => row.auction_id !== auctionId)
      const doubted = rivals.find((row) => isDoubted(row, now))
      if (doubted === undefined) return rivals.length > 0
      if (!(await this.#isGone(doubted))) return true
      // While it was asked, others may have come, or the auction itself again: only what was asked about goes.
      const { key, auction_id, claimed_at } = doubted
      this.#sql.exec(
        `DELETE FROM ${TABLE} WHERE key = ? AND auction_id = ? AND claimed_at = ?`,
        key,
        auction_id,
        claimed_at,
      )
    }
  }

  /** Asks the auction of a claim. @returns whether it has no use for it any more; not where it cannot say so */
  async #isGone({ key, auction_id }: ClaimRow): Promise<boolean> {
    if (this.#services.now() < (this.#open.get(auction_id) ?? 0)) return false
    try {
      const outcome = await this.#services.auction(auction_id)?.leadOutcome()
      if (outcome?.status === 'open') this.#believe(auction_id)
      if (outcome?.status !== 'sold') return outcome?.status === 'absent' || outcome?.status === 'unsold'
      this.#sql.exec(`UPDATE ${TABLE} SET is_sure = 1 WHERE key = ? AND auction_id = ?`, key, auction_id)
      return false
    } catch {
      // A lead that may have been sold is not sold again; it is asked with the next that comes.
      return false
    }
  }

  #believe(auctionId: string): void {
    if (this.#open.size >= MAX_OPEN) this.#open.clear()
    this.#open.set(auctionId, this.#services.now() + OPEN_MS)
  }

  #find(key: string, now: number): ClaimRow | null {
    const [row] = this.#sql.exec<ClaimRow>(`SELECT * FROM ${TABLE} WHERE key = ?`, key).toArray()
    return row === undefined || row.expires_at <= now ? null : row
  }
}

function isDoubted({ claimed_at, is_sure }: ClaimRow, now: number): boolean {
  const ageMs = now - claimed_at
  return is_sure === 0 && ageMs >= DOUBTED_AFTER_MS && ageMs < DOUBTED_UNTIL_MS
}
