/** The ledger: one row a sale, each with its supplier's share to the micro, and leads that are the sum of their rows. */
import { SUPPLIERS } from '../market/plan.ts'
import { shareOf } from '../money.ts'
import { type Book, type Evidence, sumOf } from './book.ts'

export const ledgerBook: Book = function* (evidence) {
  const { kept } = evidence
  yield* shares(evidence)
  const sales = Map.groupBy(kept.ledger, ({ lead_id }) => lead_id)
  const leads = new Set(kept.leads.map(({ id }) => id))
  for (const id of sales.keys()) if (!leads.has(id)) yield `lead ${id} is in the ledger and not among the leads`
  for (const { id, status, revenue_micros, payout_micros, settled_at } of kept.leads) {
    const rows = sales.get(id) ?? []
    const revenue = sumOf(rows, (row) => row.revenue_micros)
    const payout = sumOf(rows, (row) => row.payout_micros)
    if (settled_at === null) yield `lead ${id} is not settled in the database`
    if ((status === 'sold') !== rows.length > 0) yield `lead ${id} is ${status} with ${rows.length} sales in the ledger`
    if (revenue !== revenue_micros || payout !== payout_micros) {
      yield `lead ${id} says ${revenue_micros} and ${payout_micros} micros, its sales ${revenue} and ${payout}`
    }
  }
}

function* shares({ world, kept }: Evidence): Iterable<string> {
  const terms = new Map(SUPPLIERS.map((plan) => [world.market.supplierOf(plan).id, plan.sharePpm]))
  for (const { lead_id, kind, supplier_id, revenue_micros, payout_micros } of kept.ledger) {
    if (kind !== 'sale') yield `lead ${lead_id}: a ${kind} that nobody made`
    const share = shareOf(revenue_micros, terms.get(supplier_id) ?? 0)
    if (share !== payout_micros)
      yield `lead ${lead_id}: of ${revenue_micros} micros ${share} are owed, not ${payout_micros}`
  }
}
