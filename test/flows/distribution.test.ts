/** Every way of distributing leads, and the terms of a source link, as an operator sets them and suppliers meet them. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { BuyerContractInput } from '../../src/contracts/buyer-contract'
import type { AuctionWire } from '../../src/contracts/lead-record'
import { Operator } from '../support/gavel-client'
import { bid, decline, HttpBuyer, inTurn, refuse, sold } from '../support/http-buyer'
import { fixedContract, freshLead, guideContract, type Market, openMarket } from '../support/market'
import { OPERATOR_KEY, ServedGavel } from '../support/served-gavel'

const WITHIN_SECONDS = { timeout: 15_000, interval: 100 }

let gavel: ServedGavel
let operator: Operator
/** Takes everything. */
let taker: HttpBuyer

beforeAll(async () => {
  gavel = await ServedGavel.start()
  operator = new Operator(gavel.url, OPERATOR_KEY)
  taker = await HttpBuyer.start()
})

afterAll(async () => {
  await taker?.close()
  await gavel?.[Symbol.asyncDispose]()
})

type Contracts = { readonly [name: string]: Partial<BuyerContractInput> }

interface Sold {
  readonly status: string | undefined
  /** The buyers of the sales, by name. */
  readonly buyers: readonly string[]
  readonly price: number | null
  readonly auction: AuctionWire
}

async function sell({ supplier, campaignId, buyerIds }: Market, fields = {}): Promise<Sold> {
  const { body } = await supplier.ingest(campaignId, freshLead(fields))
  const auction = await operator.auctionOf(body.data.id)
  const nameOf = (id: string) => Object.entries(buyerIds).find(([, buyerId]) => buyerId === id)?.[0] ?? id
  const buyers = auction.bids.filter(({ result }) => result === 'won').map(({ buyer_id }) => nameOf(buyer_id))
  return { status: body.data.status, buyers, price: body.data.price, auction }
}

async function sellMany(market: Market, count: number): Promise<readonly string[]> {
  const all: Sold[] = []
  for (let lead = 0; lead < count; lead++) all.push(await sell(market))
  return all.map(({ buyers }) => buyers.join())
}

/** A buyer that says no to posts as it is told. */
async function withBuyer<Result>(run: (buyer: HttpBuyer) => Promise<Result>): Promise<Result> {
  const buyer = await HttpBuyer.start()
  try {
    return await run(buyer)
  } finally {
    await buyer.close()
  }
}

const at = (price: number, terms: Partial<BuyerContractInput> = {}) => ({ ...fixedContract(taker, price), ...terms })
const open = (distribution: string, buyers: Contracts, campaign = {}) =>
  openMarket(operator, { campaign: { distribution, ...campaign }, buyers })

describe('a campaign', () => {
  it('in waterfall sells by priority whatever is paid, and goes on to the next with a no', async () => {
    await withBuyer(async (first) => {
      first.whenPosted(inTurn(sold(), refuse()))
      const market = await open('waterfall', {
        second: at(90, { priority: 2 }),
        first: { ...fixedContract(first, 10), priority: 1 },
        third: at(99, { priority: 3 }),
      })
      expect(await sellMany(market, 3)).toEqual(['first', 'second', 'second'])
    })
  })

  it('in round robin gives every buyer as many sales as the others, whoever says no meanwhile', async () => {
    await withBuyer(async (choosy) => {
      choosy.whenPosted(inTurn(refuse(), refuse(), sold()))
      const market = await open('round_robin', { a: at(10), b: at(20), choosy: fixedContract(choosy, 30) })
      const names = await sellMany(market, 24)
      const counts = ['a', 'b', 'choosy'].map((name) => names.filter((one) => one === name).length)
      expect(counts).toEqual([8, 8, 8])
    })
  })

  it('by weight sells in proportion', async () => {
    const market = await open('weighted', { light: at(90, { weight: 1 }), heavy: at(10, { weight: 3 }) })
    const names = await sellMany(market, 80)
    // 60 of 80 are expected; six standard deviations are 23.
    const heavy = names.filter((name) => name === 'heavy').length
    expect(Math.abs(heavy - 60)).toBeLessThan(23)
    expect(names.filter((name) => name === 'light').length).toBe(80 - heavy)
  })

  it('by ping-post sells to the best of bids and fixed prices, within what each contract allows', async () => {
    await withBuyer(async (bidder) => {
      bidder.whenPinged(inTurn(bid(50), bid(20), bid(500), bid(5), decline()))
      const market = await open('ping_post', {
        bidder: guideContract(bidder, { min_bid: 10, max_bid: 100 }),
        fixed: at(30),
        filtered: at(99, { filters: [{ field: 'state', op: 'eq', value: 'FL' }] }),
      })
      expect(await sellMany(market, 5)).toEqual(['bidder', 'fixed', 'fixed', 'fixed', 'fixed'])
      const { auction } = await sell(market, { state: 'FL' })
      expect(auction.bids.find(({ result }) => result === 'won')?.amount).toBe(99)
    })
  })

  it('tries a tier as a whole before the next one', async () => {
    await withBuyer(async (fickle) => {
      fickle.whenPinged(inTurn(bid(12), decline())).whenPosted(inTurn(sold()))
      const market = await open('ping_post', {
        fickle: guideContract(fickle, { tier: 1 }),
        best: at(10, { tier: 1 }),
        rich: at(90, { tier: 2 }),
      })
      expect(await sellMany(market, 2)).toEqual(['fickle', 'best'])
      await operator.put(`/v1/campaigns/${market.campaignId}/buyers/${market.buyerIds.best}`, {
        ...at(10, { tier: 1 }),
        status: 'paused',
      })
      expect(await sellMany(market, 1)).toEqual(['rich'])
    })
  })

  it('that shares leads sells each to the best n, once each', async () => {
    const market = await open('ping_post', { a: at(10), b: at(30), c: at(20) }, { max_sells: 2 })
    const { buyers, price } = await sell(market)
    expect(buyers.toSorted()).toEqual(['b', 'c'])
    expect(price).toBe(37.5)
  })
})

