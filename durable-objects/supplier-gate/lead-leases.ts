/**
 * What a supplier's caps count: a place for each lead that is being sold, and what was promised for it. A place is taken when
 * the lead comes in, given back when nobody bought it, and kept when it was sold.
 *
 * Only leads of source links with caps are leased, so that others cost no row.
 */
import { type Cap, capWindowStart, fitsCap } from '../../src/core/limits/cap'
import type { UsageCounter } from '../usage-counter'

const LEASE_LIFE_MS = 31 * 24 * 60 * 60 * 1_000

interface LeaseRow extends Record<string, SqlStorageValue> {
  campaign_id: string
  payout_micros: number
  at: number
  settled: number
}

export const LEASES_TABLE = 'leases'

export class LeadLeases {
  readonly #sql: SqlStorage
  readonly #usage: UsageCounter

  constructor(sql: SqlStorage, usage: UsageCounter) {
    this.#sql = sql
    this.#usage = usage
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS ${LEASES_TABLE} (
      auction_id TEXT PRIMARY KEY, campaign_id TEXT NOT NULL, payout_micros INTEGER NOT NULL, at INTEGER NOT NULL,
      settled INTEGER NOT NULL, expires_at INTEGER NOT NULL
    ) WITHOUT ROWID`)
  }

  /** Takes a place. @returns false where a cap is reached; an auction that has one keeps it */
  take(auctionId: string, campaignId: string, caps: readonly Cap[], now: number): boolean {
    if (this.#find(auctionId) !== null) return true
    if (!caps.every((cap) => this.#fits(cap, campaignId, { at: now, count: 1, amountMicros: 0 }))) return false
    this.#put(auctionId, { campaign_id: campaignId, payout_micros: 0, at: now, settled: 0 })
    this.#usage.add({ scope: campaignId, at: now, count: 1, amountMicros: 0 })
    return true
  }

  /** Holds a payout before the lead is posted. @returns false where it would pass a cap by amount */
  holdPayout(auctionId: string, payoutMicros: number, caps: readonly Cap[]): boolean {
    const lease = this.#find(auctionId)
    if (lease === null || lease.settled === 1) return true
    const added = payoutMicros - lease.payout_micros
    const change = { at: lease.at, count: 0, amountMicros: added }
    if (added > 0 && !caps.every((cap) => this.#fits(cap, lease.campaign_id, change))) return false
    this.#put(auctionId, { ...lease, payout_micros: payoutMicros })
    this.#usage.add({ scope: lease.campaign_id, ...change })
    return true
  }

  /** The auction is over: counts what was sold, and nothing where nobody bought. */
  settle(auctionId: string, sold: boolean, payoutMicros: number): void {
    const lease = this.#find(auctionId)
    if (lease === null || lease.settled === 1) return
    const paid = sold ? payoutMicros : 0
    this.#put(auctionId, { ...lease, payout_micros: paid, settled: 1 })
    const change = { at: lease.at, count: sold ? 0 : -1, amountMicros: paid - lease.payout_micros }
    this.#usage.add({ scope: lease.campaign_id, ...change })
  }

  /** The lead never became an auction: as if it had not come. */
  cancel(auctionId: string): void {
    const lease = this.#find(auctionId)
    if (lease === null || lease.settled === 1) return
    this.#sql.exec('DELETE FROM leases WHERE auction_id = ?', auctionId)
    const change = { at: lease.at, count: -1, amountMicros: -lease.payout_micros }
    this.#usage.add({ scope: lease.campaign_id, ...change })
  }

  /** @returns some auctions whose lease is older than that and still open; by chance, so that none of many waits for ever */
  openSince(before: number, limit: number): readonly string[] {
    return this.#sql
      .exec<{ auction_id: string }>(
        'SELECT auction_id FROM leases WHERE settled = 0 AND at < ? ORDER BY RANDOM() LIMIT ?',
        before,
        limit,
      )
      .toArray()
      .map((row) => row.auction_id)
  }

  #fits(cap: Cap, campaignId: string, change: { at: number; count: number; amountMicros: number }): boolean {
    const used = this.#usage.since(campaignId, capWindowStart(cap, change.at))
    // A lead whose payout is not known yet may not come in once the amount is used up.
    if (change.amountMicros === 0 && cap.amountMicros !== null && used.amountMicros >= cap.amountMicros) return false
    const seen = change.count === 0 ? { ...used, count: used.count - 1 } : used
    return fitsCap(cap, seen, change.amountMicros)
  }

  #find(auctionId: string): LeaseRow | null {
    const rows = this.#sql
      .exec<LeaseRow>('SELECT campaign_id, payout_micros, at, settled FROM leases WHERE auction_id = ?', auctionId)
      .toArray()
    return rows[0] ?? null
  }

  #put(auctionId: string, lease: LeaseRow): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO leases (auction_id, campaign_id, payout_micros, at, settled, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
      auctionId,
      lease.campaign_id,
      lease.payout_micros,
      lease.at,
      lease.settled,
      lease.at + LEASE_LIFE_MS,
    )
  }
}
