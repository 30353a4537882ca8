import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SupplierAuctionWire } from '../../src/contracts/lead-record'
import { ExchangeStand, offered, PINGED, ping, post, problemOf } from '../support/exchange-stand'

let stand: ExchangeStand

beforeAll(async () => {
  stand = await ExchangeStand.start()
})

afterAll(async () => {
  await stand?.[Symbol.asyncDispose]()
})

describe('a supplier’s caps', () => {
  it('count leads, not pings, and count none for an offer that was missed', async () => {
    const link = { caps: [{ period: 'day', count: 1, timezone: 'UTC' }] }
    const market = await stand.open({ link })
    const [one, two] = [await offered(market), await offered(market)]
    expect((await post(market.supplier, one.request)).body.status).toBe('sold')
    expect(problemOf(await post(market.supplier, two.request))).toEqual([409, 'capped'])
    expect((await post(market.supplier, one.request)).headers.get('idempotent-replayed')).toBe('true')
    const { body } = await ping(market.supplier, { ...PINGED, vertical: market.vertical })
    expect([body.bid, body.reject_reason]).toEqual([null, 'capped'])
  })

  it('on pings count pings', async () => {
    const market = await stand.open({ link: { ping_caps: [{ period: 'day', count: 4, timezone: 'UTC' }] } })
    const [one] = [await offered(market), await offered(market)]
    expect((await post(market.supplier, one.request)).body.status).toBe('sold')
    const reasons = []
    for (let times = 0; times < 3; times++)
      reasons.push((await ping(market.supplier, { ...PINGED, vertical: market.vertical })).body.reject_reason)
    expect(reasons).toEqual([undefined, undefined, 'capped'])
  })
})

describe('what a supplier may see', () => {
  it('is its own leads and auctions, and of the buyers only that there were some', async () => {
    const market = await stand.open()
    const other = await stand.open()
    const { supplier } = market
    const { offer, request } = await offered(market)
    const waiting = await supplier.get<SupplierAuctionWire>(`/v1/auctions/${offer.id}`)
    expect(waiting.body).toMatchObject({
      phase: 'offered',
      lead_id: null,
      offer: { amount: 30, posted_at: null },
      payout: 0,
    })
    for (const path of ['/v1/leads', '/api/v1/leads']) {
      expect((await supplier.get(`${path}/${offer.id?.replace('auc_', 'ld_')}`)).status).toBe(404)
    }
    const { body: sale } = await post(supplier, request)
    expect((await supplier.lead(sale.lead_uuid)).body.data).toMatchObject({ status: 'ACCEPTED', price: 30 })

    const lead = await supplier.get<object>(`/v1/leads/${sale.lead_uuid}`)
    expect(lead.body).toMatchObject({
      id: sale.lead_uuid,
      status: 'sold',
      payout: 30,
      fields: { phone: request.lead.phone },
    })
    const auction = await supplier.get<SupplierAuctionWire>(`/v1/auctions/${offer.id}`)
    expect(auction.body.bids.map(({ result, reason }) => [result, reason])).toEqual([
      ['won', null],
      ['lost', 'outbid'],
    ])
    await expect
      .poll(async () => (await supplier.get<{ data: unknown[] }>('/v1/leads')).body.data.length, { timeout: 15_000 })
      .toBe(1)
    const list = await supplier.get<object>('/v1/leads')
    for (const { text } of [lead, auction, list, waiting]) {
      expect(text).not.toMatch(/buy_|buyer|revenue|profit|margin|best|second|floor/)
      expect(text).not.toMatch(/:40\b/)
    }

    for (const path of [`/v1/leads/${sale.lead_uuid}`, `/v1/auctions/${offer.id}`]) {
      expect((await other.supplier.get(path)).status).toBe(404)
    }
    expect((await other.supplier.get(`/v1/leads?supplier_id=${supplier.id}`)).body).toEqual({
      data: [],
      next_cursor: null,
    })
    expect((await supplier.get(`/v1/leads?buyer_id=${market.buyerIds.best}`)).status).toBe(422)
    expect((await supplier.get(`/v1/leads/${sale.lead_uuid}/events`)).status).toBe(403)
    const events = await stand.operator.get<{ data: { step: string; at: string }[] }>(
      `/v1/leads/${sale.lead_uuid}/events`,
    )
    const steps = events.body.data.map(({ step }) => step)
    expect(steps).toEqual(
      expect.arrayContaining(['planned', 'offered', 'offer_taken', 'posting', 'accepted', 'settled']),
    )
    expect(events.body.data.map(({ at }) => at)).toEqual(events.body.data.map(({ at }) => at).toSorted())
  })
})
