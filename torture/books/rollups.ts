/** The reports: every rollup is the sum of the leads and ledger rows below it, and the P&L the sum of the rollups. */
import { microsOf } from '../money.ts'
import { type Book, type Evidence, sumOf } from './book.ts'
import type { RollupRow } from './evidence.ts'

type Sums = Pick<RollupRow, 'leads' | 'sales' | 'revenue_micros' | 'payout_micros'>

export const rollupsBook: Book = function* (evidence) {
  const expected = expectedRollups(evidence)
  const { rollups, leads, ledger } = evidence.kept
  for (const { hour, campaign_id, supplier_id, buyer_id, ...row } of rollups) {
    const name = [hour, campaign_id, supplier_id, buyer_id].join(' ')
    const sums = expected.get(name) ?? { leads: 0, sales: 0, revenue_micros: 0, payout_micros: 0 }
    expected.delete(name)
    for (const member of ['leads', 'sales', 'revenue_micros', 'payout_micros'] as const) {
      if (row[member] !== sums[member])
        yield `rollup ${name}: ${member} is ${row[member]}, the rows say ${sums[member]}`
    }
  }
  for (const name of expected.keys()) yield `rollup ${name} is missing`
  const { pnl } = evidence.told
  const totals = {
    leads: leads.length,
    sales: ledger.length,
    revenue: sumOf(ledger, (row) => row.revenue_micros),
    payout: sumOf(ledger, (row) => row.payout_micros),
  }
  const reported = { ...pnl, revenue: microsOf(pnl.revenue), payout: microsOf(pnl.payout) }
  for (const member of ['leads', 'sales', 'revenue', 'payout'] as const) {
    if (reported[member] !== totals[member])
      yield `the P&L says ${member} ${reported[member]}, the rows ${totals[member]}`
  }
}

/** A lead counts at its first buyer, or at nobody; a sale at its own. */
function expectedRollups({ kept }: Evidence): Map<string, Sums> {
  const sums = new Map<string, { -readonly [Member in keyof Sums]: Sums[Member] }>()
  const at = (lead: { received_at: string; campaign_id: string; supplier_id: string }, buyerId: string) => {
    const name = [lead.received_at.slice(0, 13), lead.campaign_id, lead.supplier_id, buyerId].join(' ')
    const known = sums.get(name) ?? { leads: 0, sales: 0, revenue_micros: 0, payout_micros: 0 }
    sums.set(name, known)
    return known
  }
  const leads = new Map(kept.leads.map((lead) => [lead.id, lead]))
  for (const lead of kept.leads) at(lead, lead.buyer_id ?? '').leads += 1
  for (const row of kept.ledger) {
    const lead = leads.get(row.lead_id)
    if (lead === undefined) continue
    const sum = at(lead, row.buyer_id)
    sum.sales += 1
    sum.revenue_micros += row.revenue_micros
    sum.payout_micros += row.payout_micros
  }
  return sums
}
