import { describe, expect, it } from 'vitest'
import { auctionTerms, money, PERSON, sourceLink } from '../../support/submit-lead'
import { leadFor, PlayedAuction } from '../support/played-auction'
import { TestBuyer } from '../support/test-buyer'

describe('what an auction shows', () => {
  it('is every bid with its reason and its times, and how it ended', async () => {
    const buyers = [
      new TestBuyer('a', { ping: 'bid/120', post: 'reject' }),
      new TestBuyer('b', { ping: 'bid/100', post: 'accept/b-1' }),
      new TestBuyer('c', { ping: 'bid/4' }),
      new TestBuyer('d', { ping: 'decline' }),
      new TestBuyer('e', { terms: { priceMicros: money(50) } }),
    ]
    const refusal = { contractId: 'con_f', buyerId: 'buy_f', buyerName: 'Buyer f', reason: 'capped', detail: null }
    const auction = new PlayedAuction()
    await auction.submit(
      leadFor(buyers, { terms: auctionTerms({ floorMicros: money(5) }), refusals: [refusal as never] }),
    )
    const view = await auction.view()
    expect(view).toMatchObject({
      tenantId: 'live',
      campaignId: 'camp_1',
      supplierId: 'sup_1',
      phase: 'settled',
      status: 'sold',
      reason: null,
      test: false,
      currency: 'USD',
      floorMicros: money(5),
      receivedAt: '2026-11-20T10:15:00.000Z',
      closeCause: 'all_answered',
      revenueMicros: money(100),
      payoutMicros: money(75),
      buyerId: 'buy_b',
    })
    expect(view.bids.map(({ buyerId, result, reason, priceMicros }) => [buyerId, result, reason, priceMicros])).toEqual(
      [
        ['buy_a', 'lost', 'post_rejected', money(120)],
        ['buy_b', 'won', null, money(100)],
        ['buy_c', 'lost', 'below_floor', null],
        ['buy_d', 'lost', 'declined', null],
        ['buy_e', 'lost', 'outbid', money(50)],
        ['buy_f', 'lost', 'capped', null],
      ],
    )
    const [first, second] = view.bids
    expect(first?.post).toMatchObject({ outcome: 'rejected', tries: 1, reference: null })
    expect(second?.post).toMatchObject({ outcome: 'accepted', tries: 1, reference: 'b-1' })
    const times = [
      second?.askedAtMs,
      second?.answeredAtMs,
      view.closedAtMs,
      second?.post?.startedAtMs,
      second?.post?.endedAtMs,
    ]
    expect(times).toEqual(times.toSorted((left, right) => Number(left) - Number(right)))
    expect(view.closeToPostMs).toBe(Number(second?.post?.endedAtMs) - Number(view.closedAtMs))
  })

  it('is a trace of every step in its order, each with its buyer', async () => {
    const buyers = [new TestBuyer('a', { ping: 'bid/120', post: 'reject' }), new TestBuyer('b', { ping: 'bid/100' })]
    const auction = new PlayedAuction()
    await auction.submit(leadFor(buyers))
    const { trace } = await auction.view()
    const steps = trace.map(({ step, buyerId }) => (buyerId === null ? step : `${step} ${buyerId}`))
    expect(steps.filter((step) => !step.startsWith('bid'))).toEqual([
      'planned',
      'window_opened',
      'window_closed',
      'reserving buy_a',
      'posting buy_a',
      'rejected buy_a',
      'reserving buy_b',
      'posting buy_b',
      'accepted buy_b',
      'settled',
    ])
    expect(steps.filter((step) => step.startsWith('bid')).toSorted()).toEqual(['bid buy_a', 'bid buy_b'])
    expect(trace[0]?.atMs).toBe(0)
    const times = trace.map(({ atMs }) => atMs)
    expect(times).toEqual(times.toSorted((left, right) => left - right))
  })

  it('is what has happened so far, while it runs', async () => {
    const buyer = new TestBuyer('a', { ping: 'bid/120', post: 'held/accept' })
    const auction = new PlayedAuction()
    const result = auction.submit(leadFor([buyer]))
    await buyer.posts({ requests: 1 })
    expect(await auction.view()).toMatchObject({
      phase: 'selling',
      status: 'pending',
      revenueMicros: 0,
      buyerId: null,
      settledAt: null,
      bids: [{ result: 'pending', reason: null, post: { outcome: 'posting', tries: 1, endedAtMs: null } }],
    })
    await buyer.releasePosts()
    await result
  })

  it('is nothing to another tenant', async () => {
    const auction = new PlayedAuction()
    await auction.submit(leadFor([]))
    expect(await auction.viewOf('sandbox')).toBeNull()
    expect(await auction.viewOf('')).toBeNull()
    expect(await auction.viewOf('live')).not.toBeNull()
  })

  it('is marked as a test where the supplier only tests', async () => {
    const buyer = new TestBuyer('a', { ping: 'bid/120' })
    const auction = new PlayedAuction()
    await auction.submit(leadFor([buyer], { link: sourceLink({ testMode: true }) }))
    expect((await auction.view()).test).toBe(true)
    expect((await auction.projected.atLeast(1))[0]?.test).toBe(true)
  })
})

