import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { applyLeadProjections } from '../../src/stores/projector-store'
import { fresh, pendingLead, sale, soldLead, unsoldLead } from '../support/projections'

/** Each test works in a tenant of its own. */
const newTenant = () => fresh('tenant')

interface Rollup {
  readonly hour: string
  readonly campaign_id: string
  readonly supplier_id: string
  readonly buyer_id: string
  readonly leads: number
  readonly sales: number
  readonly revenue_micros: number
  readonly payout_micros: number
}

async function rowsOf<T>(table: string, tenantId: string): Promise<T[]> {
  return (await env.DB.prepare(`SELECT * FROM ${table} WHERE tenant_id = ?1`).bind(tenantId).all<T>()).results
}

/** `buyer: leads/sales/revenue/payout`, in the order of the key. */
async function rollupsOf(tenantId: string): Promise<string[]> {
  const rows = await rowsOf<Rollup>('rollups', tenantId)
  return rows.map((row) => `${row.buyer_id}: ${row.leads}/${row.sales}/${row.revenue_micros}/${row.payout_micros}`)
}

describe('a message', () => {
  it('becomes a lead with its bids, a ledger row and a rollup', async () => {
    const tenantId = newTenant()
    const message = soldLead({ tenantId })
    await applyLeadProjections(env.DB, [message])

    const [lead] = await rowsOf<Record<string, unknown>>('leads', tenantId)
    expect(lead).toMatchObject({
      id: message.leadId,
      auction_id: message.auctionId,
      sequence: 1,
      buyer_id: 'buy_a',
      status: 'sold',
      test: 0,
      revenue_micros: 120_000_000,
      payout_micros: 90_000_000,
      received_at: '2026-11-20T10:15:00.000Z',
      close_to_post_ms: 42,
      sealed_fields: 'v1.fields',
      sealed_key: 'v1.key',
    })
    expect(JSON.parse(String(lead?.bids)).map((bid: { result: string }) => bid.result)).toEqual(['won', 'lost', 'lost'])
    expect(await rowsOf('ledger', tenantId)).toEqual([
      expect.objectContaining({ contract_id: 'con_a', kind: 'sale', buyer_id: 'buy_a', revenue_micros: 120_000_000 }),
    ])
    expect(await rowsOf('rollups', tenantId)).toEqual([
      {
        tenant_id: tenantId,
        hour: '2026-11-20T10',
        campaign_id: 'camp_1',
        supplier_id: 'sup_1',
        buyer_id: 'buy_a',
        leads: 1,
        sales: 1,
        revenue_micros: 120_000_000,
        payout_micros: 90_000_000,
        returns: 0,
        returned_revenue_micros: 0,
        returned_payout_micros: 0,
      },
    ])
  })

  it('that comes twice, or after a newer one, changes nothing', async () => {
    const tenantId = newTenant()
    const pending = pendingLead({ tenantId })
    const sold = soldLead({ ...pending, sequence: 2, status: 'sold', sales: [sale('a')] })
    await applyLeadProjections(env.DB, [sold])
    const before = [
      await rowsOf('leads', tenantId),
      await rowsOf('ledger', tenantId),
      await rowsOf('rollups', tenantId),
    ]

    for (const late of [[sold], [pending], [pending, sold]]) {
      expect(await applyLeadProjections(env.DB, late)).toEqual({ wakes: [], unwanted: [], rowsWritten: 0 })
    }
    const after = [await rowsOf('leads', tenantId), await rowsOf('ledger', tenantId), await rowsOf('rollups', tenantId)]
    expect(after).toEqual(before)
  })

  it('says one thing under one sequence: another under the same is not newer', async () => {
    const tenantId = newTenant()
    const pending = pendingLead({ tenantId })
    await applyLeadProjections(env.DB, [pending])
    expect(await applyLeadProjections(env.DB, [{ ...pending, status: 'sold', sales: [sale('a')] }])).toEqual({
      wakes: [],
      unwanted: [],
      rowsWritten: 0,
    })
  })

  it('of a test lead is a lead, but no money and no count', async () => {
    const tenantId = newTenant()
    await applyLeadProjections(env.DB, [soldLead({ tenantId, test: true }), soldLead({ tenantId })])
    expect(await rowsOf('leads', tenantId)).toHaveLength(2)
    expect(await rowsOf('ledger', tenantId)).toHaveLength(1)
    expect(await rollupsOf(tenantId)).toEqual(['buy_a: 1/1/120000000/90000000'])
  })

  it('keeps text as it is, whatever it holds', async () => {
    const tenantId = newTenant()
    const odd = `it's "odd" \\ \u2028 名 😀 $.a'); DROP TABLE leads;--`
    await applyLeadProjections(env.DB, [unsoldLead({ tenantId, reason: odd, sealedFields: odd })])
    expect(await rowsOf('leads', tenantId)).toEqual([expect.objectContaining({ reason: odd, sealed_fields: odd })])
  })
})

