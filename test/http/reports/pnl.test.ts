import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { pnlReportSchema } from '../../../src/contracts/pnl-report'
import type { LeadProjection } from '../../../src/contracts/projection'
import { registerPnl } from '../../../src/http/reports/pnl'
import { applyLeadProjections } from '../../../src/stores/projector-store'
import { operatorApp } from '../../support/operator-app'
import { sale, soldLead } from '../../support/projections'

const report = async (query: string) => {
  const get = await operatorApp({ tenantId: 'live', register: registerPnl })
  return get(`/v1/reports/pnl${query}`)
}

const withLeads = (...leads: readonly Partial<LeadProjection>[]) => applyLeadProjections(env.DB, leads.map(soldLead))

const NO_MONEY = { revenue: 0, payout: 0, profit: 0, margin_percent: null }
const NOTHING_RETURNED = { sales: 0, revenue: 0, payout: 0, profit: 0 }

beforeEach(() => env.DB.prepare('DELETE FROM rollups').run())

describe('GET /v1/reports/pnl', () => {
  it('gives the guide’s example to the cent', async () => {
    await withLeads({})
    const { status, body } = await report('')
    expect(status).toBe(200)
    expect(pnlReportSchema.parse(body)).toEqual(body)
    const money = { revenue: 120, payout: 90, profit: 30, margin_percent: 25 }
    const sums = { leads: 1, sold: 1, sales: 1, ...money, gross: money, returned: NOTHING_RETURNED }
    expect(body).toEqual({
      from: '2026-10-21T13:00:00.000Z',
      to: '2026-11-20T13:00:00.000Z',
      group_by: [],
      currency: 'USD',
      rows: [sums],
      totals: sums,
    })
  })

  it('groups by every key, with names where there are any and null for nobody', async () => {
    await withLeads({}, { sales: [], status: 'unsold' })
    const { body } = await report('?group_by=campaign,supplier,buyer,day,hour')
    expect(pnlReportSchema.parse(body)).toEqual(body)
    expect(body.rows).toEqual([
      {
        campaign_id: 'camp_1',
        campaign_name: null,
        supplier_id: 'sup_1',
        supplier_name: null,
        buyer_id: null,
        buyer_name: null,
        day: '2026-11-20',
        hour: '2026-11-20T10:00:00Z',
        leads: 1,
        sold: 0,
        sales: 0,
        ...NO_MONEY,
        gross: NO_MONEY,
        returned: NOTHING_RETURNED,
      },
      expect.objectContaining({ buyer_id: 'buy_a', leads: 1, sold: 1, profit: 30, margin_percent: 25 }),
    ])
  })

  it('shows a loss as one', async () => {
    await withLeads({ sales: [sale('a', { revenueMicros: 60_000_000 })] })
    expect((await report('')).body.totals).toMatchObject({ revenue: 60, payout: 90, profit: -30, margin_percent: -50 })
  })

  it('widens the period to whole hours and says so', async () => {
    await withLeads({})
    const { body } = await report('?from=2026-11-20T10:59:00Z&to=2026-11-20T10:59:30Z')
    expect(body).toMatchObject({
      from: '2026-11-20T10:00:00.000Z',
      to: '2026-11-20T11:00:00.000Z',
      totals: { leads: 1 },
    })
    expect((await report('?from=2026-11-20T11:00:00Z')).body.totals.leads).toBe(0)
    expect((await report('?to=2026-11-20T10:00:00Z')).body.totals.leads).toBe(0)
    expect((await report('?from=2026-11-20&to=2026-11-20')).body).toMatchObject({
      from: '2026-11-20T00:00:00.000Z',
      to: '2026-11-21T00:00:00.000Z',
      totals: { leads: 1 },
    })
  })

  it('holds the hour that has just begun', async () => {
    const hour = Date.parse('2026-11-20T12:00:00Z')
    const get = await operatorApp({ tenantId: 'live', register: registerPnl, now: hour })
    await withLeads({ receivedAt: '2026-11-20T12:00:00.000Z' })
    expect((await get('/v1/reports/pnl')).body.totals.leads).toBe(1)
  })

  it.each([
    ['?group_by=', 'group_by'],
    ['?group_by=week', 'group_by'],
    ['?group_by=day,day', 'group_by'],
    ['?group_by=day;DROP TABLE rollups', 'group_by'],
    ['?group_by=__proto__', 'group_by'],
    ['?from=2026-02-30', 'from'],
    ['?to=soon', 'to'],
    ['?from=2026-11-21&to=2026-11-20', 'to'],
  ])('says what is wrong with %s', async (query, field) => {
    const { status, body } = await report(query)
    expect(status).toBe(422)
    expect(body.field_errors.map((error: { field: string }) => error.field)).toEqual([field])
  })

  it('refuses a report of more rows than anyone reads', async () => {
    await env.DB.prepare(
      `INSERT INTO rollups SELECT 'live', '2026-11-20T10', 'camp_' || value, 'sup_1', 'buy_a', 1, 1, 1, 1, 0, 0, 0 FROM
         (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 10001) SELECT value FROM n)`,
    ).run()
    expect((await report('?group_by=campaign')).body.field_errors).toMatchObject([{ field: 'group_by' }])
    expect((await report('?group_by=supplier')).body.totals.leads).toBe(10_001)
  })

  it('is for operators', async () => {
    const get = await operatorApp({ tenantId: 'live', register: registerPnl, role: 'supplier' })
    expect((await get('/v1/reports/pnl')).status).toBe(403)
    expect((await get('/v1/reports/pnl', {})).status).toBe(401)
  })
})