describe('personal data', () => {
  const personal = Object.values(PERSON)
  const found = (text: string) => personal.filter((value) => text.includes(value))

  it('leaves in no ping, and in the post to the winner alone', async () => {
    const buyers = [new TestBuyer('a', { ping: 'bid/120' }), new TestBuyer('b', { ping: 'bid/100' })]
    await new PlayedAuction().submit(leadFor(buyers))
    for (const buyer of buyers) {
      const [ping] = await buyer.pings()
      expect(found(JSON.stringify(ping))).toEqual([])
      expect(JSON.parse(ping?.body ?? '{}')).toEqual({ state: 'TX', zip: '77002', ai_quality_score: 0.84 })
    }
    const [post] = (await buyers[0]?.posts()) ?? []
    expect(found(post?.body ?? '')).toEqual(personal)
    expect(found(`${post?.path} ${JSON.stringify(post?.headers)}`)).toEqual([])
  })

  it('leaves in a ping field by field where that contract says so', async () => {
    const buyers = [
      new TestBuyer('a', { ping: 'decline', contract: { ping_pii: ['phone'] } }),
      new TestBuyer('b', { ping: 'decline' }),
    ]
    await new PlayedAuction().submit(leadFor(buyers))
    const bodies = await Promise.all(buyers.map(async (buyer) => (await buyer.pings())[0]?.body ?? ''))
    expect(bodies.map(found)).toEqual([[PERSON.phone], []])
  })

  it('is in no shard but where its buyers need it, and never in its reports', async () => {
    const buyers = Array.from({ length: 7 }, (_, index) => new TestBuyer(`b${index}`, { ping: 'decline' }))
    await new PlayedAuction().submit(leadFor(buyers))
    const [ping] = (await buyers[6]?.pings()) ?? []
    expect(found(JSON.stringify(ping))).toEqual([])
  })

  it('is in no trace, bid or projection, also where a buyer says it back', async () => {
    const echo = `${PERSON.first_name} ${PERSON.last_name} ${PERSON.email} ${PERSON.phone}`
    const said = (body: object) => `raw/${encodeURIComponent(JSON.stringify(body))}`
    const buyers = [
      new TestBuyer('a', { ping: 'bid/120', post: said({ error: `we know ${echo}` }) }),
      new TestBuyer('b', { ping: said({ accepted: false, reason: `we know ${echo}` }) }),
      new TestBuyer('c', { ping: said({ accepted: true, bid_price: echo }) }),
      new TestBuyer('d', { ping: 'bid/100', post: 'status/500' }),
    ]
    const auction = new PlayedAuction()
    await auction.submit(leadFor(buyers))
    const [message] = await auction.projected.atLeast(1)
    const { trace, bids } = await auction.view()
    expect(bids[0]).toMatchObject({ reason: 'post_rejected' })
    expect(found(JSON.stringify({ trace, bids, message, logged: auction.logged.all }))).toEqual([])
  })
})
