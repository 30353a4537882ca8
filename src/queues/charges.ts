/**
 * Has buyers' accounts charge for what auctions have sold to them: one call an account for all of a batch, before the database
 * hears of it. A message is done with only once both have; until then a sale is counted as what is held for it.
 */
import type { SoldAttempt } from '../contracts/buyer-account'
import type { LeadProjection } from '../contracts/projection'
import { errorText, forEachSome, type QueueLog, type Readable, retryLater } from './message'

export interface ChargeServices {
  /** Charges an account for sales of auctions (`auc_…`): for all of them, or for none where this throws. */
  readonly charge: (account: AccountName, sold: readonly SoldAttempt[]) => Promise<void>
  readonly log: QueueLog
}

export interface AccountName {
  readonly tenantId: string
  readonly buyerId: string
}

interface Charge extends AccountName {
  readonly sold: SoldAttempt
}

const ACCOUNTS_AT_A_TIME = 4

/** @returns the messages all of whose sales are charged; the others were given back */
export async function chargeAccounts(
  leads: readonly Readable<LeadProjection>[],
  { charge, log }: ChargeServices,
): Promise<readonly Readable<LeadProjection>[]> {
  const byAccount = Map.groupBy(
    leads.flatMap(({ body }) => chargesOf(body)),
    keyOf,
  )
  const refused = new Set<string>()
  await forEachSome([...byAccount], ACCOUNTS_AT_A_TIME, async ([key, charges]) => {
    const [account] = charges
    if (account === undefined) return
    try {
      await charge(
        account,
        charges.map(({ sold }) => sold),
      )
    } catch (error) {
      refused.add(key)
      log('charge_failed', { buyerId: account.buyerId, sales: charges.length, error: errorText(error) })
    }
  })
  if (refused.size === 0) return leads
  return leads.filter(({ body, message }) => {
    const isCharged = chargesOf(body).every((sale) => !refused.has(keyOf(sale)))
    if (!isCharged) retryLater(message)
    return isCharged
  })
}

function chargesOf({ tenantId, auctionId, sales }: LeadProjection): readonly Charge[] {
  return sales.flatMap(({ buyerId, attempt }) =>
    attempt === undefined ? [] : [{ tenantId, buyerId, sold: { auctionId, attempt } }],
  )
}

function keyOf({ tenantId, buyerId }: AccountName): string {
  return `${tenantId}/${buyerId}`
}
