import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { bidsReportSchema } from '../../../src/contracts/bids-report'
import type { LeadProjection, ProjectedBid } from '../../../src/contracts/projection'
import { registerBidsReport } from '../../../src/http/reports/bids'
import { applyLeadProjections } from '../../../src/stores/projector-store'
import { operatorApp } from '../../support/operator-app'
import { fresh, sale, soldLead, unsoldLead } from '../../support/projections'

const bid = (letter: string, overrides: Partial<ProjectedBid> = {}): ProjectedBid => ({
  contractId: `con_${letter}`,
  buyerId: `buy_${letter}`,
  priceMicros: 10_000_000,
  reason: 'outbid',
  durationMs: 100,
  ...overrides,
})

/** Reports of a tenant of its own, as it has leads. */
async function reports() {
  const tenantId = fresh('tenant')
  await env.DB.prepare("INSERT INTO tenants VALUES (?, 'live', 'Test', 'EUR', '')").bind(tenantId).run()
  const get = await operatorApp({ tenantId, register: registerBidsReport })
  return {
    get: (query = '') => get(`/v1/reports/bids${query}`),
    store: (...leads: readonly LeadProjection[]) =>
      applyLeadProjections(
        env.DB,
        leads.map((lead) => ({ ...lead, tenantId })),
      ),
  }
}

describe('GET /v1/reports/bids', () => {
  it('counts pings, bids, wins, timeouts and reasons of each buyer', async () => {
    const { get, store } = await reports()
    const won = bid('a', { priceMicros: 20_000_000, reason: null, durationMs: 50 })
    const late = bid('b', { priceMicros: null, reason: 'timed_out', durationMs: 2_000 })
    const filtered = bid('b', { priceMicros: null, reason: 'filtered', durationMs: null })
    await store(
      soldLead({ sales: [sale('a')], bids: [won, bid('b')] }),
      unsoldLead({ bids: [bid('a', { reason: 'post_rejected' }), late] }),
      unsoldLead({ bids: [bid('a', { priceMicros: null, reason: 'below_floor' }), filtered] }),
    )
    const { status, body } = await get()
    expect(status).toBe(200)
    expect(bidsReportSchema.parse(body)).toEqual(body)
    expect(body.currency).toBe('EUR')
    expect(body.rows).toEqual([
      {
        buyer_id: 'buy_a',
        buyer_name: null,
        auctions: 3,
        pings: 3,
        bids: 2,
        wins: 1,
        timeouts: 0,
        bid_rate: 66.67,
        win_rate: 50,
        average_bid: 15,
        reject_reasons: { below_floor: 1, post_rejected: 1 },
        latency_ms: { p50: 100, p90: 100, p95: 100, p99: 100, max: 100 },
      },
      {
        buyer_id: 'buy_b',
        buyer_name: null,
        auctions: 3,
        pings: 2,
        bids: 1,
        wins: 0,
        timeouts: 1,
        bid_rate: 50,
        win_rate: 0,
        average_bid: 10,
        reject_reasons: { filtered: 1, outbid: 1, timed_out: 1 },
        latency_ms: { p50: 100, p90: 2_000, p95: 2_000, p99: 2_000, max: 2_000 },
      },
    ])
    expect(body.totals).toMatchObject({
      auctions: 6,
      pings: 5,
      bids: 3,
      wins: 1,
      timeouts: 1,
      bid_rate: 60,
      win_rate: 33.33,
      average_bid: 13.333333,
      latency_ms: { p50: 100, max: 2_000 },
    })
  })

  it('takes percentiles by the nearest rank', async () => {
    const { get, store } = await reports()
    const times = Array.from({ length: 200 }, (_, index) => 200 - index)
    await store(...times.map((durationMs) => unsoldLead({ bids: [bid('a', { durationMs })] })))
    expect((await get()).body.totals.latency_ms).toEqual({ p50: 100, p90: 180, p95: 190, p99: 198, max: 200 })
  })

  it('leaves out test leads, and what the period and the filters do not name', async () => {
    const { get, store } = await reports()
    const bids = [bid('a'), bid('b')]
    await store(
      unsoldLead({ bids, test: true }),
      unsoldLead({ bids, receivedAt: '2026-11-18T10:00:00.000Z', campaignId: 'camp_2' }),
      unsoldLead({ bids, supplierId: 'sup_2' }),
    )
    const auctions = async (query: string) => (await get(query)).body.totals.auctions
    expect(await auctions('')).toBe(4)
    expect(await auctions('?from=2026-11-20&to=2026-11-20')).toBe(2)
    expect(await auctions('?campaign_id=camp_2')).toBe(2)
    expect(await auctions('?supplier_id=sup_2&buyer_id=buy_b')).toBe(1)
    expect(await auctions('?from=2026-11-01&to=2026-11-05')).toBe(0)
  })

  it('of nothing has no rates, and none of others', async () => {
    const [{ get }, other] = [await reports(), await reports()]
    await other.store(unsoldLead())
    const { body } = await get()
    expect(body.rows).toEqual([])
    expect(body.totals).toMatchObject({ auctions: 0, bid_rate: null, average_bid: null, latency_ms: { p50: null } })
  })

  it('is of 31 days at most', async () => {
    const { get } = await reports()
    expect((await get('?from=2026-10-01&to=2026-10-31')).status).toBe(200)
    expect((await get('?from=2026-10-01&to=2026-11-01')).body.field_errors).toMatchObject([{ field: 'from' }])
  })
})
