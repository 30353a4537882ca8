/**
 * `GET /v1/reports/pnl`: profit and loss by the hour in which leads were received.
 *
 * Sums are kept by the hour, so the period is widened to whole hours; the answer says which it was. Without `from` it is the
 * 30 days that end with `to`, without `to` it ends with the current hour.
 */
import { createRoute } from '@hono/zod-openapi'
import { type PnlReportWire, pnlQuerySchema, pnlReportSchema } from '../../contracts/pnl-report'
import { moneyOf } from '../../contracts/profit'
import { MAX_PNL_ROWS, type PnlRow, type PnlSums } from '../../stores/report-store'
import type { App } from '../app'
import { requireRole } from '../plumbing/authenticate'
import { problemsOf } from '../plumbing/described'
import { check, invalid } from '../plumbing/field-errors'
import { json } from '../plumbing/reply'

const HOUR_MS = 3_600_000
const DEFAULT_PERIOD_MS = 30 * 24 * HOUR_MS

const route = createRoute({
  method: 'get',
  path: '/v1/reports/pnl',
  operationId: 'reportPnl',
  summary: 'Revenue, payout, profit and margin, by campaign, supplier, buyer, day or hour',
  tags: ['Reports'],
  request: { query: pnlQuerySchema },
  responses: {
    200: { description: 'The report', content: { 'application/json': { schema: pnlReportSchema } } },
    ...problemsOf('unauthorized', 'forbidden', 'invalid_payload'),
  },
})

export function registerPnl(app: App): void {
  app.openAPIRegistry.registerPath(route)
  app.get(route.path, requireRole('operator'), async (c) => {
    const query = check(pnlQuerySchema, c.req.query())
    if (!query.ok) return invalid(c, query.errors)
    const { services, principal } = c.var
    const { group_by: groupBy = [] } = query.value
    const [from, to] = wholeHours(query.value, services.now())
    const pnl = await services
      .stores(principal.tenantId)
      .reports.pnl({ fromHour: toHour(from), beforeHour: toHour(to), groupBy })
    if (pnl.rows.length > MAX_PNL_ROWS) {
      const expected = `groups that give at most ${MAX_PNL_ROWS} rows; fewer of them, or a shorter period`
      return invalid(c, [{ field: 'group_by', code: 'invalid_value', expected }])
    }
    const report: PnlReportWire = {
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      group_by: groupBy,
      currency: pnl.currency,
      rows: pnl.rows.map(rowToWire),
      totals: sumsToWire(pnl.totals),
    }
    return json(c, 200, report)
  })
}

interface Period {
  readonly from?: number | undefined
  readonly to?: number | undefined
}

function wholeHours({ from, to }: Period, now: number): readonly [number, number] {
  const end = Math.ceil((to ?? now + 1) / HOUR_MS) * HOUR_MS
  const start = Math.floor((from ?? end - DEFAULT_PERIOD_MS) / HOUR_MS) * HOUR_MS
  return [start, end]
}

/** As the rollups have it: `2026-11-20T09`. */
function toHour(ms: number): string {
  return new Date(ms).toISOString().slice(0, 13)
}

function rowToWire(row: PnlRow): PnlReportWire['rows'][number] {
  return {
    ...(row.campaignId !== undefined && { campaign_id: row.campaignId, campaign_name: row.campaignName ?? null }),
    ...(row.supplierId !== undefined && { supplier_id: row.supplierId, supplier_name: row.supplierName ?? null }),
    ...(row.buyerId !== undefined && { buyer_id: row.buyerId || null, buyer_name: row.buyerName ?? null }),
    ...(row.day !== undefined && { day: row.day }),
    ...(row.hour !== undefined && { hour: `${row.hour}:00:00Z` }),
    ...sumsToWire(row),
  }
}

function sumsToWire(sums: PnlSums) {
  const returned = { revenueMicros: sums.returnedRevenueMicros, payoutMicros: sums.returnedPayoutMicros }
  const net = {
    revenueMicros: sums.revenueMicros - returned.revenueMicros,
    payoutMicros: sums.payoutMicros - returned.payoutMicros,
  }
  const { margin_percent: _, ...moved } = moneyOf(returned)
  return {
    leads: sums.leads,
    sold: sums.sold,
    sales: sums.sales,
    ...moneyOf(net),
    gross: moneyOf(sums),
    returned: { sales: sums.returns, ...moved },
  }
}
