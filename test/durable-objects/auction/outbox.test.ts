import { describe, expect, it } from 'vitest'
import { auctionTerms, money, sourceLink } from '../../support/submit-lead'
import { answerIn, leadFor, PlayedAuction, postsOf } from '../support/played-auction'
import { TestBuyer } from '../support/test-buyer'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** A lead that was just sold, and told of. */
async function soldAuction(services: ConstructorParameters<typeof PlayedAuction>[0] = {}) {
  const buyer = new TestBuyer('a', { ping: 'bid/120' })
  const auction = new PlayedAuction(services)
  const lead = leadFor([buyer])
  const answer = await auction.submit(lead)
  return { auction, buyer, lead, answer }
}

describe('what the database has not acknowledged', () => {
  it('is told again after a while, until it is acknowledged', async () => {
    const { auction } = await soldAuction()
    await auction.projected.atLeast(1)
    // The first alarm was set for the auction itself.
    await auction.ring()
    expect(auction.projected.all).toHaveLength(1)
    for (const count of [2, 3]) {
      await auction.ring()
      expect(auction.projected.all).toHaveLength(count)
    }
    expect(new Set(auction.projected.all.map(({ sequence }) => sequence))).toEqual(new Set([1]))
    await auction.acknowledge(1)
    expect(await auction.alarmInMs()).toBeGreaterThan(29 * DAY)
  })

  it('is told ever more rarely: an outage of a day ends in hundreds of messages and not in a flood', async () => {
    const { auction } = await soldAuction()
    await auction.projected.atLeast(1)
    const end = auction.now() + DAY
    const pauses: number[] = []
    while (auction.now() < end) {
      pauses.push((await auction.alarmInMs()) ?? 0)
      await auction.ring()
    }
    expect(auction.projected.all.length).toBeLessThan(200)
    // Still often enough that the database catches up soon after it is back.
    expect(Math.max(...pauses)).toBeLessThanOrEqual(15 * MINUTE)
    // And the first time soon.
    expect(pauses.slice(0, 4).reduce((sum, pause) => sum + pause, 0)).toBeLessThan(1 * MINUTE)
  })

  it('is told again where the queue would not take it', async () => {
    let refusals = 0
    const told: number[] = []
    const { auction, answer } = await soldAuction({
      project: async ({ sequence }) => {
        if (refusals++ < 2) throw new Error('queue is down')
        told.push(sequence)
      },
    })
    expect(answerIn(answer).status).toBe('ACCEPTED')
    await auction.logged.atLeast(1)
    expect(auction.logged.all).toEqual(['outbox_failed'])
    for (let rings = 0; rings < 3; rings++) await auction.ring()
    expect(told).toEqual([1])
    expect(auction.logged.all).toEqual(['outbox_failed', 'auction_watchdog_failed'])
  })

  it('is not forgotten for an older acknowledgement, nor for one of what was never said', async () => {
    const buyer = new TestBuyer('a', { ping: 'bid/120', post: 'turns/reset,accept' })
    const auction = new PlayedAuction()
    await auction.submit(leadFor([buyer]))
    await auction.retries.atLeast(1)
    auction.advance(1_000)
    await auction.retryPost('con_a', 2)
    await auction.projected.atLeast(2)
    await auction.acknowledge(1)
    await auction.acknowledge(3)
    const toldSoFar = auction.projected.all.length
    await auction.ringUntil(() => auction.projected.all.length > toldSoFar)
    expect(auction.projected.all.at(-1)).toMatchObject({ sequence: 2, status: 'sold' })
    await auction.acknowledge(2)
    expect(await auction.alarmInMs()).toBeGreaterThan(29 * DAY)
  })

  it('is told once for each change, also where one answer brings two of them', async () => {
    const buyer = new TestBuyer('a', { ping: 'bid/120', post: 'reject' })
    const auction = new PlayedAuction()
    await auction.submit(leadFor([buyer]))
    await auction.projected.atLeast(1)
    await auction.acknowledge(1)
    expect(auction.projected.all).toHaveLength(1)
    expect(auction.accountCalls.all).toEqual(['reserve buy_a 1', 'release buy_a 1'])
  })

  it('is told at once of a sale beside an unknown, which may stay open for a day', async () => {
    const buyers = [
      new TestBuyer('a', { ping: 'bid/120', post: 'status/500' }),
      new TestBuyer('b', { ping: 'bid/100', post: 'held/accept' }),
    ]
    const auction = new PlayedAuction()
    const result = auction.submit(leadFor(buyers, { terms: auctionTerms({ maxSells: 2 }) }))
    await auction.retries.atLeast(1)
    await auction.projected.atLeast(1)
    await buyers[1]?.releasePosts()
    expect(answerIn(await result).status).toBe('ACCEPTED')
    expect((await auction.projected.atLeast(2))[1]).toMatchObject({
      sequence: 2,
      status: 'sold',
      settledAt: null,
      sales: [{ buyerId: 'buy_b', attempt: 2 }],
    })
  })
})

