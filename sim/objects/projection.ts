/** What an auction tells the database: the part of src/contracts/projection.ts that money and counts are made of. */
import type { LeadProjection } from '../../src/contracts/projection.ts'

export interface Projection extends Pick<LeadProjection, 'auctionId' | 'sequence' | 'status' | 'reason'> {
  /** What the ledger knows the lead by. */
  readonly leadRef: string
  readonly settledAt: number | null
  readonly sales: readonly ProjectedSale[]
}

export interface ProjectedSale {
  readonly contractId: string
  readonly buyerId: string
  readonly revenueMicros: number
  readonly payoutMicros: number
  readonly at: number
  /** For the buyer's account. */
  readonly attempt: number
}
