/**
 * Tells buyers' accounts of returns that are on the books. What an account does not hear, because it or we are away, stays
 * marked and is told by the cron; an account counts a return once, however often it is told.
 */
import type { ReturnAccountRpc } from '../../contracts/sale-return'
import type { ReturnRow, ReturnStore } from '../../stores/return-store'

export interface AccountParts {
  readonly now: () => number
  readonly account: (tenantId: string, buyerId: string) => ReturnAccountRpc
  readonly returns: (tenantId: string) => Pick<ReturnStore, 'accountTold'>
}

/** @param row approved */
export async function tellAccount({ now, account, returns }: AccountParts, row: ReturnRow): Promise<void> {
  // Nobody paid for a test lead, nor was it counted.
  if (!row.test) {
    await account(row.tenantId, row.buyerId).takeBack({
      returnId: row.id,
      auctionId: row.auctionId,
      contractId: row.contractId,
      priceMicros: row.revenueMicros,
      soldAt: Date.parse(row.soldAt),
      restoreCaps: row.restoreCaps,
    })
  }
  await returns(row.tenantId).accountTold(row.id, new Date(now()).toISOString())
}
