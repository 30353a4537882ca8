/**
 * Has buyers' accounts charge for what auctions have sold to them: one call an account for all of a batch, before the database
 * hears of it. A message is done with only once both have; until then a sale is counted as what is held for it.
 */
import type { LeadProjection } from '../contracts/projection'
import { errorText, forEachSome, type QueueLog, type Readable, retryLater } from './message'

export interface ChargeServices {
  /** Charges an account for sales: for all of them, or for none where this throws. Said twice, it is done once. */
  readonly charge: (account: AccountName, sold: readonly ReportedSale[]) => Promise<void>
  readonly log: QueueLog
}

export interface ReportedSale {
  /** `auc_…` */
  readonly auctionId: string
  readonly attempt: number
}

export interface AccountName {
  readonly tenantId: string
  readonly buyerId: string
}

interface Charge extends AccountName {
  readonly sold: ReportedSale
}

const ACCOUNTS_AT_A_TIME = 6
/** An account that takes longer is away: leads that have nothing to do with it are not to wait for it. */
const CHARGE_MS = 3_000

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
      const sold = charges.map((each) => each.sold)
      await inTime(charge(account, sold))
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

/** @throws where it takes too long; should it be done nevertheless, the repetition finds it done */
async function inTime(charging: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the account did not answer')), CHARGE_MS)
  })
  await Promise.race([charging, tooLong]).finally(() => clearTimeout(timer))
}

function chargesOf({ tenantId, auctionId, sales }: LeadProjection): readonly Charge[] {
  return sales.flatMap(({ buyerId, attempt }) =>
    attempt === undefined ? [] : [{ tenantId, buyerId, sold: { auctionId, attempt } }],
  )
}

function keyOf({ tenantId, buyerId }: AccountName): string {
  return `${tenantId}/${buyerId}`
}
