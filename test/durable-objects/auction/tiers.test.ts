import { describe, expect, it } from 'vitest'
import { auctionTerms, money } from '../../support/submit-lead'
import { answerIn, leadFor, PlayedAuction, postsOf } from '../support/played-auction'
import { TestBuyer } from '../support/test-buyer'

const inTier = (tier: number) => ({ tier })

describe('a lower tier', () => {
  it('is not asked while a higher one takes the lead, whatever it would bid', async () => {
    const buyers = [
      new TestBuyer('low', { ping: 'bid/500', terms: inTier(2) }),
      new TestBuyer('high', { ping: 'bid/10', terms: inTier(1) }),
    ]
    expect(answerIn(await new PlayedAuction().submit(leadFor(buyers))).buyer_id).toBe('buy_high')
    expect(await buyers[0]?.pings()).toEqual([])
  })

  it('is asked once everyone above declined or refused, and sells', async () => {
    const buyers = [
      new TestBuyer('refuses', { ping: 'bid/90', post: 'reject', terms: inTier(1) }),
      new TestBuyer('declines', { ping: 'decline', terms: inTier(1) }),
      new TestBuyer('a', { ping: 'bid/10', terms: inTier(2) }),
      new TestBuyer('b', { terms: { ...inTier(2), priceMicros: money(20) } }),
      new TestBuyer('last', { ping: 'bid/99', terms: inTier(7) }),
    ]
    const auction = new PlayedAuction()
    expect(answerIn(await auction.submit(leadFor(buyers))).buyer_id).toBe('buy_b')
    expect(await postsOf(buyers)).toEqual([1, 0, 0, 1, 0])
    expect(await buyers[4]?.pings()).toEqual([])
    await auction.projected.atLeast(1)
    expect(auction.projected.all).toHaveLength(1)
  })

  it('is not asked while a post above is unknown', async () => {
    const buyers = [
      new TestBuyer('high', { ping: 'bid/90', post: 'status/500', terms: inTier(1) }),
      new TestBuyer('low', { ping: 'bid/10', terms: inTier(2) }),
    ]
    expect(answerIn(await new PlayedAuction().submit(leadFor(buyers))).status).toBe('PENDING')
    expect(await buyers[1]?.pings()).toEqual([])
  })

  it('does not hold up what an unknown above needs: it is told and tried again meanwhile', async () => {
    const buyers = [
      new TestBuyer('high', { ping: 'bid/90', post: 'status/500', terms: inTier(1) }),
      new TestBuyer('low', { ping: 'held/bid:10', terms: inTier(2) }),
    ]
    const auction = new PlayedAuction()
    const result = auction.submit(leadFor(buyers, { terms: auctionTerms({ maxSells: 2 }) }))
    await buyers[1]?.pings({ requests: 1 })
    expect(await auction.retries.atLeast(1)).toMatchObject([{ contractId: 'con_high', tryNumber: 2, delaySeconds: 1 }])
    expect(await auction.projected.atLeast(1)).toMatchObject([{ sequence: 1, status: 'pending' }])
    await buyers[1]?.releasePings()
    expect(answerIn(await result)).toMatchObject({ status: 'ACCEPTED', buyer_id: 'buy_low' })
  })
})

describe('a round robin', () => {
  it('goes round: each sale is the turn of the next', async () => {
    const buyers = ['a', 'b', 'c'].map((name) => new TestBuyer(name, { terms: { priceMicros: money(10) } }))
    const terms = auctionTerms({ distribution: 'round_robin', campaignId: `camp_${crypto.randomUUID()}` })
    const sold: (string | null)[] = []
    for (let times = 0; times < 6; times++) {
      const auction = new PlayedAuction()
      sold.push(answerIn(await auction.submit(leadFor(buyers, { terms }))).buyer_id)
      await auction.projected.atLeast(1)
    }
    expect(sold).toEqual(['buy_a', 'buy_b', 'buy_c', 'buy_a', 'buy_b', 'buy_c'])
  })
})
