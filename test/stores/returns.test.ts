import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { AfterSaleChange } from '../../src/stores/after-sale-batch'
import { applyLeadProjections } from '../../src/stores/projector-store'
import { RepeatedChange } from '../../src/stores/request-fence'
import { type NewReturn, ReturnStore } from '../../src/stores/return-store'
import { fresh, sale, soldLead } from '../support/projections'

const AT = '2026-11-21T08:00:00.000Z'
const APPROVED = { status: 'approved', restoreCaps: null } as const

/** A change that says so alongside, in a table that needs no more than a name. */
const change = (told: string | null = null, fence?: string): AfterSaleChange => ({
  at: AT,
  ...(fence !== undefined && { fence }),
  alongside: told === null ? [] : [env.DB.prepare("INSERT INTO request_fences VALUES (?, '')").bind(told)],
})
const wasTold = async (told: string) =>
  (await env.DB.prepare('SELECT 1 FROM request_fences WHERE id = ?').bind(told).first()) !== null

async function sold({ test = false } = {}) {
  const tenantId = fresh('tenant')
  const lead = soldLead({
    tenantId,
    test,
    sales: [sale('a'), sale('b', { revenueMicros: 60_000_000, payoutMicros: 10 })],
  })
  await applyLeadProjections(env.DB, [lead])
  const returned = (letter: 'a' | 'b', overrides: Partial<NewReturn> = {}): NewReturn => ({
    id: fresh('ret'),
    ...{ auctionId: lead.auctionId, leadId: lead.leadId, campaignId: 'camp_1', supplierId: 'sup_1', currency: 'USD' },
    ...{ contractId: `con_${letter}`, buyerId: `buy_${letter}`, revenueMicros: 120_000_000, payoutMicros: 90_000_000 },
    ...{ status: 'requested', reason: 'other', test, soldAt: AT, sealedNote: null, sealedNoteKey: null },
    ...{ requestedBy: 'buyer', requestedAt: AT, decidedBy: null, decidedAt: null, restoreCaps: false },
    ...overrides,
  })
  const books = async () => {
    const net = await env.DB.prepare(
      'SELECT sum(revenue_micros) AS revenue, sum(payout_micros) AS payout, count(*) AS entries FROM ledger WHERE tenant_id = ?',
    )
      .bind(tenantId)
      .first()
    const reported = await env.DB.prepare(
      `SELECT sum(revenue_micros - returned_revenue_micros) AS revenue, sum(payout_micros - returned_payout_micros) AS payout,
              sum(sales + returns) AS entries FROM rollups WHERE tenant_id = ?`,
    )
      .bind(tenantId)
      .first()
    return { net, reported }
  }
  return { tenantId, returns: new ReturnStore(env.DB, tenantId), returned, books, lead }
}

describe('an approved return', () => {
  it('reverses its own sale on both sides, in the ledger and in the reports alike', async () => {
    const { returns, returned, books } = await sold()
    await returns.add(returned('a', { status: 'approved', decidedAt: AT }), change())
    const expected = { revenue: 60_000_000, payout: 10, entries: 3 }
    expect(await books()).toEqual({ net: expected, reported: expected })
  })

  it('is approved once by a hundred at once, and tells of it once', async () => {
    const { returns, returned, books } = await sold()
    const row = returned('b')
    await returns.add(row, change())
    const told = Array.from({ length: 100 }, () => fresh('told'))
    const results = await Promise.all(told.map((name) => returns.decide(row.id, APPROVED, change(name))))
    expect(results.filter((result) => result !== null)).toHaveLength(1)
    expect((await Promise.all(told.map(wasTold))).filter(Boolean)).toHaveLength(1)
    const expected = { revenue: 120_000_000, payout: 90_000_000, entries: 3 }
    expect(await books()).toEqual({ net: expected, reported: expected })
  })

  it('of one sale is one, whoever asks', async () => {
    const { returns, returned, books } = await sold()
    const row = returned('a', { status: 'approved', decidedAt: AT })
    const told = fresh('told')
    expect(await returns.add(row, change())).toEqual([])
    expect(await returns.add({ ...row, id: fresh('ret') }, change(told))).toBeNull()
    expect(await wasTold(told)).toBe(false)
    expect((await books()).net).toMatchObject({ entries: 3 })
  })

  it('of a test lead moves no money', async () => {
    const { returns, returned, books } = await sold({ test: true })
    const row = returned('a')
    await returns.add(row, change())
    expect(await returns.decide(row.id, APPROVED, change())).toEqual([])
    expect((await books()).net).toMatchObject({ entries: 0 })
  })

  it('survives that its lead is reported again', async () => {
    const { returns, returned, books, lead } = await sold()
    await returns.add(returned('a', { status: 'approved', decidedAt: AT }), change())
    const before = await books()
    await applyLeadProjections(env.DB, [{ ...lead, sequence: 2 }])
    expect(await books()).toEqual(before)
  })
})

describe('a decision', () => {
  it.each([
    ['requested', 'denied', true],
    ['denied', 'approved', true],
    ['denied', 'denied', false],
    ['approved', 'denied', false],
    ['approved', 'approved', false],
  ] as const)('moves from %s to %s: %s', async (from, to, isTaken) => {
    const { returns, returned } = await sold()
    const row = returned('a', { status: from, decidedAt: from === 'requested' ? null : AT })
    await returns.add(row, change())
    const result = await returns.decide(row.id, { status: to, restoreCaps: null }, change())
    expect([result !== null, (await returns.read(row.id))?.status]).toEqual([isTaken, isTaken ? to : from])
  })

  it("finds nothing of another tenant's", async () => {
    const [mine, other] = [await sold(), await sold()]
    const row = mine.returned('a')
    await mine.returns.add(row, change())
    await other.returns.decide(row.id, APPROVED, change())
    expect((await mine.returns.read(row.id))?.status).toBe('requested')
    expect(await other.returns.read(row.id)).toBeNull()
    expect((await mine.books()).net).toMatchObject({ entries: 2 })
  })

  it('of a request that is named is made once', async () => {
    const { returns, returned } = await sold()
    const [row, fence] = [returned('a'), fresh('fence')]
    await returns.add(row, change(null, fence))
    await expect(returns.decide(row.id, APPROVED, change(null, fence))).rejects.toThrow(RepeatedChange)
    expect((await returns.read(row.id))?.status).toBe('requested')
  })
})