describe('accounts', () => {
  it('are told before the database, and again where they could not be told', async () => {
    let refusals = 0
    const auction = new PlayedAuction({
      accounts: {
        release: async () => {
          if (refusals++ < 1) throw new Error('object is restarting')
        },
      },
    })
    await auction.submit(leadFor([new TestBuyer('a', { ping: 'bid/120', post: 'reject' })]))
    await auction.logged.atLeast(1)
    expect(auction.projected.all).toEqual([])
    await auction.ringUntil(() => auction.projected.all.length > 0)
    expect(auction.accountCalls.all).toEqual(['reserve buy_a 1', 'release buy_a 1', 'release buy_a 1'])
  })

  it('that cannot be asked deny: the next bidder gets the lead, and what they may hold is given back', async () => {
    const buyers = [new TestBuyer('a', { ping: 'bid/120' }), new TestBuyer('b', { ping: 'bid/100' })]
    const auction = new PlayedAuction({
      accounts: {
        reserve: async ({ attempt }) => {
          if (attempt === 1) throw new Error('the answer was lost on its way')
          return { granted: true }
        },
      },
    })
    expect(answerIn(await auction.submit(leadFor(buyers))).buyer_id).toBe('buy_b')
    expect((await auction.view()).bids[0]).toMatchObject({ reason: 'account_denied', post: null })
    await auction.projected.atLeast(1)
    expect(auction.accountCalls.all.toSorted()).toEqual(
      ['reserve buy_a 1', 'reserve buy_b 2', 'release buy_a 1'].toSorted(),
    )
  })

  it('can ask what became of what they hold', async () => {
    const { auction } = await soldAuction()
    const outcomeOf = (attempt: number, contractId: string) =>
      auction.run((object) => object.attemptOutcome(attempt, contractId))
    expect(await outcomeOf(1, 'con_a')).toBe('sold')
    expect(await outcomeOf(1, 'con_b')).toBe('over')
    expect(await outcomeOf(2, 'con_a')).toBe('over')
    expect(await auction.run((object) => object.leadOutcome())).toEqual({ status: 'sold', payoutMicros: money(90) })
  })
})

