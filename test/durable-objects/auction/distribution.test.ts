/** Who gets the lead, by the ways of distributing them: over many sales, and with auctions at the same time. */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { SubmitLead } from '../../../src/contracts/auction-lead'
import { applyLeadProjections } from '../../../src/stores/projector-store'
import { auctionTerms, money } from '../../support/submit-lead'
import { answerIn, leadFor, PlayedAuction, postsOf } from '../support/played-auction'
import { TestBuyer } from '../support/test-buyer'

const SALES = 60

/** A campaign of its own: its rotation is no other test's. */
const roundRobin = () => auctionTerms({ distribution: 'round_robin', campaignId: `camp_${crypto.randomUUID()}` })
const at = (price: number) => ({ priceMicros: money(price) })

/** Sells one lead, and waits until everyone was told. @returns who bought it */
async function sell(lead: SubmitLead): Promise<string | null> {
  const auction = new PlayedAuction()
  const { buyer_id } = answerIn(await auction.submit(lead))
  await auction.projected.atLeast(1)
  return buyer_id
}

function counted(sold: readonly (string | null)[]): { readonly [buyerId: string]: number } {
  return Object.fromEntries([...Map.groupBy(sold, String)].map(([buyerId, sales]) => [buyerId, sales.length]))
}

describe('a strict round robin', () => {
  it('gives each of three buyers twenty of sixty sales, in turn, whatever they would pay', async () => {
    const buyers = [
      new TestBuyer('a', { ping: 'bid/5' }),
      new TestBuyer('b', { terms: at(90) }),
      new TestBuyer('c', { ping: 'bid/30' }),
    ]
    const lead = () => leadFor(buyers, { terms })
    const terms = roundRobin()
    const sold: (string | null)[] = []
    for (let sale = 0; sale < SALES; sale++) sold.push(await sell(lead()))
    expect(counted(sold)).toEqual({ buy_a: 20, buy_b: 20, buy_c: 20 })
    for (let round = 0; round < SALES; round += 3) expect(new Set(sold.slice(round, round + 3)).size).toBe(3)
  }, 30_000)

  it('lets a buyer that declines now and then have its turn with the next lead', async () => {
    const buyers = [
      new TestBuyer('a', { terms: at(10) }),
      new TestBuyer('b', { ping: 'turns/bid:10,bid:10,decline,bid:10,decline,decline,bid:10' }),
      new TestBuyer('c', { post: 'turns/accept,reject,accept,accept,reject,accept', terms: at(10) }),
    ]
    const terms = roundRobin()
    const sold: (string | null)[] = []
    for (let sale = 0; sale < SALES; sale++) {
      sold.push(await sell(leadFor(buyers, { terms })))
      const counts = Object.values(counted(sold))
      if (sale > 10) expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(3)
    }
    expect(counted(sold)).toEqual({ buy_a: 20, buy_b: 20, buy_c: 20 })
  }, 30_000)

  it('is as even with thirty auctions at once, give or take those that run', async () => {
    const buyers = [
      new TestBuyer('a', { ping: 'bid/10?delay=20' }),
      new TestBuyer('b', { ping: 'bid/10?delay=5', post: 'accept?delay=40' }),
      new TestBuyer('c', { terms: at(10) }),
    ]
    const terms = roundRobin()
    const sold: (string | null)[] = []
    for (let round = 0; round < 3; round++) {
      sold.push(...(await Promise.all(Array.from({ length: 30 }, () => sell(leadFor(buyers, { terms }))))))
    }
    expect(counted(sold)).toEqual({ buy_a: 30, buy_b: 30, buy_c: 30 })
  }, 30_000)

  it('evens out what concurrent auctions could not know: a buyer that declines half of the time', async () => {
    const half = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 'decline' : 'bid:10'))
    const buyers = [
      new TestBuyer('a', { terms: at(10) }),
      new TestBuyer('b', { ping: `turns/${half.join(',')}` }),
      new TestBuyer('c', { terms: at(10) }),
    ]
    const terms = roundRobin()
    const CONCURRENT = 30
    const sold: (string | null)[] = []
    for (let round = 0; round < 3; round++) {
      const leads = Array.from({ length: CONCURRENT }, () => sell(leadFor(buyers, { terms })))
      sold.push(...(await Promise.all(leads)))
      const counts = Object.values(counted(sold))
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(CONCURRENT)
    }
    expect(sold).not.toContain(null)
  }, 30_000)
})

