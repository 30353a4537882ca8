import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { BuyerAccountObject } from '../../../durable-objects/buyer-account/buyer-account'
import { money } from '../../support/submit-lead'
import { ObjectLife } from '../support/object-life'
import { leadFor, PlayedAuction } from '../support/played-auction'
import { TestBuyer } from '../support/test-buyer'

/** Rows that an object's storage changed since it was opened, an alarm among them. */
function changes({ sql }: DurableObjectStorage): number {
  return sql.exec<{ n: number }>('SELECT total_changes() AS n').one().n
}

function countedAuction() {
  const auction = new PlayedAuction()
  return { auction, rows: () => auction.run((_, { storage }) => changes(storage)) }
}

describe('what a sale costs', () => {
  it('is three rows and one alarm in its auction, and one of each for the acknowledgement', async () => {
    const buyers = ['a', 'b', 'c', 'd', 'e'].map((name, index) => new TestBuyer(name, { ping: `bid/${index + 1}` }))
    const { auction, rows } = countedAuction()
    await auction.submit(leadFor(buyers))
    await auction.projected.atLeast(1)
    expect(await rows()).toBe(4)
    await auction.acknowledge(1)
    expect(await rows()).toBe(6)
    await auction.acknowledge(1)
    expect(await rows()).toBe(6)
  })

  it('is nothing for the twins of a request', async () => {
    const buyer = new TestBuyer('a', { ping: 'bid/1' })
    const { auction, rows } = countedAuction()
    const lead = leadFor([buyer])
    await auction.submit(lead)
    await auction.projected.atLeast(1)
    const before = await rows()
    for (let times = 0; times < 3; times++) await auction.submit(lead)
    await auction.submit(leadFor([buyer]))
    await auction.view()
    expect(await rows()).toBe(before)
  })

  it('is one call to one account, and one message that brings the account what it sold', async () => {
    const buyers = ['a', 'b', 'c', 'd', 'e'].map((name, index) => new TestBuyer(name, { ping: `bid/${index + 1}` }))
    const { auction } = countedAuction()
    await auction.submit(leadFor(buyers))
    await auction.projected.atLeast(1)
    await auction.acknowledge(1)
    expect(auction.accountCalls.all).toEqual(['reserve buy_e 1'])
    expect(auction.projected.all[0]?.sales).toMatchObject([{ buyerId: 'buy_e', attempt: 1 }])
    expect([auction.projected.all.length, auction.retries.all.length, auction.shardRequests.all.length]).toEqual([
      1, 0, 0,
    ])
    expect([auction.gateCalls.all, auction.identityCalls.all]).toEqual([[], []])
  })

  it('is at most three rows in the account', async () => {
    const services = { now: () => Date.now(), auction: () => null, notify: async () => undefined }
    const life = new ObjectLife(env.BUYER_ACCOUNT, env.BUYER_ACCOUNT.newUniqueId(), (state) => {
      return new BuyerAccountObject(state, env, services)
    })
    const sale = async (auctionId: string) => {
      const before = await life.run((_, { storage }) => changes(storage))
      const request = { auctionId, attempt: 1, contractId: 'con_a', priceMicros: money(1), at: Date.now() }
      await life.run((account) => account.reserve(request))
      await life.run((account) => account.commit([{ auctionId, attempt: 1 }]))
      return (await life.run((_, { storage }) => changes(storage))) - before
    }
    await sale('auction-1')
    expect(await sale('auction-2')).toBeLessThanOrEqual(3)
  })
})
