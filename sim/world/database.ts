/**
 * Mirrors src/stores/projector-store.ts: leads, ledger and rollups, written in one transaction for all messages of a batch.
 * Each message finds by the stored row whether it is newer; a sale is booked once, by its unique key.
 */
import type { ProjectedSale, Projection } from '../objects/projection.ts'

export interface LedgerRow extends ProjectedSale {
  readonly auctionId: string
  readonly leadRef: string
}

export interface Rollup {
  readonly leads: number
  readonly sales: number
  readonly revenueMicros: number
  readonly payoutMicros: number
}

const NOTHING: Rollup = { leads: 0, sales: 0, revenueMicros: 0, payoutMicros: 0 }

export class Database {
  /** By auction. */
  readonly leads = new Map<string, Projection>()
  readonly ledger: LedgerRow[] = []
  /** By buyer; '' for leads that nobody bought. */
  readonly rollups = new Map<string, Rollup>()

  apply(messages: readonly Projection[]): void {
    const newest = newestByAuction(messages)
    const newer = newest.filter((message) => this.#isNewer(message))
    const sales = newer.flatMap((message) =>
      message.sales
        .filter((sale) => !this.#isBooked(message.auctionId, sale.contractId))
        .map((sale): LedgerRow => ({ ...sale, auctionId: message.auctionId, leadRef: message.leadRef })),
    )
    for (const message of newer) {
      this.#add(firstBuyer(message), { ...NOTHING, leads: 1 })
      const stored = this.leads.get(message.auctionId)
      if (stored !== undefined) this.#add(firstBuyer(stored), { ...NOTHING, leads: -1 })
    }
    for (const { buyerId, revenueMicros, payoutMicros } of sales) {
      this.#add(buyerId, { leads: 0, sales: 1, revenueMicros, payoutMicros })
    }
    this.ledger.push(...sales)
    for (const message of newer) this.leads.set(message.auctionId, message)
  }

  #isNewer({ auctionId, sequence }: Projection): boolean {
    const stored = this.leads.get(auctionId)
    return stored === undefined || stored.sequence < sequence
  }

  #isBooked(auctionId: string, contractId: string): boolean {
    return this.ledger.some((row) => row.auctionId === auctionId && row.contractId === contractId)
  }

  #add(buyerId: string, change: Rollup): void {
    const { leads, sales, revenueMicros, payoutMicros } = this.rollups.get(buyerId) ?? NOTHING
    this.rollups.set(buyerId, {
      leads: leads + change.leads,
      sales: sales + change.sales,
      revenueMicros: revenueMicros + change.revenueMicros,
      payoutMicros: payoutMicros + change.payoutMicros,
    })
  }
}

function newestByAuction(messages: readonly Projection[]): readonly Projection[] {
  const newest = new Map<string, Projection>()
  for (const message of messages) {
    const other = newest.get(message.auctionId)
    if (other === undefined || other.sequence < message.sequence) newest.set(message.auctionId, message)
  }
  return [...newest.values()]
}

function firstBuyer({ sales }: Projection): string {
  return sales[0]?.buyerId ?? ''
}