describe('a waterfall', () => {
  it('goes by priority whatever is bid, and on to the next with each no', async () => {
    const buyers = [
      new TestBuyer('third', { ping: 'bid/90', terms: { priority: 3 } }),
      new TestBuyer('first', { ping: 'bid/10', post: 'turns/reject,accept', terms: { priority: 1 } }),
      new TestBuyer('second', { post: 'turns/reject,accept', terms: { ...at(20), priority: 2 } }),
      new TestBuyer('declines', { ping: 'decline', terms: { priority: 0 } }),
    ]
    const terms = auctionTerms({ distribution: 'waterfall' })
    const sold: (string | null)[] = []
    for (let sale = 0; sale < 3; sale++) sold.push(await sell(leadFor(buyers, { terms })))
    // Twice a no: the third gets the first lead; from then on the first takes all.
    expect(sold).toEqual(['buy_third', 'buy_first', 'buy_first'])
    expect(await postsOf(buyers)).toEqual([1, 3, 1, 0])
  })
})

describe('a lead that may be sold twice', () => {
  it('goes to the two best, once each; the ledger has both, and the supplier is paid the sum', async () => {
    const buyers = [
      new TestBuyer('low', { ping: 'bid/20' }),
      new TestBuyer('best', { ping: 'bid/60' }),
      new TestBuyer('refuses', { ping: 'bid/50', post: 'reject' }),
      new TestBuyer('next', { terms: at(40) }),
    ]
    const tenantId = `tenant_${crypto.randomUUID()}`
    const auction = new PlayedAuction()
    const lead = leadFor(buyers, { terms: auctionTerms({ tenantId, maxSells: 2 }) })
    expect(answerIn(await auction.submit(lead))).toMatchObject({ status: 'ACCEPTED', price: 75 })
    expect(await postsOf(buyers)).toEqual([0, 1, 1, 1])
    await auction.projected.atLeast(1)
    // As a queue does it: in whatever order, and more than once.
    await applyLeadProjections(env.DB, auction.projected.all)
    await applyLeadProjections(env.DB, auction.projected.all)
    const { results } = await env.DB.prepare(
      'SELECT buyer_id, kind, revenue_micros, payout_micros FROM ledger WHERE tenant_id = ?1 ORDER BY revenue_micros DESC',
    )
      .bind(tenantId)
      .all()
    expect(results).toEqual([
      { buyer_id: 'buy_best', kind: 'sale', revenue_micros: money(60), payout_micros: money(45) },
      { buyer_id: 'buy_next', kind: 'sale', revenue_micros: money(40), payout_micros: money(30) },
    ])
    const stored = await env.DB.prepare('SELECT revenue_micros, payout_micros FROM leads WHERE tenant_id = ?1')
      .bind(tenantId)
      .all()
    expect(stored.results).toEqual([{ revenue_micros: money(100), payout_micros: money(75) }])
  })

  it('goes to whoever is left where only one takes it', async () => {
    const buyers = [
      new TestBuyer('a', { ping: 'bid/60', post: 'reject' }),
      new TestBuyer('b', { ping: 'bid/50' }),
      new TestBuyer('c', { ping: 'decline' }),
    ]
    const auction = new PlayedAuction()
    const lead = leadFor(buyers, { terms: auctionTerms({ maxSells: 3 }) })
    expect(answerIn(await auction.submit(lead))).toMatchObject({ status: 'ACCEPTED', buyer_id: 'buy_b', price: 37.5 })
    expect(await postsOf(buyers)).toEqual([1, 1, 0])
  })
})
