/**
 * Erases a person: the auction first, then the database, lead by lead. What is interrupted is found again by what is left, so
 * that it can be run any number of times; the cron does, until there is nothing left.
 */
import type { AuctionRpc } from '../contracts/auction'
import type { ErasureRow, ErasureStore } from '../stores/erasure-store'

export interface PersonErasureParts {
  readonly store: (tenantId: string) => ErasureStore
  /** @param auctionId `auc_…` */
  readonly auction: (auctionId: string) => Pick<AuctionRpc, 'erase'>
  readonly now: () => number
}

/** Of one run: a request that finds more is finished by the cron. */
const MAX_ROUNDS = 4
const LEADS_A_ROUND = 50

export class PersonErasure {
  readonly #parts: PersonErasureParts

  constructor(parts: PersonErasureParts) {
    this.#parts = parts
  }

  /** @returns the receipt as it stands. @throws where an auction or the database could not be reached; run it again */
  async run(tenantId: string, id: string): Promise<ErasureRow | null> {
    const store = this.#parts.store(tenantId)
    const row = await store.read(id)
    if (row === null || row.completedAt !== null) return row
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const leads = await store.leadsLeft(row, LEADS_A_ROUND)
      const told = await Promise.all(
        leads.map(({ auctionId }) => this.#parts.auction(auctionId).erase(tenantId, 'all')),
      )
      const auctions = told.filter((outcome) => outcome === 'erased').length
      if (leads.length > 0) {
        await store.eraseLeads(
          id,
          leads.map(({ leadId }) => leadId),
          auctions,
        )
      }
      if (leads.length < LEADS_A_ROUND) {
        await store.finish(id, new Date(this.#parts.now()).toISOString())
        break
      }
    }
    return await store.read(id)
  }
}
