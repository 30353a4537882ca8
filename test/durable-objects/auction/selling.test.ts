import { describe, expect, it } from 'vitest'
import { auctionTerms, buyerContract, money, sourceLink } from '../../support/submit-lead'
import { answerIn, leadFor, PlayedAuction, postsOf } from '../support/played-auction'
import { TestBuyer } from '../support/test-buyer'

describe('the best bid', () => {
  it('wins, and the lead is posted to its buyer and to nobody else', async () => {
    const buyers = [
      new TestBuyer('a', { ping: 'bid/100' }),
      new TestBuyer('b', { ping: 'bid/120', post: 'accept/b-77' }),
      new TestBuyer('c', { ping: 'decline' }),
    ]
    const auction = new PlayedAuction()
    const result = await auction.submit(leadFor(buyers))
    expect(answerIn(result)).toEqual({
      http: 201,
      id: (await auction.view()).leadId,
      status: 'ACCEPTED',
      buyer_id: 'buy_b',
      campaign_id: 'camp_1',
      price: 90,
      currency: 'USD',
      redirect_url: null,
    })
    expect(await postsOf(buyers)).toEqual([0, 1, 0])
    expect(auction.accountCalls.all).toEqual(['reserve buy_b 1'])
  })

  it('brings revenue, payout and close-to-post time to the projection, once', async () => {
    const buyers = [new TestBuyer('a', { ping: 'bid/120' }), new TestBuyer('b', { ping: 'bid/100' })]
    const auction = new PlayedAuction()
    await auction.submit(leadFor(buyers))
    const [message] = await auction.projected.atLeast(1)
    const view = await auction.view()
    expect(message).toMatchObject({
      auctionId: view.id,
      leadId: view.leadId,
      sequence: 1,
      status: 'sold',
      reason: null,
      settledAt: view.settledAt,
      closeToPostMs: view.closeToPostMs,
      sales: [{ contractId: 'con_a', buyerId: 'buy_a', revenueMicros: money(120), payoutMicros: money(90) }],
      bids: [
        { contractId: 'con_a', priceMicros: money(120), reason: null, durationMs: expect.any(Number) },
        { contractId: 'con_b', priceMicros: money(100), reason: 'outbid', durationMs: expect.any(Number) },
      ],
    })
    expect(auction.projected.all).toHaveLength(1)
  })

  it('of two equal ones is that of the better priority, then of the lower keyed hash', async () => {
    const byPriority = [
      new TestBuyer('a', { ping: 'bid/50', terms: { priority: 2 } }),
      new TestBuyer('b', { ping: 'bid/50', terms: { priority: 1 } }),
    ]
    expect(answerIn(await new PlayedAuction().submit(leadFor(byPriority))).buyer_id).toBe('buy_b')
    const byHash = [new TestBuyer('b', { ping: 'bid/50' }), new TestBuyer('a', { ping: 'bid/50' })]
    expect(answerIn(await new PlayedAuction().submit(leadFor(byHash))).buyer_id).toBe('buy_a')
  })

  it.each([
    ['below the floor', 'bid/9.99', {}, 'below_floor'],
    ['below what the contract allows', 'bid/20', { minBidMicros: money(21) }, 'below_min_bid'],
    ['above what the contract allows', 'bid/60', { maxBidMicros: money(59) }, 'above_max_bid'],
    ['negative', 'bid/-50', {}, 'invalid_bid'],
    ['no number', 'bid/zero', {}, 'invalid_bid'],
    [
      'in another currency',
      `raw/${encodeURIComponent('{"accepted":true,"bid_price":"50 EUR"}')}`,
      {},
      'wrong_currency',
    ],
    ['on a refusal', `raw/${encodeURIComponent('{"accepted":false,"bid_price":50}')}`, {}, 'declined'],
  ])('is never one %s', async (_, ping, terms, reason) => {
    const buyers = [new TestBuyer('a', { ping, terms }), new TestBuyer('b', { ping: 'bid/10' })]
    const auction = new PlayedAuction()
    const lead = leadFor(buyers, { terms: auctionTerms({ floorMicros: money(10) }) })
    expect(answerIn(await auction.submit(lead)).buyer_id).toBe('buy_b')
    expect((await auction.view()).bids[0]).toMatchObject({ result: 'lost', priceMicros: null, reason })
  })
})

describe('a buyer without a ping', () => {
  it('bids its price', async () => {
    const buyers = [new TestBuyer('a', { ping: 'bid/100' }), new TestBuyer('b', { terms: { priceMicros: money(110) } })]
    const auction = new PlayedAuction()
    expect(answerIn(await auction.submit(leadFor(buyers)))).toMatchObject({ buyer_id: 'buy_b', price: 82.5 })
    expect((await auction.view()).bids[1]).toMatchObject({ priceMicros: money(110), askedAtMs: null, result: 'won' })
  })

  it('is not waited for: where nobody is asked, the window closes as it opens', async () => {
    const buyers = [5, 7].map((price) => new TestBuyer(`at_${price}`, { terms: { priceMicros: money(price) } }))
    const auction = new PlayedAuction()
    expect(answerIn(await auction.submit(leadFor(buyers))).buyer_id).toBe('buy_at_7')
    const { trace, closeCause } = await auction.view()
    expect(closeCause).toBe('all_answered')
    const at = (step: string) => trace.find((entry) => entry.step === step)?.atMs
    expect(at('window_closed')).toBe(at('window_opened'))
  })
})

