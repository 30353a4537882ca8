import { describe, expect, it } from 'vitest'
import { auctionTerms, money } from '../../support/submit-lead'
import { answerIn, leadFor, PlayedAuction, postsOf } from '../support/played-auction'
import { TestBuyer } from '../support/test-buyer'

/** The whole of what a bad buyer may cost: its own time, and a little for a machine that is busy. */
const SHORT_MS = 200
const LONG_MS = 1_500
const SLACK_MS = 700

describe('a buyer that answers a ping badly', () => {
  it.each([
    ['hangs', 'hang', 'timed_out', SHORT_MS],
    ['drips its answer', 'drip', 'timed_out', SHORT_MS],
    ['stops in the middle of its answer', 'stall', 'timed_out', SHORT_MS],
    ['answers too late', 'bid/500?delay=1500', 'timed_out', SHORT_MS],
    ['answers ten megabytes', 'big', 'buyer_error', LONG_MS],
    ['answers a web page', 'html', 'buyer_error', LONG_MS],
    ['answers half a JSON', 'half', 'buyer_error', LONG_MS],
    ['answers with a negative bid', 'bid/-500', 'invalid_bid', LONG_MS],
    ['answers with a bid that is no number', 'bid/Infinity', 'invalid_bid', LONG_MS],
    ['cuts the connection', 'reset', 'buyer_error', LONG_MS],
    ['is out of order', 'status/503', 'buyer_error', LONG_MS],
    ['redirects', 'status/302', 'buyer_error', LONG_MS],
    ['is not there', 'status/404', 'buyer_error', LONG_MS],
  ])('(%s: %s) loses by %s, within its own time, and the auction goes on', async (_, ping, reason, pingTimeoutMs) => {
    const buyers = [new TestBuyer('bad', { ping, terms: { pingTimeoutMs } }), new TestBuyer('good', { ping: 'bid/10' })]
    const auction = new PlayedAuction()
    expect(answerIn(await auction.submit(leadFor(buyers)))).toMatchObject({ status: 'ACCEPTED', buyer_id: 'buy_good' })
    expect(await postsOf(buyers)).toEqual([0, 1])
    const { bids, closeCause, closedAtMs } = await auction.view()
    expect(bids[0]).toMatchObject({ result: 'lost', priceMicros: null, reason })
    expect(closeCause).toBe('all_answered')
    expect(closedAtMs).toBeLessThan(pingTimeoutMs + SLACK_MS)
  })

  it('is hung up on when its time is over', async () => {
    const buyer = new TestBuyer('bad', { ping: 'hang', terms: { pingTimeoutMs: SHORT_MS } })
    const auction = new PlayedAuction()
    expect(answerIn(await auction.submit(leadFor([buyer]))).status).toBe('UNMATCHED')
    expect(await buyer.pings({ aborted: 1 })).toHaveLength(1)
  })
})

describe('a buyer that answers a post badly', () => {
  it.each([
    ['cuts the connection after reading', 'reset'],
    ['fails', 'status/500'],
    ['is out of order', 'status/503'],
    ['redirects', 'status/302'],
    ['answers a web page', 'html'],
    ['answers half a JSON', 'half'],
    ['answers ten megabytes', 'big'],
    ['hangs', 'hang'],
    ['drips its answer', 'drip'],
    ['stops in the middle of its answer', 'stall'],
    ['accepts too late', 'accept?delay=1500'],
  ])(
    '(%s: %s) may have the lead: the supplier is told that it is pending, and nobody else gets it',
    async (_, post) => {
      const buyers = [
        new TestBuyer('bad', { ping: 'bid/20', post, terms: { postTimeoutMs: 200 } }),
        new TestBuyer('good', { ping: 'bid/10' }),
      ]
      const auction = new PlayedAuction()
      const answer = answerIn(await auction.submit(leadFor(buyers)))
      expect(answer).toMatchObject({ http: 202, status: 'PENDING', buyer_id: null, price: null })
      const [message] = await auction.projected.atLeast(1)
      expect(message).toMatchObject({ sequence: 1, status: 'pending', settledAt: null, sales: [] })
      const { bids, phase, status, trace } = await auction.view()
      expect({ phase, status }).toEqual({ phase: 'selling', status: 'pending' })
      expect(bids[0]).toMatchObject({ result: 'pending', reason: null, post: { outcome: 'unknown', tries: 1 } })
      const posted = trace.find(({ step }) => step === 'posting')?.atMs ?? 0
      const answered = trace.find(({ step }) => step === 'unknown')?.atMs ?? Number.POSITIVE_INFINITY
      expect(answered - posted).toBeLessThan(200 + SLACK_MS)
      // The buyer's place stays held, and it is not charged.
      expect(auction.accountCalls.all).toEqual(['reserve buy_bad 1'])
      expect(await postsOf(buyers)).toEqual([1, 0])
    },
  )

  it('does not take back a sale that another buyer of the lead has made', async () => {
    const buyers = [
      new TestBuyer('good', { ping: 'bid/20' }),
      new TestBuyer('bad', { ping: 'bid/10', post: 'status/500' }),
    ]
    const auction = new PlayedAuction()
    const lead = leadFor(buyers, { terms: auctionTerms({ maxSells: 2 }) })
    expect(answerIn(await auction.submit(lead))).toMatchObject({ http: 201, status: 'ACCEPTED', price: 15 })
    const [message] = await auction.projected.atLeast(1)
    expect(message).toMatchObject({ status: 'sold', settledAt: null, sales: [{ contractId: 'con_good', attempt: 1 }] })
    expect(auction.accountCalls.all).not.toContain('release buy_good 1')
  })
})