describe('a lead that goes on', () => {
  it('moves from nobody to its buyer when it is sold after all', async () => {
    const tenantId = newTenant()
    const pending = pendingLead({ tenantId })
    await applyLeadProjections(env.DB, [pending, unsoldLead({ tenantId })])
    expect(await rollupsOf(tenantId)).toEqual([': 2/0/0/0'])

    await applyLeadProjections(env.DB, [{ ...pending, sequence: 2, status: 'sold', sales: [sale('a')] }])
    expect(await rollupsOf(tenantId)).toEqual([': 1/0/0/0', 'buy_a: 1/1/120000000/90000000'])
  })

  it('is counted once though two buyers share it, each with its own sale', async () => {
    const tenantId = newTenant()
    const first = soldLead({ tenantId })
    await applyLeadProjections(env.DB, [first])
    const both = [sale('a'), sale('b', { revenueMicros: 50, payoutMicros: 20 })]
    await applyLeadProjections(env.DB, [{ ...first, sequence: 2, sales: both }])
    expect(await rollupsOf(tenantId)).toEqual(['buy_a: 1/1/120000000/90000000', 'buy_b: 0/1/50/20'])
    expect(await rowsOf('ledger', tenantId)).toHaveLength(2)
    expect(await rowsOf('leads', tenantId)).toEqual([
      expect.objectContaining({ buyer_id: 'buy_a', revenue_micros: 120_000_050, payout_micros: 90_000_020 }),
    ])
  })

  it('stays erased when an auction reports again', async () => {
    const tenantId = newTenant()
    const pending = pendingLead({ tenantId })
    await applyLeadProjections(env.DB, [pending])
    await env.DB.prepare('UPDATE leads SET sealed_key = NULL WHERE id = ?1').bind(pending.leadId).run()
    await applyLeadProjections(env.DB, [{ ...pending, sequence: 2, status: 'sold', sales: [sale('a')] }])
    expect(await rowsOf('leads', tenantId)).toEqual([expect.objectContaining({ status: 'sold', sealed_key: null })])
  })
})

