/**
 * What a buyer's account keeps for those who call the buyer: who holds which share of its ping rate, and whose circuits are
 * open.
 *
 * Shares are in memory. What of them is stored, so that a restart can never give out more than the limit, src/core decides;
 * it is stored before the answer leaves.
 */
import type { AccountHealth, PingShare, PingShareRequest } from '../../src/contracts/buyer-line'
import { type CircuitNote, healthOf, withNote } from '../../src/core/limits/circuit-notes'
import {
  grantShare,
  SHARE_LIFE_MS,
  type Share,
  type StoredShares,
  sharesAfterRestart,
  sharesToStore,
  sumOfShares,
  unstoredOf,
} from '../../src/core/limits/shares'

const SHARES = 'shares'
const CIRCUITS = 'circuits'

export class LineBook {
  readonly #kv: SyncKvStorage
  #stored: StoredShares | null
  /** Null until the first is asked for in this life. */
  #shares: readonly Share[] | null = null

  constructor(kv: SyncKvStorage) {
    this.#kv = kv
    this.#stored = kv.get<StoredShares>(SHARES) ?? null
  }

  share({ holder, wanted }: PingShareRequest, limit: number, now: number): PingShare {
    const unstored = unstoredOf(limit)
    const known = this.#shares ?? sharesAfterRestart(this.#stored, unstored, now)
    const { perSecond, shares } = grantShare(known, { holder, wanted, limit, now })
    this.#shares = shares
    const store = perSecond === 0 ? null : sharesToStore(this.#stored, shares, { unstored, now })
    if (store !== null) {
      this.#stored = store
      this.#kv.put(SHARES, store)
    }
    return { perSecond, limit, lifeMs: SHARE_LIFE_MS }
  }

  note(note: CircuitNote, now: number): void {
    this.#kv.put(CIRCUITS, withNote(this.#notes(), note, now))
  }

  health(limit: number, now: number): AccountHealth {
    const live = (this.#shares ?? []).filter(({ until }) => until > now)
    return { pingsPerSecond: limit, sharedPerSecond: sumOfShares(live), contracts: healthOf(this.#notes(), now) }
  }

  #notes(): readonly CircuitNote[] {
    return this.#kv.get<readonly CircuitNote[]>(CIRCUITS) ?? []
  }
}
