/**
 * How buyers answer, from the compact bids that every lead keeps. Reads each lead of the period once, so that the period is
 * bounded; nothing is counted beforehand, since a row more for each bid would cost more than these reports are read.
 *
 * Percentiles are the nearest rank: a time that was measured, never one in between.
 */

export interface BidReportRequest {
  /** RFC 3339 UTC with milliseconds; the end is not in it. */
  readonly from: string
  readonly before: string
  readonly campaignId: string | null
  readonly supplierId: string | null
  readonly buyerId: string | null
}

export interface BidSums {
  readonly auctions: number
  readonly pings: number
  /** Bids that answered a ping. */
  readonly answeredBids: number
  readonly bids: number
  readonly wins: number
  readonly bidMicros: number
  readonly reasons: ReadonlyMap<string, number>
  /** Times of all pings in ms, by rank. */
  readonly latency: Latency
}

export interface Latency {
  readonly p50: number | null
  readonly p90: number | null
  readonly p95: number | null
  readonly p99: number | null
  readonly max: number | null
}

export interface BidReport {
  readonly currency: string
  readonly rows: readonly (BidSums & { readonly buyerId: string; readonly buyerName: string | null })[]
  readonly totals: BidSums
}

const BIDS = `
  bid AS (
    SELECT value ->> 'buyerId' AS buyer_id, value ->> 'result' AS result, value ->> 'reason' AS reason,
           value ->> 'priceMicros' AS price_micros, value ->> 'durationMs' AS duration_ms
    FROM leads, json_each(leads.bids)
    WHERE leads.tenant_id = ?1 AND leads.received_at >= ?2 AND leads.received_at < ?3 AND leads.test = 0
      AND (?4 IS NULL OR leads.campaign_id = ?4) AND (?5 IS NULL OR leads.supplier_id = ?5)
      AND (?6 IS NULL OR value ->> 'buyerId' = ?6)
  )`

const SUMS = `
  WITH ${BIDS}
  SELECT buyer_id AS buyerId, count(*) AS auctions, count(duration_ms) AS pings,
         sum(duration_ms IS NOT NULL AND price_micros IS NOT NULL) AS answeredBids, count(price_micros) AS bids,
         sum(result = 'won') AS wins, coalesce(sum(price_micros), 0) AS bidMicros
  FROM bid GROUP BY 1 ORDER BY 1`

const REASONS = `
  WITH ${BIDS}
  SELECT buyer_id AS buyerId, reason, count(*) AS count FROM bid WHERE reason IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2`

/** A rank is rounded up: of four, the 50th percentile is the second. */
const rank = (percent: number) => `max(iif(place = (size * ${percent} + 99) / 100, duration_ms, NULL)) AS p${percent}`

const latencySql = (buyer: string) => `
  WITH ${BIDS},
  timed AS (
    SELECT ${buyer} AS buyerId, duration_ms, row_number() OVER (PARTITION BY ${buyer} ORDER BY duration_ms) AS place,
           count(*) OVER (PARTITION BY ${buyer}) AS size
    FROM bid WHERE duration_ms IS NOT NULL
  )
  SELECT buyerId, ${[50, 90, 95, 99].map(rank).join(', ')}, max(duration_ms) AS max FROM timed GROUP BY 1`

const NO_LATENCY: Latency = { p50: null, p90: null, p95: null, p99: null, max: null }

type SumRow = Omit<BidSums, 'reasons' | 'latency'> & { readonly buyerId: string }
interface ReasonRow {
  readonly buyerId: string
  readonly reason: string
  readonly count: number
}
type LatencyRow = Latency & { readonly buyerId: string }

export class BidReportStore {
  readonly #db: D1Database
  readonly #tenantId: string

  constructor(db: D1Database, tenantId: string) {
    this.#db = db
    this.#tenantId = tenantId
  }

  /** @returns one row a buyer, and all of them together; all of one moment */
  async bids({ from, before, campaignId, supplierId, buyerId }: BidReportRequest): Promise<BidReport> {
    const prepare = (sql: string) =>
      this.#db.prepare(sql).bind(this.#tenantId, from, before, campaignId, supplierId, buyerId)
    const results = await this.#db.batch([
      this.#db.prepare('SELECT currency FROM tenants WHERE id = ?1').bind(this.#tenantId),
      this.#db.prepare('SELECT id, name FROM buyers WHERE tenant_id = ?1').bind(this.#tenantId),
      prepare(SUMS),
      prepare(REASONS),
      prepare(latencySql('buyer_id')),
      prepare(latencySql("''")),
    ])
    const [tenants, buyers, sums, reasons, latencies, overall] = results.map(
      ({ results: rows }) => rows,
    ) as unknown as [
      readonly { readonly currency: string }[],
      readonly { readonly id: string; readonly name: string }[],
      readonly SumRow[],
      readonly ReasonRow[],
      readonly LatencyRow[],
      readonly LatencyRow[],
    ]
    const [tenant] = tenants
    if (tenant === undefined) throw new Error('there is no such tenant')
    const names = new Map(buyers.map(({ id, name }) => [id, name]))
    const rows = sums.map((row) => ({
      ...row,
      buyerName: names.get(row.buyerId) ?? null,
      reasons: new Map(reasons.filter(isOf(row)).map(({ reason, count }) => [reason, count])),
      latency: latencies.find(isOf(row)) ?? NO_LATENCY,
    }))
    return { currency: tenant.currency, rows, totals: { ...together(rows), latency: overall[0] ?? NO_LATENCY } }
  }
}

const isOf =
  ({ buyerId }: { readonly buyerId: string }) =>
  (row: { readonly buyerId: string }) =>
    row.buyerId === buyerId

function together(rows: readonly BidSums[]): Omit<BidSums, 'latency'> {
  const sum = (of: (row: BidSums) => number) => rows.reduce((total, row) => total + of(row), 0)
  const reasons = new Map<string, number>()
  for (const [reason, count] of rows.flatMap((row) => [...row.reasons])) {
    reasons.set(reason, (reasons.get(reason) ?? 0) + count)
  }
  return {
    auctions: sum((row) => row.auctions),
    pings: sum((row) => row.pings),
    answeredBids: sum((row) => row.answeredBids),
    bids: sum((row) => row.bids),
    wins: sum((row) => row.wins),
    bidMicros: sum((row) => row.bidMicros),
    reasons,
  }
}
