/**
 * `GET /v1/reports/bids`: how buyers answer, from every bid of the period's leads; test leads are left out.
 *
 * Without `from` it is the seven days that end with `to`, without `to` it ends now.
 */
import { createRoute } from '@hono/zod-openapi'
import { type BidsReportWire, bidsQuerySchema, bidsReportSchema } from '../../contracts/bids-report'
import { microsToNumber } from '../../core/money/micros'
import type { BidSums } from '../../stores/bid-report-store'
import type { App } from '../app'
import { requireRole } from '../plumbing/authenticate'
import { jsonAnswer, problemsOf } from '../plumbing/described'
import { check, invalid } from '../plumbing/field-errors'
import { json } from '../plumbing/reply'

const DAY_MS = 86_400_000
const DEFAULT_DAYS = 7
/** Every lead of the period is read. */
const MAX_DAYS = 31

const route = createRoute({
  method: 'get',
  path: '/v1/reports/bids',
  operationId: 'reportBids',
  summary: 'How buyers answer: bid rate, win rate, average bid, reasons, timeouts and latency',
  description: `At most ${MAX_DAYS} days; the last ${DEFAULT_DAYS} where nothing is said.`,
  tags: ['Reports'],
  request: { query: bidsQuerySchema },
  responses: {
    200: jsonAnswer('The report', bidsReportSchema),
    ...problemsOf('unauthorized', 'forbidden', 'invalid_payload'),
  },
})

export function registerBidsReport(app: App): void {
  app.openAPIRegistry.registerPath(route)
  app.get(route.path, requireRole('operator'), async (c) => {
    const query = check(bidsQuerySchema, c.req.query())
    if (!query.ok) return invalid(c, query.errors)
    const { services, principal } = c.var
    const { campaign_id = null, supplier_id = null, buyer_id = null } = query.value
    const end = query.value.to ?? services.now()
    const start = query.value.from ?? end - DEFAULT_DAYS * DAY_MS
    if (end - start > MAX_DAYS * DAY_MS) {
      return invalid(c, [{ field: 'from', code: 'invalid_value', expected: `at most ${MAX_DAYS} days before to` }])
    }
    const [from, to] = [new Date(start).toISOString(), new Date(end).toISOString()]
    const ids = { campaignId: campaign_id, supplierId: supplier_id, buyerId: buyer_id }
    const report = await services.stores(principal.tenantId).bidReports.bids({ from, before: to, ...ids })
    return json(c, 200, {
      from,
      to,
      currency: report.currency,
      rows: report.rows.map((row) => ({ buyer_id: row.buyerId, buyer_name: row.buyerName, ...measuresOf(row) })),
      totals: measuresOf(report.totals),
    } satisfies BidsReportWire)
  })
}

function measuresOf({ auctions, pings, bids, wins, answeredBids, bidMicros, reasons, latency }: BidSums) {
  const { p50, p90, p95, p99, max } = latency
  return {
    auctions,
    pings,
    bids,
    wins,
    timeouts: reasons.get('timed_out') ?? 0,
    bid_rate: percentOf(answeredBids, pings),
    win_rate: percentOf(wins, bids),
    average_bid: bids === 0 ? null : microsToNumber(Math.round(bidMicros / bids)),
    reject_reasons: Object.fromEntries(reasons),
    latency_ms: { p50, p90, p95, p99, max },
  }
}

/** Two decimals. */
function percentOf(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 10_000) / 100
}