describe('a batch', () => {
  it('keeps the newest of several messages of one auction, in any order', async () => {
    const tenantId = newTenant()
    const pending = pendingLead({ tenantId })
    const sold = { ...pending, sequence: 3, status: 'sold', sales: [sale('b')] } as const
    await applyLeadProjections(env.DB, [{ ...pending, sequence: 2 }, sold, pending])
    expect(await rowsOf('leads', tenantId)).toEqual([expect.objectContaining({ sequence: 3, status: 'sold' })])
    expect(await rollupsOf(tenantId)).toEqual(['buy_b: 1/1/120000000/90000000'])
  })

  it('is stored as a whole or not at all', async () => {
    const tenantId = newTenant()
    const broken = { ...soldLead({ tenantId }), campaignId: null } as unknown as ReturnType<typeof soldLead>
    await expect(applyLeadProjections(env.DB, [soldLead({ tenantId }), broken])).rejects.toThrow()
    for (const table of ['leads', 'ledger', 'rollups']) expect(await rowsOf(table, tenantId)).toEqual([])
  })

  it('of a hundred messages at the size of the queue’s limit is stored', async () => {
    const tenantId = newTenant()
    const large = Array.from({ length: 100 }, () => soldLead({ tenantId, sealedFields: '名'.repeat(40_000) }))
    await applyLeadProjections(env.DB, large)
    expect(await rollupsOf(tenantId)).toEqual(['buy_a: 100/100/12000000000/9000000000'])
    const stored = await env.DB.prepare(
      'SELECT count(*) AS n, min(length(sealed_fields)) AS chars FROM leads WHERE tenant_id = ?1',
    )
      .bind(tenantId)
      .first()
    expect(stored).toEqual({ n: 100, chars: 40_000 })
  })

  it('applied by two consumers at once counts once', async () => {
    const tenantId = newTenant()
    const messages = Array.from({ length: 20 }, () => soldLead({ tenantId }))
    await Promise.all([1, 2, 3, 4].map(() => applyLeadProjections(env.DB, messages)))
    expect(await rollupsOf(tenantId)).toEqual(['buy_a: 20/20/2400000000/1800000000'])
  })
})

describe('a bid', () => {
  it('is won where it was sold, pending where nobody said no yet, and lost otherwise', async () => {
    const tenantId = newTenant()
    const bid = (letter: string, reason: string | null) => {
      return { contractId: `con_${letter}`, buyerId: `buy_${letter}`, priceMicros: 1, reason, durationMs: 1 }
    }
    const bids = [bid('a', null), bid('b', null), bid('c', 'outbid')]
    await applyLeadProjections(env.DB, [soldLead({ tenantId, bids })])
    const [lead] = await rowsOf<{ bids: string }>('leads', tenantId)
    const stored: { result: string }[] = JSON.parse(lead?.bids ?? '[]')
    expect(stored.map(({ result }) => result)).toEqual(['won', 'pending', 'lost'])
  })
})

describe('the cost', () => {
  it('is seven rows for a sold lead alone: the lead and two indexes, a phone and an email, a ledger row, a rollup', async () => {
    expect(await applyLeadProjections(env.DB, [soldLead({ tenantId: newTenant() })])).toEqual({
      wakes: [],
      unwanted: [],
      rowsWritten: 7,
    })
  })

  it('is twelve rows for a lead that was pending first, which is listed as unresolved meanwhile', async () => {
    const pending = pendingLead({ tenantId: newTenant() })
    const first = await applyLeadProjections(env.DB, [pending])
    const second = await applyLeadProjections(env.DB, [{ ...pending, sequence: 2, status: 'sold', sales: [sale('a')] }])
    expect(first.rowsWritten + second.rowsWritten).toBe(12)
  })

  it('is two rows for an unresolved lead of which nothing is new but its sequence', async () => {
    const pending = pendingLead({ tenantId: newTenant() })
    await applyLeadProjections(env.DB, [pending])
    expect(await applyLeadProjections(env.DB, [{ ...pending, sequence: 2 }])).toEqual({
      wakes: [],
      unwanted: [],
      rowsWritten: 2,
    })
  })

  it('is six rows a lead in a batch, which shares its rollups', async () => {
    const tenantId = newTenant()
    const messages = Array.from({ length: 100 }, () => soldLead({ tenantId }))
    expect(await applyLeadProjections(env.DB, messages)).toEqual({ wakes: [], unwanted: [], rowsWritten: 601 })
  })

  it('of nothing is nothing', async () => {
    expect(await applyLeadProjections(env.DB, [])).toEqual({ wakes: [], unwanted: [], rowsWritten: 0 })
  })
})