describe('the bid window', () => {
  it('closes by time; who is still out is hung up on, and a bid of it never wins', async () => {
    const buyers = [new TestBuyer('late', { ping: 'bid/500?delay=700' }), new TestBuyer('good', { ping: 'bid/10' })]
    const auction = new PlayedAuction()
    const lead = leadFor(buyers, { terms: auctionTerms({ bidWindowMs: 250 }) })
    expect(answerIn(await auction.submit(lead)).buyer_id).toBe('buy_good')
    const { bids, closeCause, closedAtMs } = await auction.view()
    // Where the buyer's clock and the window end together, either may come first.
    expect(['window_over', 'all_answered']).toContain(closeCause)
    expect(closedAtMs).toBeGreaterThanOrEqual(245)
    expect(closedAtMs).toBeLessThan(250 + SLACK_MS)
    expect(bids[0]).toMatchObject({
      result: 'lost',
      reason: 'timed_out',
      priceMicros: null,
      askedAtMs: expect.any(Number),
    })
    expect(await buyers[0]?.pings({ aborted: 1 })).toHaveLength(1)
  })

  it('closes early once nobody who is out can win; the losers are hung up on', async () => {
    const loser = new TestBuyer('loser', { ping: 'held/bid:40', terms: { maxBidMicros: money(40) } })
    const winner = new TestBuyer('winner', { ping: 'bid/50?delay=50' })
    const auction = new PlayedAuction()
    expect(answerIn(await auction.submit(leadFor([loser, winner]))).buyer_id).toBe('buy_winner')
    expect(await loser.pings({ aborted: 1 })).toHaveLength(1)
    const { bids, closeCause } = await auction.view()
    expect(closeCause).toBe('unbeatable')
    expect(bids[0]).toMatchObject({ result: 'lost', reason: 'outbid', priceMicros: null })
  })

  it('stays open for a buyer that could still bid more', async () => {
    const [slow, fast] = [
      new TestBuyer('slow', { ping: 'held/bid:60', terms: { maxBidMicros: money(60) } }),
      new TestBuyer('fast', { ping: 'bid/50' }),
    ]
    const auction = new PlayedAuction()
    const result = auction.submit(leadFor([slow, fast]))
    await fast.pings({ requests: 1 })
    await slow.pings({ requests: 1 })
    await slow.releasePings()
    expect(answerIn(await result).buyer_id).toBe('buy_slow')
  })
})

describe('the deadline', () => {
  it('ends a first post, however long the contract would let it run', async () => {
    const buyer = new TestBuyer('a', { ping: 'bid/20', post: 'hang', terms: { postTimeoutMs: 5_000 } })
    const auction = new PlayedAuction()
    const lead = leadFor([buyer], { terms: auctionTerms({ bidWindowMs: 200, deadlineMs: 500 }) })
    expect(answerIn(await auction.submit(lead)).status).toBe('PENDING')
    const { trace } = await auction.view()
    expect(trace.find(({ step }) => step === 'unknown')?.atMs).toBeLessThan(500 + SLACK_MS)
  })

  it('is past: a place that is granted only then is given back, and nobody is posted to', async () => {
    const buyers = [new TestBuyer('a', { ping: 'bid/20' }), new TestBuyer('b', { ping: 'bid/10' })]
    const auction: PlayedAuction = new PlayedAuction({
      accounts: {
        reserve: async () => {
          auction.advance(5_001)
          return { granted: true }
        },
      },
    })
    expect(answerIn(await auction.submit(leadFor(buyers))).status).toBe('UNMATCHED')
    await auction.projected.atLeast(1)
    expect(await postsOf(buyers)).toEqual([0, 0])
    expect(auction.accountCalls.all).toEqual(['reserve buy_a 1', 'release buy_a 1'])
    expect((await auction.view()).bids).toMatchObject([{ reason: 'not_reached' }, { reason: 'not_reached' }])
  })
})
