/** A return as the database has it: the part of src/stores/return-store.ts that money is made of. */

export interface ReturnRow {
  readonly id: string
  readonly auctionId: string
  readonly contractId: string
  readonly buyerId: string
  readonly revenueMicros: number
  readonly payoutMicros: number
  readonly soldAt: number
  readonly status: 'requested' | 'approved' | 'denied'
  /** Whether the buyer's caps get their place back; else its balance gets the price. */
  readonly restoreCaps: boolean
}

/** What a person decides. */
export interface Decision {
  readonly status: 'approved' | 'denied'
  /** Null leaves what the return has. */
  readonly restoreCaps: boolean | null
}
