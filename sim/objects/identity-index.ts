/** Mirrors durable-objects/identity-index.ts; rows whose time is over are not swept, since nothing reads them. */
import type { IdentityClaim } from '../../src/contracts/identity-index.ts'
import { RETENTION_MS } from '../../src/core/auction/timing.ts'
import type { Host } from '../engine/host.ts'
import { call } from '../engine/network.ts'
import { Outage, type Running } from '../engine/running.ts'
import type { AuctionObject } from './auction.ts'

const DOUBTED_AFTER_MS = 10 * 60 * 1_000
const DOUBTED_UNTIL_MS = RETENTION_MS - 24 * 60 * 60 * 1_000

interface ClaimRow {
  readonly key: string
  readonly auctionId: string
  readonly claimedAt: number
  readonly expiresAt: number
  readonly isSure: boolean
}

export class IdentityIndexObject {
  readonly #host: Host<IdentityIndexObject>
  readonly #auction: (id: string) => Host<AuctionObject>

  constructor(host: Host<IdentityIndexObject>, auction: (id: string) => Host<AuctionObject>) {
    this.#host = host
    this.#auction = auction
  }

  *claim({ keys, auctionId, seenMs }: IdentityClaim & { readonly seenMs: number }): Running<boolean> {
    if (yield* this.#isAnyHeld(keys, auctionId)) return false
    const { now } = this.#host.engine
    const rows = keys.map((key) => this.#find(key, now))
    if (rows.some((row) => row !== undefined && row.auctionId !== auctionId)) return false
    for (const row of rows) {
      if (row !== undefined && isDoubted(row, now)) this.#host.put(row.key, { ...row, claimedAt: now })
    }
    const missing = keys.filter((_, index) => rows[index] === undefined)
    for (const key of missing) {
      this.#host.put(key, { key, auctionId, claimedAt: now, expiresAt: now + seenMs, isSure: false })
    }
    return true
  }

  release({ keys, auctionId }: IdentityClaim): void {
    for (const key of keys) {
      if (this.#host.disk.get<ClaimRow>(key)?.auctionId === auctionId) this.#host.put(key, undefined)
    }
  }

  *#isAnyHeld(keys: readonly string[], auctionId: string): Running<boolean> {
    for (;;) {
      const { now } = this.#host.engine
      const rows = keys.map((key) => this.#find(key, now)).filter((row) => row !== undefined)
      const rivals = rows.filter((row) => row.auctionId !== auctionId)
      const doubted = rivals.find((row) => isDoubted(row, now))
      if (doubted === undefined) return rivals.length > 0
      if (!(yield* this.#isGone(doubted))) return true
      const row = this.#host.disk.get<ClaimRow>(doubted.key)
      if (row?.auctionId === doubted.auctionId && row.claimedAt === doubted.claimedAt)
        this.#host.put(row.key, undefined)
    }
  }

  *#isGone({ key, auctionId }: ClaimRow): Running<boolean> {
    try {
      const { status } = yield* call(this.#host, this.#auction(auctionId), (auction) => auction.leadOutcome())
      if (status !== 'sold') return status === 'absent' || status === 'unsold'
      const row = this.#host.disk.get<ClaimRow>(key)
      if (row?.auctionId === auctionId) this.#host.put(key, { ...row, isSure: true })
      return false
    } catch (error) {
      if (!(error instanceof Outage)) throw error
      return false
    }
  }

  #find(key: string, now: number): ClaimRow | undefined {
    const row = this.#host.disk.get<ClaimRow>(key)
    return row === undefined || row.expiresAt <= now ? undefined : row
  }
}

function isDoubted({ claimedAt, isSure }: ClaimRow, now: number): boolean {
  const ageMs = now - claimedAt
  return !isSure && ageMs >= DOUBTED_AFTER_MS && ageMs < DOUBTED_UNTIL_MS
}
