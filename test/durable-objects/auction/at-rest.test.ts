import { describe, expect, it } from 'vitest'
import type { LeadProjection } from '../../../src/contracts/projection'
import { auctionTerms } from '../../support/submit-lead'
import { answerIn, leadFor, PlayedAuction, type PlayedServices } from '../support/played-auction'
import { TestBuyer } from '../support/test-buyer'

const HOUR = 3_600_000

/** An auction that was answered as pending: one post is unknown for good, and nobody below bids. */
async function parkedAuction(services: PlayedServices = {}) {
  const buyers = [
    new TestBuyer('high', {
      ping: 'bid/90',
      post: 'status/500',
      terms: { tier: 1, onUnknown: 'hold' },
    }),
    new TestBuyer('low', { ping: 'decline', terms: { tier: 2 } }),
  ]
  const auction = new PlayedAuction(services)
  const lead = leadFor(buyers, { terms: auctionTerms({ maxSells: 2 }) })
  const result = await auction.submit(lead)
  expect(answerIn(result).status).toBe('PENDING')
  return { auction, lead, body: result.kind === 'answer' ? result.body : '' }
}

describe('an auction in which nothing is under way any more', () => {
  it('is stored as it stands, with the answer that was given', async () => {
    const { auction, lead, body } = await parkedAuction()
    await auction.crash()
    expect(Object.keys(await auction.stored())).toContain('continuation')
    expect((await auction.view()).phase).toBe('selling')
    expect(await auction.replay(lead.fingerprint)).toMatchObject({ kind: 'answer', body, replayed: true })
  })
})

describe('an auction that is over, and acknowledged', () => {
  async function restingAuction() {
    const buyers = [new TestBuyer('buyer', { ping: 'bid/90' })]
    const auction = new PlayedAuction()
    const lead = leadFor(buyers)
    const result = await auction.submit(lead)
    await auction.projected.atLeast(1)
    const before = await auction.view()
    await auction.acknowledge(1)
    return { auction, lead, before, body: result.kind === 'answer' ? result.body : '' }
  }

  it('answers from storage whatever is asked of it, as it did from memory', async () => {
    const { auction, lead, before, body } = await restingAuction()
    const acknowledged = expect.objectContaining({ step: 'acknowledged' })
    expect(await auction.view()).toEqual({ ...before, trace: [...before.trace, acknowledged] })
    expect(await auction.replay(lead.fingerprint)).toMatchObject({ kind: 'answer', body, replayed: true })
    expect(await auction.replay('another')).toMatchObject({ kind: 'conflict' })
    expect(await auction.run((object) => object.attemptOutcome(1, 'con_buyer'))).toBe('sold')
    expect(await auction.retryPost('con_buyer', 2)).toBe(false)
    await auction.acknowledge(1)
    expect(await auction.run((object) => object.erase('live', 'all'))).toBe('erased')
    expect(await auction.view()).toMatchObject({ phase: 'settled', status: 'sold', buyerId: 'buy_buyer' })
    expect(auction.projected.all).toHaveLength(1)
  })

  it('keeps nothing of it in memory: what is gone from storage is gone', async () => {
    const { auction, lead } = await restingAuction()
    await auction.run((_, { storage }) => storage.deleteAll())
    expect(await auction.viewOf('live')).toBeNull()
    expect(await auction.replay(lead.fingerprint)).toBeNull()
  })

  it('keeps all of it as long as the database has not acknowledged', async () => {
    const auction = new PlayedAuction()
    await auction.submit(leadFor([new TestBuyer('buyer', { ping: 'bid/90' })]))
    await auction.projected.atLeast(1)
    await auction.acknowledge(0)
    await auction.run((_, { storage }) => storage.deleteAll())
    expect(await auction.view()).toMatchObject({ phase: 'settled', status: 'sold' })
  })
})

describe('a person who has asked the buyer', () => {
  it('ends what is parked as sold, once, whatever dies after it', async () => {
    const { auction } = await parkedAuction()
    auction.advance(HOUR)
    expect(
      await auction.run((object) => object.resolvePost({ contractId: 'con_high', outcome: 'sold', reference: null })),
    ).toBe(true)
    await auction.crash()
    expect(
      await auction.run((object) =>
        object.resolvePost({ contractId: 'con_high', outcome: 'not_sold', reference: null }),
      ),
    ).toBe(false)
    expect(await auction.view()).toMatchObject({ phase: 'settled', status: 'sold', buyerId: 'buy_high' })
    const messages = await auction.projected.atLeast(2)
    expect(messages.at(-1)).toMatchObject({ sequence: 2, status: 'sold', sales: [{ buyerId: 'buy_high' }] })
  })

  it('is told to the database again where the queue did not take it', async () => {
    const told: LeadProjection[] = []
    let refusals = 1
    const project = async (message: LeadProjection) => {
      if (message.status === 'sold' && refusals-- > 0) throw new Error('the queue is away')
      told.push(message)
    }
    const { auction } = await parkedAuction({ project })
    await expect.poll(() => told.length).toBe(1)
    await auction.acknowledge(1)
    await auction.ring()
    expect(await auction.alarmInMs()).toBeNull()
    await auction.run((object) => object.resolvePost({ contractId: 'con_high', outcome: 'sold', reference: null }))
    await auction.ringUntil(() => told.length > 1)
    expect(told[1]).toMatchObject({ status: 'sold', sales: [{ buyerId: 'buy_high', attempt: 1 }] })
  })

  it('is told to the account again where that was not heard, and to the database after it', async () => {
    let refusals = 1
    const release = async () => {
      if (refusals-- > 0) throw new Error('the account is away')
    }
    const { auction } = await parkedAuction({ accounts: { release } })
    await auction.projected.atLeast(1)
    await auction.acknowledge(1)
    await auction.run((object) => object.resolvePost({ contractId: 'con_high', outcome: 'not_sold', reference: null }))
    await auction.ringUntil(() => auction.projected.all.some(({ status }) => status === 'unsold'))
    expect(auction.accountCalls.all.filter((call) => call === 'release buy_high 1')).toHaveLength(2)
  })
})
