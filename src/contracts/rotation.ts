/** What may be asked of a campaign's rotation. */

export interface RotationRpc {
  /**
   * Whose turn it is, for one auction; the first is counted as served until the auction says otherwise.
   *
   * @returns the contracts in the order of their turns
   */
  order(auctionId: string, contractIds: readonly string[]): Promise<readonly string[]>
  /** What the auction sold in the end; said twice, it counts once. */
  settle(auctionId: string, soldContractIds: readonly string[]): Promise<void>
}
