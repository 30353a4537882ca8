import { afterEach, describe, expect, it } from 'vitest'
import type { SubmitLead } from '../../../src/contracts/auction-lead'
import { auctionTerms } from '../../support/submit-lead'
import { answerIn, leadFor, PlayedAuction, type PlayedServices, postsOf } from '../support/played-auction'
import { TestBuyer } from '../support/test-buyer'

/** What brings an auction back after a restart. */
const WAKINGS: readonly (readonly [string, (auction: PlayedAuction, lead: SubmitLead) => Promise<unknown>])[] = [
  ['the same request comes again', (auction, lead) => auction.submit(lead)],
  ['the watchdog comes', (auction) => auction.ring()],
]

const never = () => new Promise<never>(() => undefined)

describe.each(WAKINGS)('where %s', (_, wake) => {
  it('an auction that died with its pings out asks again, and sells once', async () => {
    const buyers = [new TestBuyer('a', { ping: 'turns/hang,bid:120' }), new TestBuyer('b', { ping: 'bid/100' })]
    const auction = new PlayedAuction()
    const lead = leadFor(buyers)
    const lost = auction.begin(lead)
    for (const buyer of buyers) await buyer.pings({ requests: 1 })
    await auction.crash()
    expect(await lost).toBeNull()
    expect(await buyers[0]?.pings({ aborted: 1 })).toHaveLength(1)
    await wake(auction, lead)
    expect((await auction.projected.atLeast(1))[0]).toMatchObject({ sequence: 1, status: 'sold' })
    expect(await postsOf(buyers)).toEqual([1, 0])
    expect(answerIn(await auction.submit(lead))).toMatchObject({ http: 201, buyer_id: 'buy_a' })
    expect(await auction.submit(lead)).toMatchObject({ replayed: true })
  })

  it('an auction that died while it asked an account asks that account again, and sells once', async () => {
    const buyers = [new TestBuyer('a', { ping: 'bid/120' }), new TestBuyer('b', { ping: 'bid/100' })]
    const auction = new PlayedAuction({ accounts: { reserve: never } })
    const lead = leadFor(buyers)
    void auction.begin(lead)
    await auction.accountCalls.atLeast(1)
    await auction.crash({})
    await wake(auction, lead)
    await auction.projected.atLeast(1)
    expect(auction.accountCalls.all).toEqual(['reserve buy_a 1', 'reserve buy_a 1'])
    expect(await postsOf(buyers)).toEqual([1, 0])
  })

  it('an auction that died between a refusal and the next bidder goes on, and does not go back', async () => {
    const buyers = [new TestBuyer('a', { ping: 'bid/120', post: 'reject' }), new TestBuyer('b', { ping: 'bid/100' })]
    const accounts = {
      reserve: async ({ attempt }: { readonly attempt: number }) =>
        attempt === 1 ? { granted: true as const } : never(),
    }
    const auction = new PlayedAuction({ accounts })
    const lead = leadFor(buyers, { terms: auctionTerms({ deadlineMs: 30_000 }) })
    void auction.begin(lead)
    await auction.accountCalls.atLeast(2)
    await auction.crash({})
    expect(await postsOf(buyers)).toEqual([1, 0])
    expect(answerIn(await auction.submit(lead)).buyer_id).toBe('buy_b')
    await wake(auction, lead)
    expect(await postsOf(buyers)).toEqual([1, 1])
    expect(auction.accountCalls.all).toContain('release buy_a 1')
  })

  it('an auction that died while its post was out takes it for unknown, and no other buyer gets the lead', async () => {
    const buyers = [
      new TestBuyer('a', { ping: 'bid/120', post: 'turns/hang,accept' }),
      new TestBuyer('b', { ping: 'bid/100' }),
    ]
    const auction = new PlayedAuction()
    const lead = leadFor(buyers)
    void auction.begin(lead)
    const [first] = (await buyers[0]?.posts({ requests: 1 })) ?? []
    await auction.crash()
    await wake(auction, lead)
    const [retry] = await auction.retries.atLeast(1)
    expect(retry).toMatchObject({ contractId: 'con_a', tryNumber: 2, delaySeconds: 1 })
    expect((await auction.projected.atLeast(1))[0]).toMatchObject({ sequence: 1, status: 'pending' })
    expect(answerIn(await auction.submit(lead))).toMatchObject({ http: 202, status: 'PENDING' })
    auction.advance(1_000)
    expect(await auction.retryPost('con_a', 2)).toBe(true)
    await expect.poll(() => auction.projected.all.at(-1)).toMatchObject({ sequence: 2, status: 'sold' })
    const [, second] = (await buyers[0]?.posts()) ?? []
    expect(second?.body).toBe(first?.body)
    expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key'])
    expect(await postsOf(buyers)).toEqual([2, 0])
    expect((await auction.view()).bids[0]?.post).toMatchObject({ outcome: 'accepted', tries: 2 })
  })

  it('an auction that died while its only post was out to a buyer without keys leaves it to a person', async () => {
    const buyers = [
      new TestBuyer('a', { ping: 'bid/120', post: 'hang', contract: { on_unknown: 'hold' } }),
      new TestBuyer('b', { ping: 'bid/100' }),
    ]
    const auction = new PlayedAuction()
    const lead = leadFor(buyers)
    void auction.begin(lead)
    await buyers[0]?.posts({ requests: 1 })
    await auction.crash()
    await wake(auction, lead)
    await auction.projected.atLeast(1)
    expect((await auction.view()).trace.at(-1)).toMatchObject({ step: 'parked' })
    expect(auction.retries.all).toEqual([])
    expect(await postsOf(buyers)).toEqual([1, 0])
  })

  it('an auction that died after an unknown, before it could tell, tells and tries again', async () => {
    const buyer = new TestBuyer('a', { ping: 'bid/120', post: 'turns/reset,accept' })
    const lost: PlayedServices = { project: never, retryLater: never }
    const auction = new PlayedAuction(lost)
    const lead = leadFor([buyer])
    expect(answerIn(await auction.submit(lead)).status).toBe('PENDING')
    await auction.crash({})
    await wake(auction, lead)
    await auction.ringUntil(() => auction.retries.all.length > 0)
    expect(await auction.projected.atLeast(1)).not.toEqual([])
    await auction.retryPost('con_a', 2)
    await expect.poll(() => auction.projected.all.at(-1)?.status).toBe('sold')
    expect(await postsOf([buyer])).toEqual([2])
  })

  it('an auction that died after its sale, before anyone was told, tells it until it is acknowledged', async () => {
    const buyer = new TestBuyer('a', { ping: 'bid/120' })
    let tellings = 0
    const project = () => {
      tellings += 1
      return never()
    }
    const auction = new PlayedAuction({ project })
    const lead = leadFor([buyer])
    const answer = await auction.submit(lead)
    await expect.poll(() => tellings).toBe(1)
    await auction.crash({})
    await wake(auction, lead)
    await auction.ringUntil(() => auction.projected.all.length > 1)
    for (const message of auction.projected.all) {
      expect(message).toMatchObject({ sequence: 1, status: 'sold', sales: [{ buyerId: 'buy_a', attempt: 1 }] })
    }
    expect(auction.accountCalls.all).toEqual(['reserve buy_a 1'])
    expect(await auction.submit(lead)).toEqual({ ...answer, replayed: true })
    expect(await postsOf([buyer])).toEqual([1])
  })

  it('an auction that died after nobody took its lead does not ask again, though a buyer would take it now', async () => {
    const buyer = new TestBuyer('a', { ping: 'turns/decline,bid:120' })
    const auction = new PlayedAuction()
    const lead = leadFor([buyer])
    const answer = await auction.submit(lead)
    expect(answerIn(answer).status).toBe('UNMATCHED')
    await auction.crash()
    await wake(auction, lead)
    expect(await auction.submit(lead)).toEqual({ ...answer, replayed: true })
    expect(await buyer.pings()).toHaveLength(1)
    expect(await postsOf([buyer])).toEqual([0])
  })

  it('an auction that died after the acknowledgement has nothing more to say, and still answers the same', async () => {
    const buyer = new TestBuyer('a', { ping: 'bid/120' })
    const auction = new PlayedAuction()
    const lead = leadFor([buyer])
    const answer = await auction.submit(lead)
    await auction.projected.atLeast(1)
    await auction.acknowledge(1)
    const before = await auction.view()
    await auction.crash()
    expect(await auction.submit(lead)).toEqual({ ...answer, replayed: true })
    expect(await auction.view()).toEqual(before)
    expect(auction.projected.all).toHaveLength(1)
    expect(await postsOf([buyer])).toEqual([1])
    await wake(auction, lead)
    expect(await postsOf([buyer])).toEqual([1])
  })
})

