/**
 * Mirrors src/stores/projector-store.ts: leads, ledger and rollups, written in one transaction for all messages of a batch.
 * Each message finds by the stored row whether it is newer; a sale is booked once, by its unique key.
 *
 * And return-store.ts: a sale has one return, which is approved once. There the key of the ledger's row stops a second reversal,
 * too; it is left out here, so that the others are shown to suffice.
 */
import type { ProjectedSale, Projection } from '../objects/projection.ts'
import type { Decision, ReturnRow } from '../objects/sale-return.ts'

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
  /** By id. */
  readonly returns = new Map<string, ReturnRow>()
  /** The ledger's rows of returns. */
  readonly reversals: Pick<ReturnRow, 'auctionId' | 'contractId' | 'revenueMicros' | 'payoutMicros'>[] = []
  /** What the reports have of returns, by buyer. */
  readonly returned = new Map<string, Rollup>()
  readonly #accountsTold = new Set<string>()

  apply(messages: readonly Projection[]): void {
    const newest = newestByAuction(messages)
    const newer = newest.filter((message) => this.#isNewer(message))
    const sales = newer.flatMap((message) =>
      message.sales
        .filter((sale) => !this.#isBooked(message.auctionId, sale.contractId))
        .map((sale): LedgerRow => ({ ...sale, auctionId: message.auctionId, leadRef: message.leadRef })),
    )
    for (const message of newer) {
      add(this.rollups, firstBuyer(message), { ...NOTHING, leads: 1 })
      const stored = this.leads.get(message.auctionId)
      if (stored !== undefined) add(this.rollups, firstBuyer(stored), { ...NOTHING, leads: -1 })
    }
    for (const { buyerId, revenueMicros, payoutMicros } of sales) {
      add(this.rollups, buyerId, { leads: 0, sales: 1, revenueMicros, payoutMicros })
    }
    this.ledger.push(...sales)
    for (const message of newer) this.leads.set(message.auctionId, message)
  }

  /** @returns whether the sale had no return */
  addReturn(row: ReturnRow): boolean {
    if (this.#hasReturn(row)) return false
    this.returns.set(row.id, row)
    if (row.status === 'approved') this.#reverse(row)
    return true
  }

  /** @returns null where it is decided otherwise, or there is none */
  decideReturn(id: string, { status, restoreCaps }: Decision): ReturnRow | null {
    const known = this.returns.get(id)
    if (known === undefined) return null
    const mayBe = known.status === 'requested' || (known.status === 'denied' && status === 'approved')
    if (!mayBe) return null
    const row: ReturnRow = { ...known, status, restoreCaps: restoreCaps ?? known.restoreCaps }
    this.returns.set(id, row)
    if (status === 'approved') this.#reverse(row)
    return row
  }

  /** Approved ones that their accounts have not heard of. */
  untoldReturns(): readonly ReturnRow[] {
    return [...this.returns.values()].filter(({ id, status }) => status === 'approved' && !this.#accountsTold.has(id))
  }

  accountTold(id: string): void {
    this.#accountsTold.add(id)
  }

  #hasReturn({ auctionId, contractId }: ReturnRow): boolean {
    return [...this.returns.values()].some((row) => row.auctionId === auctionId && row.contractId === contractId)
  }

  #reverse({ auctionId, contractId, buyerId, revenueMicros, payoutMicros }: ReturnRow): void {
    add(this.returned, buyerId, { leads: 0, sales: 1, revenueMicros, payoutMicros })
    this.reversals.push({ auctionId, contractId, revenueMicros: -revenueMicros, payoutMicros: -payoutMicros })
  }

  #isNewer({ auctionId, sequence }: Projection): boolean {
    const stored = this.leads.get(auctionId)
    return stored === undefined || stored.sequence < sequence
  }

  #isBooked(auctionId: string, contractId: string): boolean {
    return this.ledger.some((row) => row.auctionId === auctionId && row.contractId === contractId)
  }
}

function add(rollups: Map<string, Rollup>, buyerId: string, change: Rollup): void {
  const { leads, sales, revenueMicros, payoutMicros } = rollups.get(buyerId) ?? NOTHING
  rollups.set(buyerId, {
    leads: leads + change.leads,
    sales: sales + change.sales,
    revenueMicros: revenueMicros + change.revenueMicros,
    payoutMicros: payoutMicros + change.payoutMicros,
  })
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
