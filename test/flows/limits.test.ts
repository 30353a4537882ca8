/** The limits that an operator sets, met by leads over HTTP: balance, rate, circuit, hours, and a supplier's caps. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AuctionWire } from '../../src/contracts/lead-record'
import { type Made, Operator } from '../support/gavel-client'
import { answer, bid, HttpBuyer } from '../support/http-buyer'
import { fixedContract, freshLead, guideContract, type Market, openMarket } from '../support/market'
import { OPERATOR_KEY, ServedGavel } from '../support/served-gavel'

let gavel: ServedGavel
let operator: Operator
let buyer: HttpBuyer

beforeAll(async () => {
  gavel = await ServedGavel.start()
  operator = new Operator(gavel.url, OPERATOR_KEY)
  buyer = await HttpBuyer.start()
})

afterAll(async () => {
  await buyer?.close()
  await gavel?.[Symbol.asyncDispose]()
})

/** Sends a lead of its own. @returns its status, and its auction as the operator sees it */
async function sell({ supplier, campaignId }: Market): Promise<{ status: string; auction: AuctionWire }> {
  const { body } = await supplier.ingest(campaignId, freshLead())
  return { status: body.data.status, auction: await operator.auctionOf(body.data.id) }
}

const reasons = ({ auction }: { auction: AuctionWire }) => auction.bids.map(({ reason }) => reason)
const balanceOf = async (id: string) => (await operator.get<{ balance: number }>(`/v1/buyers/${id}/balance`)).body

describe('a prepaid balance', () => {
  it('sells as long as it lasts, is taken from once for each sale, and is spared by tests', async () => {
    const market = await openMarket(operator, { buyers: { prepaid: fixedContract(buyer, 10) } })
    const id = market.buyerIds.prepaid ?? ''
    const credit = { amount: 25, note: 'Wire', reference: 'invoice 1' }
    const credited = await operator.post<Made>(`/v1/buyers/${id}/balance`, credit)
    expect(credited.status).toBe(201)
    expect((await operator.post(`/v1/buyers/${id}/balance`, credit)).text).toBe(credited.text)

    expect([(await sell(market)).status, (await sell(market)).status]).toEqual(['ACCEPTED', 'ACCEPTED'])
    const third = await sell(market)
    expect([third.status, reasons(third)]).toEqual(['UNMATCHED', ['out_of_budget']])
    expect(await balanceOf(id)).toMatchObject({ prepaid: true, balance: 5, spent: 20, credited: 25 })

    const link = { cost_mode: 'revenue_share', cost_percent: 75, test_mode: true }
    await operator.put(`/v1/campaigns/${market.campaignId}/suppliers/${market.supplier.id}`, link)
    expect((await sell(market)).status).toBe('ACCEPTED')
    expect(await balanceOf(id)).toMatchObject({ balance: 5, spent: 20 })
    await operator.put(`/v1/campaigns/${market.campaignId}/suppliers/${market.supplier.id}`, {
      ...link,
      test_mode: false,
    })
    await operator.post(`/v1/buyers/${id}/balance`, { amount: 5 })
    expect((await sell(market)).status).toBe('ACCEPTED')
    expect(await balanceOf(id)).toMatchObject({ balance: 0, spent: 30, credited: 30 })
  })
})

describe('a buyer that keeps failing', () => {
  it('is skipped for a while, and its operator sees since when and why', async () => {
    const failing = await HttpBuyer.start()
    failing.whenPinged(answer(503, { error: 'down' }))
    const market = await openMarket(operator, {
      buyers: { failing: guideContract(failing), spare: fixedContract(buyer, 10) },
    })
    const id = market.buyerIds.failing ?? ''
    for (let lead = 0; lead < 12; lead++) expect((await sell(market)).status).toBe('ACCEPTED')
    expect(failing.pings).toHaveLength(10)
    const { auction } = await sell(market)
    expect(auction.bids.find(({ buyer_id }) => buyer_id === id)?.reason).toBe('circuit_open')
    await vi.waitFor(async () => {
      const { body } = await operator.get<{ contracts: readonly object[] }>(`/v1/buyers/${id}/health`)
      expect(body.contracts).toEqual([
        expect.objectContaining({
          campaign_id: market.campaignId,
          state: 'open',
          call: 'ping',
          failures: 10,
          last_reason: 'HTTP 503',
          isolates: 1,
          until: expect.stringMatching(/Z$/),
        }),
      ])
    })
    await failing.close()
  })
})

