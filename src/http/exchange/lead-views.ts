/** Rows of leads as their reader may see them. */
import type { ListedLead } from '../../stores/lead-store'
import type { AppContext } from '../app'
import { type AfterSale, afterSaleOf } from './after-sale-of'
import { leadForBuyer } from './buyer-view'
import { leadOfRow } from './lead-view'
import { leadForSupplier } from './supplier-view'

const NOTHING: AfterSale = { feedback: null, returns: [] }

/** @param rows of leads that the caller may see */
export async function viewsOf(c: AppContext, rows: readonly ListedLead[]): Promise<readonly object[]> {
  const { services, principal } = c.var
  const ids = rows.map(({ id }) => id)
  const buyerId = principal.subjectId ?? ''
  const [afterSales, prices] = await Promise.all([
    afterSaleOf(c, ids),
    principal.role === 'buyer' ? services.stores(principal.tenantId).leads.pricesPaid(buyerId, ids) : null,
  ])
  return await Promise.all(
    rows.map(async (row) => {
      const afterSale = afterSales.get(row.id) ?? NOTHING
      const lead = await leadOfRow(row, services.leadEnvelope, afterSale)
      if (prices !== null) return leadForBuyer(lead, { buyerId, priceMicros: prices.get(row.id) ?? null }, afterSale)
      return principal.role === 'supplier' ? leadForSupplier(lead) : lead
    }),
  )
}
