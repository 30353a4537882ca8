import { describe, expect, it } from 'vitest'
import { answerIn, leadFor, PlayedAuction, postsOf } from '../support/played-auction'
import { TestBuyer, type TestBuyerOptions } from '../support/test-buyer'

const SECOND = 1_000
/** How long after each unknown the next try is due, in seconds. */
const SCHEDULE = [1, 2, 4, 8, 16, 120, 600, 3_600, 14_400, 28_800, 36_000]

/** An auction whose best bidder left its post without a clear answer. */
async function unknownAuction(post: string, contract: TestBuyerOptions['contract'] = {}) {
  const buyer = new TestBuyer('a', { ping: 'bid/120', post, contract })
  const other = new TestBuyer('b', { ping: 'bid/100' })
  const auction = new PlayedAuction()
  const lead = leadFor([buyer, other])
  expect(answerIn(await auction.submit(lead)).status).toBe('PENDING')
  return { auction, buyer, other, lead }
}

describe('a post with an unknown outcome, to a buyer that honours idempotency keys', () => {
  it('is sent again with the same body and key, and a yes makes it a sale', async () => {
    const { auction, buyer, other } = await unknownAuction('turns/reset,accept:a-77')
    const [retry] = await auction.retries.atLeast(1)
    const { id } = await auction.view()
    expect(retry).toEqual({ kind: 'post_retry', auctionId: id, contractId: 'con_a', tryNumber: 2, delaySeconds: 1 })
    auction.advance(1 * SECOND)
    expect(await auction.retryPost('con_a', 2)).toBe(true)
    const messages = await auction.projected.atLeast(2)
    expect(messages.map(({ sequence, status }) => [sequence, status])).toEqual([
      [1, 'pending'],
      [2, 'sold'],
    ])
    expect(messages[1]).toMatchObject({ settledAt: expect.any(String), sales: [{ buyerId: 'buy_a', attempt: 1 }] })
    const [first, second] = await buyer.posts()
    expect(second?.body).toBe(first?.body)
    expect(second?.headers['idempotency-key']).toBe(`post_${id}_con_a`)
    expect(first?.headers['idempotency-key']).toBe(`post_${id}_con_a`)
    expect(await postsOf([buyer, other])).toEqual([2, 0])
    expect(auction.accountCalls.all).toEqual(['reserve buy_a 1'])
    const { bids, phase } = await auction.view()
    expect(phase).toBe('settled')
    expect(bids[0]).toMatchObject({ result: 'won', post: { outcome: 'accepted', tries: 2, reference: 'a-77' } })
  })

  it('is sent again as it was first rendered, also where it would be rendered otherwise by now', async () => {
    const buyer = new TestBuyer('a', {
      ping: 'bid/120',
      post: 'turns/reset,accept',
      template: { age: '{{dob | age}}' },
    })
    const auction = new PlayedAuction()
    const lead = leadFor([buyer])
    await auction.submit({ ...lead, fields: { ...lead.fields, dob: '1990-01-01' } })
    await auction.retries.atLeast(1)
    await auction.crash()
    auction.advance(2 * 366 * 86_400 * SECOND)
    await auction.retryPost('con_a', 2)
    const [first, second] = await buyer.posts({ requests: 2 })
    expect(first?.body).toMatch(/^\{"age":"?\d+"?\}$/)
    expect(second?.body).toBe(first?.body)
  })

  it('is not sent again by a message of another try, of another buyer, before its time, or twice', async () => {
    const { auction, buyer, other } = await unknownAuction('turns/reset,held')
    await auction.retries.atLeast(1)
    expect(await auction.retryPost('con_a', 2)).toBe(false)
    auction.advance(1 * SECOND)
    for (const number of [0, 1, 3, 99]) expect(await auction.retryPost('con_a', number)).toBe(false)
    expect(await auction.retryPost('con_b', 2)).toBe(false)
    expect(await auction.retryPost('con_none', 2)).toBe(false)
    expect(await postsOf([buyer, other])).toEqual([1, 0])
    expect(await auction.retryPost('con_a', 2)).toBe(true)
    await buyer.posts({ requests: 2 })
    expect(await auction.retryPost('con_a', 2)).toBe(false)
    expect(await postsOf([buyer, other])).toEqual([2, 0])
  })

  it('is sent after 1, 2, 4, 8 and 16 s, then over 24 hours, then left to a person', async () => {
    const { auction, buyer, other } = await unknownAuction('status/500')
    for (const [index, seconds] of SCHEDULE.entries()) {
      const { delaySeconds, tryNumber } = (await auction.retries.atLeast(index + 1))[index] ?? {}
      expect({ delaySeconds, tryNumber }).toEqual({ delaySeconds: seconds, tryNumber: index + 2 })
      auction.advance(seconds * SECOND)
      expect(await auction.retryPost('con_a', index + 2)).toBe(true)
      await buyer.posts({ requests: index + 2 })
    }
    await expect.poll(async () => (await auction.view()).trace.at(-1)?.step).toBe('parked')
    expect(auction.retries.all).toHaveLength(SCHEDULE.length)
    const posts = await buyer.posts()
    expect(new Set(posts.map(({ body, headers }) => `${headers['idempotency-key']} ${body}`)).size).toBe(1)
    expect(await postsOf([buyer, other])).toEqual([SCHEDULE.length + 1, 0])
    // The database is told once that the outcome is open, not with every try.
    expect(auction.projected.all.map(({ sequence }) => sequence)).toEqual([1])
    expect(auction.accountCalls.all).toEqual(['reserve buy_a 1'])
  })

  it('is a no by the word of the buyer: the place is given back, and in time the next bidder gets the lead', async () => {
    const { auction, buyer, other } = await unknownAuction('turns/status:500,reject')
    await auction.retries.atLeast(1)
    auction.advance(1 * SECOND)
    await auction.retryPost('con_a', 2)
    const messages = await auction.projected.atLeast(2)
    expect(messages[1]).toMatchObject({ sequence: 2, status: 'sold', sales: [{ buyerId: 'buy_b', attempt: 2 }] })
    expect(auction.accountCalls.all.toSorted()).toEqual(['release buy_a 1', 'reserve buy_a 1', 'reserve buy_b 2'])
    expect(await postsOf([buyer, other])).toEqual([2, 1])
  })

  it('and a no after the deadline leave the lead unsold', async () => {
    const { auction, buyer, other } = await unknownAuction('turns/status:500,reject')
    await auction.retries.atLeast(1)
    auction.advance(60 * SECOND)
    await auction.retryPost('con_a', 2)
    const messages = await auction.projected.atLeast(2)
    expect(messages[1]).toMatchObject({ sequence: 2, status: 'unsold', sales: [] })
    expect(auction.accountCalls.all).toEqual(['reserve buy_a 1', 'release buy_a 1'])
    expect(await postsOf([buyer, other])).toEqual([2, 0])
  })

  it.each([
    ['that it may not ask', 'status:401'],
    ['that the page is not there', 'status:404'],
    ['that it asks too often', 'status:429'],
  ])('stays unknown where the second try only hears %s', async (_, second) => {
    const { auction, buyer } = await unknownAuction(`turns/status:500,${second},accept`)
    await auction.retries.atLeast(1)
    auction.advance(1 * SECOND)
    await auction.retryPost('con_a', 2)
    expect((await auction.retries.atLeast(2))[1]).toMatchObject({ tryNumber: 3, delaySeconds: 2 })
    expect((await auction.view()).status).toBe('pending')
    auction.advance(2 * SECOND)
    await auction.retryPost('con_a', 3)
    expect((await auction.projected.atLeast(2))[1]).toMatchObject({ status: 'sold' })
    expect(await postsOf([buyer])).toEqual([3])
  })

  it('is asked for again by the watchdog where the message of its try was lost', async () => {
    const { auction } = await unknownAuction('turns/reset,accept')
    await auction.retries.atLeast(1)
    await auction.acknowledge(1)
    await auction.ring()
    const retries = await auction.retries.atLeast(2)
    expect(retries[1]).toMatchObject({ contractId: 'con_a', tryNumber: 2, delaySeconds: 0 })
    expect(await auction.retryPost('con_a', 2)).toBe(true)
    expect((await auction.projected.atLeast(2))[1]).toMatchObject({ status: 'sold' })
  })
})