describe("a buyer's ping rate", () => {
  const RATE = 5
  /** By how much a machine that is busy with other tests may hear of a ping late. */
  const LATE_MS = 250

  it('is kept within any second, and what is over it is skipped', async () => {
    const slow = await HttpBuyer.start()
    slow.whenPinged(bid(10))
    const market = await openMarket(operator, { buyers: { slow: guideContract(slow) } })
    const id = market.buyerIds.slow ?? ''
    await operator.patch(`/v1/buyers/${id}`, { ping_rate: { per_second: RATE } })
    const sold = await Promise.all(Array.from({ length: 30 }, () => sell(market)))
    const skipped = sold.filter((one) => reasons(one).includes('rate_limited'))
    expect(skipped.length).toBeGreaterThan(0)
    // On a slow machine, one or the other has its window end before its turn.
    expect(slow.pings.length + skipped.length).toBeLessThanOrEqual(30)
    expect(slow.pings.length).toBeGreaterThanOrEqual(RATE)
    const times = slow.pings.map(({ at }) => at).sort((left, right) => left - right)
    for (const [index, at] of times.entries()) {
      expect((times[index + RATE] ?? Number.POSITIVE_INFINITY) - at).toBeGreaterThanOrEqual(1_000 - LATE_MS)
    }
    const { body } = await operator.get<{ ping_rate: object }>(`/v1/buyers/${id}/health`)
    expect(body.ping_rate).toMatchObject({ per_second: RATE })
    await slow.close()
  })
})

describe('the hours of a buyer', () => {
  const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
  const ZONE = 'America/New_York'

  it('are those of its own zone', async () => {
    const weekday = (offsetDays: number) => {
      const at = new Date(Date.now() + offsetDays * 86_400_000)
      return new Intl.DateTimeFormat('en-US', { timeZone: ZONE, weekday: 'short' }).format(at).toLowerCase()
    }
    // A test that runs over midnight there still finds one open and one closed.
    const near = [weekday(0), weekday(1)]
    const on = (days: readonly string[]) => ({
      timezone: ZONE,
      windows: [{ days: DAYS.filter((day) => days.includes(day)), from: '00:00', to: '24:00' }],
    })
    const market = await openMarket(operator, {
      buyers: {
        open: { ...fixedContract(buyer, 10), schedule: on(near) },
        closed: { ...fixedContract(buyer, 90), schedule: on(DAYS.filter((day) => !near.includes(day))) },
      },
    })
    const { status, auction } = await sell(market)
    expect(status).toBe('ACCEPTED')
    const byBuyer = Object.fromEntries(auction.bids.map(({ buyer_id, reason }) => [buyer_id, reason]))
    expect(byBuyer).toEqual({ [market.buyerIds.open ?? '']: null, [market.buyerIds.closed ?? '']: 'out_of_schedule' })
  })
})

describe("a supplier's cap", () => {
  it('that was set and filled since does not keep a request from its first answer', async () => {
    const market = await openMarket(operator, { buyers: { any: fixedContract(buyer, 10) } })
    const { supplier, campaignId } = market
    const lead = freshLead()
    const first = await supplier.ingest(campaignId, lead, { 'idempotency-key': 'first' })
    expect(first.status).toBe(201)
    const link = { cost_mode: 'revenue_share', cost_percent: 75, caps: [{ period: 'total', count: 1 }] }
    await operator.put(`/v1/campaigns/${campaignId}/suppliers/${supplier.id}`, link)
    expect((await sell(market)).status).toBe('ACCEPTED')
    expect((await supplier.ingest(campaignId, freshLead())).body.error).toBe('capped')

    const again = await supplier.ingest(campaignId, lead, { 'idempotency-key': 'first' })
    expect([again.status, again.text, again.headers.get('idempotent-replayed')]).toEqual([201, first.text, 'true'])
  })
})