describe('a source link', () => {
  const link = (terms: object) => ({ cost_mode: 'revenue_share', cost_percent: 75, ...terms })
  const openWith = (terms: object, price = 40) =>
    openMarket(operator, { link: link(terms), buyers: { any: at(price) } })

  it('clamps what the supplier is paid', async () => {
    expect((await sell(await openWith({ max_payout: 25 }))).price).toBe(25)
    expect((await sell(await openWith({ min_payout: 35 }))).price).toBe(35)
    expect((await sell(await openWith({}))).price).toBe(30)
  })

  it('caps pings, in sum over all that come at once', async () => {
    const { supplier, campaignId } = await openWith({ ping_caps: [{ period: 'day', count: 5 }] })
    const replies = await Promise.all(Array.from({ length: 20 }, () => supplier.ping(campaignId, { state: 'TX' })))
    const accepted = replies.filter(({ body }) => body.accepted)
    expect(accepted.length).toBeLessThanOrEqual(5)
    expect(accepted.length).toBeGreaterThan(0)
    const refused = replies.filter(({ body }) => !body.accepted)
    expect(new Set(refused.map(({ status, body }) => `${status} ${body.reason}`))).toEqual(new Set(['200 capped']))
  })

  it('caps leads by what is paid for them', async () => {
    const { supplier, campaignId } = await openWith({ caps: [{ period: 'total', amount: 65 }] })
    const replies = []
    for (let lead = 0; lead < 4; lead++) replies.push(await supplier.ingest(campaignId, freshLead()))
    // 30 each: a third would pass 65, so that nobody may have it.
    expect(replies.map(({ body }) => body.data?.status ?? body.error)).toEqual([
      'ACCEPTED',
      'ACCEPTED',
      'UNMATCHED',
      'UNMATCHED',
    ])
  })

  it('in test mode delivers for real, and stays out of money and reports', async () => {
    const before = taker.posts.length
    const market = await openWith({ test_mode: true })
    expect((await sell(market)).status).toBe('ACCEPTED')
    expect(taker.posts.length).toBe(before + 1)
    const live = await openWith({})
    await sell(live)
    // The live lead came later: once that one is booked, the other would be.
    const today = new Date().toISOString().slice(0, 10)
    const rows = async () => {
      const { body } = await operator.pnl(`from=${today}&to=${today}&group_by=campaign`)
      return body.rows.map((row) => JSON.stringify(row))
    }
    await vi.waitFor(async () => expect((await rows()).join()).toContain(live.campaignId), WITHIN_SECONDS)
    expect((await rows()).join()).not.toContain(market.campaignId)
  })
})

describe('a lead that was seen', () => {
  it('is refused by any of the fields that count, unless nobody bought it', async () => {
    await withBuyer(async (choosy) => {
      choosy.whenPosted(inTurn(refuse(), sold()))
      const { supplier, campaignId } = await openMarket(operator, {
        campaign: { dedupe: { fields: ['phone', 'email'], days: 30 } },
        buyers: { choosy: fixedContract(choosy, 10) },
      })
      const lead = freshLead()
      const send = async (fields: object) => {
        const { body } = await supplier.ingest(
          campaignId,
          { ...lead, ...fields },
          { 'idempotency-key': crypto.randomUUID() },
        )
        return body.data?.status ?? body.error
      }
      expect(await send({})).toBe('UNMATCHED')
      // It is given back behind the answer.
      await vi.waitFor(async () => expect(await send({})).toBe('ACCEPTED'), WITHIN_SECONDS)
      expect(await send({})).toBe('duplicate')
      expect(await send({ phone: freshLead().phone })).toBe('duplicate')
      expect(await send({ email: freshLead().email })).toBe('duplicate')
      expect(await send(freshLead())).toBe('ACCEPTED')
    })
  })

  it('in two fields by several at once is sold to exactly one', async () => {
    await withBuyer(async (buyer) => {
      const { supplier, campaignId } = await openMarket(operator, {
        campaign: { dedupe: { fields: ['phone', 'email'], days: 30 } },
        buyers: { any: fixedContract(buyer, 10) },
      })
      for (let round = 0; round < 8; round++) {
        const { phone, email } = freshLead()
        const twins = () =>
          Promise.all(Array.from({ length: 4 }, () => supplier.ingest(campaignId, freshLead({ phone, email }))))
        const statuses = async () => (await twins()).map(({ body }) => body.data?.status ?? body.error ?? '').toSorted()
        expect(await statuses()).toEqual(['ACCEPTED', 'duplicate', 'duplicate', 'duplicate'])
      }
    })
  })
})