describe('a post with an unknown outcome, to a buyer that would take a copy for a second lead', () => {
  it('is never sent again, whoever asks and whatever happens', async () => {
    const { auction, buyer, other, lead } = await unknownAuction('turns/reset,accept', { on_unknown: 'hold' })
    await auction.projected.atLeast(1)
    expect((await auction.view()).trace.at(-1)).toMatchObject({ step: 'parked', buyerId: 'buy_a' })
    expect(auction.retries.all).toEqual([])
    for (const number of [1, 2, 3]) expect(await auction.retryPost('con_a', number)).toBe(false)
    await auction.ring()
    await auction.crash()
    await auction.submit(lead)
    await auction.ring()
    auction.advance(86_400 * SECOND)
    await auction.ring()
    expect(await auction.retryPost('con_a', 2)).toBe(false)
    expect(auction.retries.all).toEqual([])
    expect(await postsOf([buyer, other])).toEqual([1, 0])
    expect(auction.accountCalls.all).toEqual(['reserve buy_a 1'])
  })
})

describe('credentials', () => {
  it('join a post only as it is sent, also after a restart, and are never stored', async () => {
    const credentials = { con_a: JSON.stringify({ 'post.request.auth.token': 'token-of-a' }) }
    const buyer = new TestBuyer('a', { ping: 'bid/120', post: 'turns/reset,accept', auth: 'bearer' })
    const auction = new PlayedAuction({ sealedSecrets: async () => credentials })
    await auction.submit(leadFor([buyer], { sealedSecrets: credentials }))
    await auction.retries.atLeast(1)
    await auction.crash()
    auction.advance(1 * SECOND)
    await auction.retryPost('con_a', 2)
    const posts = await buyer.posts({ requests: 2 })
    expect(posts.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-of-a', 'Bearer token-of-a'])
    await auction.projected.atLeast(2)
    expect(JSON.stringify(await auction.stored())).not.toContain('token-of-a')
  })

  it('that cannot be opened mean that nothing was sent: the next bidder gets the lead', async () => {
    const buyers = [
      new TestBuyer('a', { terms: { priceMicros: 200_000_000 } }),
      new TestBuyer('b', { ping: 'bid/100' }),
    ]
    const auction = new PlayedAuction()
    const result = await auction.submit(leadFor(buyers, { sealedSecrets: { con_a: 'not what was sealed' } }))
    expect(answerIn(result).buyer_id).toBe('buy_b')
    expect(await postsOf(buyers)).toEqual([0, 1])
    expect((await auction.view()).bids[0]).toMatchObject({ result: 'lost', reason: 'post_rejected' })
  })
})
