/** What a buyer's account is told of a sale that was returned. */

export interface SaleReturn {
  /** `ret_<ulid>` */
  readonly returnId: string
  readonly auctionId: string
  readonly contractId: string
  readonly priceMicros: number
  /** When it was sold, ms since 1970: where the account has forgotten its hold, this says which period it counted in. */
  readonly soldAt: number
  /** Whether caps and budgets get their place back. A prepaid balance gets the price back in any case. */
  readonly restoreCaps: boolean
}

export interface ReturnAccountRpc {
  /** Takes a returned sale back. Told twice, it counts once. */
  takeBack(sale: SaleReturn): Promise<void>
}