describe('a request that nobody came back for', () => {
  it('is sold by the watchdog within ten seconds of its planning', async () => {
    const buyer = new TestBuyer('a', { ping: 'turns/hang,bid:120' })
    const auction = new PlayedAuction()
    void auction.begin(leadFor([buyer]))
    await buyer.pings({ requests: 1 })
    await auction.crash()
    expect(await auction.alarmInMs()).toBeLessThan(10_000)
    await auction.ring()
    expect((await auction.projected.atLeast(1))[0]).toMatchObject({ status: 'sold' })
  })
})

describe('the watchdog', () => {
  let auction: PlayedAuction

  afterEach(async () => {
    // Nothing of a test goes on in the next one.
    await auction.crash()
  })

  it('leaves alone what runs and has its time yet', async () => {
    const buyer = new TestBuyer('a', { ping: 'bid/120', post: 'held/accept' })
    auction = new PlayedAuction()
    const result = auction.submit(leadFor([buyer]))
    await buyer.posts({ requests: 1 })
    await auction.run((object) => object.alarm())
    await buyer.releasePosts()
    expect(answerIn(await result).status).toBe('ACCEPTED')
  })

  it('does not take a post that runs for lost, because another buyer is overdue', async () => {
    const [unknown, running] = [
      new TestBuyer('a', { ping: 'bid/120', post: 'status/500' }),
      new TestBuyer('b', { ping: 'bid/100', post: 'turns/status:500,held:reject' }),
    ]
    auction = new PlayedAuction()
    await auction.submit(leadFor([unknown, running], { terms: auctionTerms({ maxSells: 2 }) }))
    await auction.retries.atLeast(2)
    await auction.projected.atLeast(1)
    await auction.acknowledge(2)
    auction.advance(29_900)
    await auction.retryPost('con_b', 2)
    await running.posts({ requests: 2 })
    // The message of the other buyer's try was lost: the watchdog is due for that alone.
    auction.advance(1_200)
    await auction.run((object) => object.alarm())
    expect(auction.retries.all.at(-1)).toMatchObject({ contractId: 'con_a', delaySeconds: 0 })
    await running.releasePosts()
    await expect.poll(async () => (await auction.view()).bids[1]?.reason).toBe('post_rejected')
  })
})