describe('the next bidder', () => {
  it.each([
    ['a refusal', 'reject'],
    ['a bad request', 'status/400'],
    ['a page that is not there', 'status/404'],
    ['a 200 that says no', `raw/${encodeURIComponent('{"error":"bad zip"}')}`],
  ])('gets the lead after %s', async (_, post) => {
    const buyers = [new TestBuyer('a', { ping: 'bid/120', post }), new TestBuyer('b', { ping: 'bid/100' })]
    const auction = new PlayedAuction()
    expect(answerIn(await auction.submit(leadFor(buyers)))).toMatchObject({ buyer_id: 'buy_b', price: 75 })
    expect(await postsOf(buyers)).toEqual([1, 1])
    const [message] = await auction.projected.atLeast(1)
    expect(message?.sales).toMatchObject([{ buyerId: 'buy_b', attempt: 2 }])
    expect(auction.accountCalls.all.toSorted()).toEqual(['release buy_a 1', 'reserve buy_a 1', 'reserve buy_b 2'])
    expect((await auction.view()).bids[0]).toMatchObject({ result: 'lost', reason: 'post_rejected' })
  })

  it('gets the lead where the account of the first says no, and that one hears nothing', async () => {
    const buyers = [new TestBuyer('a', { ping: 'bid/120' }), new TestBuyer('b', { ping: 'bid/100' })]
    const auction = new PlayedAuction({
      accounts: {
        reserve: async ({ attempt }) => (attempt === 1 ? { granted: false, reason: 'capped' } : { granted: true }),
      },
    })
    expect(answerIn(await auction.submit(leadFor(buyers))).buyer_id).toBe('buy_b')
    expect(await postsOf(buyers)).toEqual([0, 1])
    expect((await auction.view()).bids[0]).toMatchObject({ result: 'lost', reason: 'capped', post: null })
  })

  it('gets the lead where the address of the first may not be fetched', async () => {
    const inside = buyerContract('inside', {
      pingUrl: null,
      postUrl: 'http://10.0.0.1/leads',
      terms: { priceMicros: money(200) },
    })
    const outside = new TestBuyer('outside', { ping: 'bid/100' })
    const auction = new PlayedAuction()
    const lead = leadFor([outside], { contracts: [inside, outside.contract] })
    expect(answerIn(await auction.submit(lead)).buyer_id).toBe('buy_outside')
  })
})

describe('a lead that nobody takes', () => {
  it('is unmatched where everyone declines, with the reason that most share', async () => {
    const buyers = [
      new TestBuyer('a', { ping: 'decline' }),
      new TestBuyer('b', { ping: 'decline' }),
      new TestBuyer('c', { ping: 'status/500' }),
    ]
    const auction = new PlayedAuction()
    expect(answerIn(await auction.submit(leadFor(buyers)))).toMatchObject({
      http: 201,
      status: 'UNMATCHED',
      buyer_id: null,
      price: null,
    })
    expect(await postsOf(buyers)).toEqual([0, 0, 0])
    const [message] = await auction.projected.atLeast(1)
    expect(message).toMatchObject({ sequence: 1, status: 'unsold', reason: 'declined', sales: [], closeToPostMs: null })
  })

  it('is unmatched where every bidder refuses it, each asked once', async () => {
    const buyers = [30, 20, 10].map((price) => new TestBuyer(`at_${price}`, { ping: `bid/${price}`, post: 'reject' }))
    const auction = new PlayedAuction()
    expect(answerIn(await auction.submit(leadFor(buyers))).status).toBe('UNMATCHED')
    expect(await postsOf(buyers)).toEqual([1, 1, 1])
  })

  it('is unmatched at once where no buyer was left to ask, and says why', async () => {
    const refusal = { contractId: 'con_a', buyerId: 'buy_a', buyerName: 'Buyer a', reason: 'filtered', detail: 'state' }
    const auction = new PlayedAuction()
    const lead = leadFor([], { refusals: [refusal as never] })
    expect(answerIn(await auction.submit(lead)).status).toBe('UNMATCHED')
    expect((await auction.view()).bids).toMatchObject([{ contractId: 'con_a', result: 'lost', reason: 'filtered' }])
  })
})

describe('a lead that may be sold twice', () => {
  it('goes to the two best bidders, and the supplier is paid for both', async () => {
    const buyers = [30, 20, 10].map((price) => new TestBuyer(`at_${price}`, { ping: `bid/${price}` }))
    const auction = new PlayedAuction()
    const lead = leadFor(buyers, {
      terms: auctionTerms({ maxSells: 2 }),
      link: sourceLink({
        payout: { cost: { mode: 'fixed', amountMicros: money(4) }, minPayoutMicros: null, maxPayoutMicros: null },
      }),
    })
    expect(answerIn(await auction.submit(lead))).toMatchObject({ buyer_id: 'buy_at_30', price: 8 })
    expect(await postsOf(buyers)).toEqual([1, 1, 0])
    const [message] = await auction.projected.atLeast(1)
    expect(message?.sales.map(({ buyerId }) => buyerId)).toEqual(['buy_at_30', 'buy_at_20'])
  })
})