describe("the supplier's gate and the identity index", () => {
  const capped = { leads: true, payouts: true, pings: false }
  const identity = { keys: ['aa11', 'bb22'], days: 30 }

  it('are told of a sale once, before the database', async () => {
    const buyer = new TestBuyer('a', { ping: 'bid/120' })
    const auction = new PlayedAuction()
    await auction.submit(leadFor([buyer], { link: sourceLink({ capped }), identity }))
    await auction.projected.atLeast(1)
    expect(auction.gateCalls.all).toEqual(['hold 90000000', 'settle sold 90000000'])
    expect(auction.identityCalls.all).toEqual(['claim aa11', 'claim bb22'])
  })

  it('get back what an unsold lead held', async () => {
    const auction = new PlayedAuction()
    await auction.submit(leadFor([], { link: sourceLink({ capped }), identity }))
    await auction.projected.atLeast(1)
    expect(auction.gateCalls.all).toEqual(['settle unsold 0'])
    expect(auction.identityCalls.all).toEqual(['claim aa11', 'claim bb22', 'release aa11', 'release bb22'])
  })

  it('have let go of an unsold lead before its supplier hears of it', async () => {
    let freed = 0
    const auction = new PlayedAuction({
      identities: {
        release: async () => {
          await scheduler.wait(20)
          freed += 1
        },
      },
    })
    await auction.submit(leadFor([], { identity }))
    expect(freed).toBe(2)
    await auction.projected.atLeast(1)
    expect(auction.identityCalls.all).toEqual(['claim aa11', 'claim bb22', 'release aa11', 'release bb22'])
  })

  it('do not keep a supplier from its answer where they cannot be told', async () => {
    const release = () => Promise.reject(new Error('the index is away'))
    const auction = new PlayedAuction({ identities: { release } })
    expect(answerIn(await auction.submit(leadFor([], { identity }))).status).toBe('UNMATCHED')
    expect(auction.logged.all).toContain('identity_not_freed')
  })

  it('keep what a lead with an unknown outcome holds', async () => {
    const buyer = new TestBuyer('a', { ping: 'bid/120', post: 'status/500' })
    const auction = new PlayedAuction()
    await auction.submit(leadFor([buyer], { link: sourceLink({ capped }), identity }))
    await auction.projected.atLeast(1)
    expect(auction.gateCalls.all).toEqual(['hold 90000000'])
    expect(auction.identityCalls.all).toEqual(['claim aa11', 'claim bb22'])
  })

  it('turn away a lead that another auction has: nothing is stored, asked or kept', async () => {
    const buyer = new TestBuyer('a', { ping: 'bid/120' })
    const auction = new PlayedAuction({ identities: { claim: async ({ keys }) => keys[0] !== 'bb22' } })
    const lead = leadFor([buyer], { link: sourceLink({ capped }), identity })
    expect(await auction.submit(lead)).toEqual({ kind: 'duplicate' })
    expect(auction.identityCalls.all).toEqual(['claim aa11', 'claim bb22', 'release aa11'])
    expect(auction.gateCalls.all).toEqual(['cancel'])
    expect(await auction.stored()).toEqual({})
    expect(await auction.alarmInMs()).toBeNull()
    expect(await buyer.pings()).toEqual([])
  })

  it('decide for twins together: one claim, one sale', async () => {
    const buyer = new TestBuyer('a', { ping: 'bid/120' })
    const auction = new PlayedAuction()
    const lead = leadFor([buyer], { identity })
    const results = await Promise.all(Array.from({ length: 5 }, () => auction.submit(lead)))
    expect(new Set(results.map((result) => answerIn(result).buyer_id))).toEqual(new Set(['buy_a']))
    expect(auction.identityCalls.all.filter((call) => call.startsWith('claim'))).toEqual(['claim aa11', 'claim bb22'])
    expect(await postsOf([buyer])).toEqual([1])
  })

  it('whose payout cap is reached let the next bidder have a try at its own price', async () => {
    const buyers = [new TestBuyer('a', { ping: 'bid/120' }), new TestBuyer('b', { ping: 'bid/100' })]
    const auction = new PlayedAuction({ supplierGate: { holdPayout: async (_, __, payout) => payout <= money(75) } })
    const lead = leadFor(buyers, { link: sourceLink({ capped }) })
    expect(answerIn(await auction.submit(lead)).buyer_id).toBe('buy_b')
    expect(await postsOf(buyers)).toEqual([0, 1])
    expect((await auction.view()).bids[0]).toMatchObject({ reason: 'capped' })
    expect(auction.accountCalls.all).toContain('release buy_a 1')
  })
})

describe('a settled auction', () => {
  it('answers for itself for 30 days, and is then forgotten altogether', async () => {
    const { auction, lead, answer } = await soldAuction()
    await auction.projected.atLeast(1)
    await auction.acknowledge(1)
    auction.advance(29 * DAY)
    await auction.run((object) => object.alarm())
    expect(await auction.submit(lead)).toEqual({ ...answer, replayed: true })
    await auction.ring()
    expect(await auction.stored()).toEqual({})
    expect(await auction.alarmInMs()).toBeNull()
    await auction.crash()
    expect(await auction.viewOf('live')).toBeNull()
  })

  it('is never forgotten while the database does not hold it', async () => {
    const { auction } = await soldAuction()
    await auction.projected.atLeast(1)
    auction.advance(31 * DAY)
    await auction.ring()
    expect(Object.keys(await auction.stored())).toContain('beginning')
    expect((await auction.view()).status).toBe('sold')
    expect(await auction.alarmInMs()).toBeLessThan(15 * MINUTE)
  })

  it('is never forgotten while a post of it is unknown', async () => {
    const buyer = new TestBuyer('a', { ping: 'bid/120', post: 'reset', contract: { on_unknown: 'hold' } })
    const auction = new PlayedAuction()
    await auction.submit(leadFor([buyer]))
    await auction.projected.atLeast(1)
    await auction.acknowledge(1)
    auction.advance(60 * DAY)
    await auction.run((object) => object.alarm())
    expect((await auction.view()).status).toBe('pending')
  })
})
