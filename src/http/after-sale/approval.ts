/** What follows an approval that is on the books. */
import type { ReturnRow } from '../../stores/return-store'
import type { AppContext } from '../app'
import { tellAccount } from './tell-account'

/** Tells the buyer's account. It is on the books already, so that a failure is no failure of the call: the cron tells it again. */
export async function afterApproval(c: AppContext, row: ReturnRow): Promise<void> {
  const { now, buyerReturns, stores } = c.var.services
  const parts = { now, account: buyerReturns, returns: (tenantId: string) => stores(tenantId).returns }
  try {
    await tellAccount(parts, row)
  } catch (error) {
    const name = error instanceof Error ? error.name : ''
    console.error(JSON.stringify({ event: 'return_untold', returnId: row.id, error: name }))
  }
}
