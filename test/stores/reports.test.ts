import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { LeadProjection } from '../../src/contracts/projection'
import { applyLeadProjections } from '../../src/stores/projector-store'
import { type PnlRequest, ReportStore } from '../../src/stores/report-store'
import { pendingLead, sale, soldLead } from '../support/projections'

const ALL = { fromHour: '2026-11-01T00', beforeHour: '2026-12-01T00', groupBy: [] } as const
const LATER = '2026-11-21T00:00:00.000Z'

/** Tenants of the first migration: a report needs one that exists. */
async function reportOf(tenantId: 'live' | 'sandbox', request: Partial<PnlRequest> = {}) {
  return new ReportStore(env.DB, tenantId).pnl({ ...ALL, ...request })
}

async function withLeads(...leads: readonly Partial<LeadProjection>[]) {
  await env.DB.batch(
    ['leads', 'ledger', 'rollups', 'campaigns', 'buyers'].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  )
  await applyLeadProjections(env.DB, leads.map(soldLead))
}

const NOTHING_RETURNED = { returns: 0, returnedRevenueMicros: 0, returnedPayoutMicros: 0 }
const unsold = { status: 'unsold', sales: [] } as const
const shared = { sales: [sale('a'), sale('b', { revenueMicros: 60_000_000, payoutMicros: 30_000_000 })] }

describe('profit and loss', () => {
  it('sums leads, sales and money', async () => {
    await withLeads({}, {}, unsold)
    const money = { revenueMicros: 240_000_000, payoutMicros: 180_000_000 }
    const sums = { leads: 3, sold: 2, sales: 2, ...money, ...NOTHING_RETURNED }
    expect(await reportOf('live')).toEqual({ currency: 'USD', totals: sums, rows: [sums] })
  })

  it('of nothing is zeros', async () => {
    await withLeads()
    const nothing = { leads: 0, sold: 0, sales: 0, revenueMicros: 0, payoutMicros: 0, ...NOTHING_RETURNED }
    expect(await reportOf('live')).toEqual({ currency: 'USD', totals: nothing, rows: [nothing] })
    expect(await reportOf('live', { groupBy: ['buyer'] })).toEqual({ currency: 'USD', totals: nothing, rows: [] })
  })

  it('counts a shared lead once, and once for each of its buyers', async () => {
    await withLeads(shared, {}, unsold)
    const { totals, rows } = await reportOf('live', { groupBy: ['buyer'] })
    expect(totals).toMatchObject({ leads: 3, sold: 2, sales: 3, revenueMicros: 300_000_000 })
    expect(rows).toMatchObject([
      { buyerId: '', leads: 1, sold: 0, sales: 0, revenueMicros: 0 },
      { buyerId: 'buy_a', leads: 2, sold: 2, sales: 2, revenueMicros: 240_000_000 },
      { buyerId: 'buy_b', leads: 1, sold: 1, sales: 1, revenueMicros: 60_000_000 },
    ])
    const [byCampaign] = (await reportOf('live', { groupBy: ['campaign'] })).rows
    expect(byCampaign).toMatchObject({ campaignId: 'camp_1', leads: 3, sold: 2, sales: 3 })
  })

  it('groups by day and hour of receiving, in order', async () => {
    await withLeads({}, { receivedAt: '2026-11-20T23:59:59.999Z' }, { receivedAt: LATER })
    const days = (await reportOf('live', { groupBy: ['day'] })).rows
    expect(days.map(({ day, leads }) => [day, leads])).toEqual([
      ['2026-11-20', 2],
      ['2026-11-21', 1],
    ])
    const hours = (await reportOf('live', { groupBy: ['day', 'hour'] })).rows
    expect(hours.map(({ day, hour }) => [day, hour])).toEqual([
      ['2026-11-20', '2026-11-20T10'],
      ['2026-11-20', '2026-11-20T23'],
      ['2026-11-21', '2026-11-21T00'],
    ])
  })

  it('holds its first hour and not its last', async () => {
    await withLeads({ receivedAt: '2026-11-20T10:59:59.999Z' }, { receivedAt: '2026-11-20T11:00:00.000Z' })
    const leads = async (fromHour: string, beforeHour: string) =>
      (await reportOf('live', { fromHour, beforeHour })).totals.leads
    expect(await leads('2026-11-20T10', '2026-11-20T11')).toBe(1)
    expect(await leads('2026-11-20T11', '2026-11-20T12')).toBe(1)
    expect(await leads('2026-11-20T10', '2026-11-20T12')).toBe(2)
    expect(await leads('2026-11-20T12', '2026-11-20T13')).toBe(0)
  })

  it('gives rows that add up to the totals, by any keys but the buyer', async () => {
    await withLeads(
      shared,
      unsold,
      { campaignId: 'camp_2' },
      { supplierId: 'sup_2' },
      { receivedAt: LATER },
      { test: true },
    )
    for (const groupBy of [[], ['campaign'], ['supplier', 'day'], ['hour', 'campaign', 'supplier']] as const) {
      const { rows, totals } = await reportOf('live', { groupBy })
      for (const measure of ['leads', 'sold', 'sales', 'revenueMicros', 'payoutMicros'] as const) {
        expect(rows.reduce((sum, row) => sum + row[measure], 0)).toBe(totals[measure])
      }
    }
  })

  it('leaves out a group whose rollup has come to nothing', async () => {
    await withLeads()
    const pending = pendingLead()
    await applyLeadProjections(env.DB, [pending])
    await applyLeadProjections(env.DB, [{ ...pending, sequence: 2, status: 'sold', sales: [sale('a')] }])
    const { rows } = await reportOf('live', { groupBy: ['buyer'] })
    expect(rows.map(({ buyerId }) => buyerId)).toEqual(['buy_a'])
  })

  it('names what it is grouped by, from the tenant’s own configuration', async () => {
    await withLeads({}, unsold, { campaignId: 'camp_2' })
    const campaign = env.DB.prepare(
      `INSERT INTO campaigns (id, tenant_id, name, vertical, status, settings, created_at, updated_at) VALUES (?1, ?2, ?3, 'auto', 'active', '{}', '', '')`,
    )
    await env.DB.batch([
      campaign.bind('camp_1', 'live', 'Auto Texas'),
      campaign.bind('camp_2', 'sandbox', 'Not theirs'),
    ])
    const { rows } = await reportOf('live', { groupBy: ['campaign', 'buyer'] })
    expect(rows.map(({ campaignName, buyerId, buyerName }) => [campaignName, buyerId, buyerName])).toEqual([
      ['Auto Texas', '', null],
      ['Auto Texas', 'buy_a', null],
      [null, 'buy_a', null],
    ])
  })

  it('shows a tenant its own sums only', async () => {
    await withLeads({}, { tenantId: 'sandbox' }, { tenantId: 'sandbox' })
    expect((await reportOf('live')).totals.leads).toBe(1)
    expect((await reportOf('sandbox')).totals.leads).toBe(2)
  })

  it('is exact where floats are not', async () => {
    const odd = { revenueMicros: 4_503_599_627_370_495, payoutMicros: 1 }
    await withLeads({ sales: [sale('a', odd)] }, { sales: [sale('a', odd)] })
    expect((await reportOf('live')).totals).toMatchObject({ revenueMicros: 9_007_199_254_740_990, payoutMicros: 2 })
  })

  it('needs a tenant that exists', async () => {
    await expect(new ReportStore(env.DB, 'nobody').pnl(ALL)).rejects.toThrow('tenant')
  })
})
