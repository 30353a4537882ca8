import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { type BuyerLine, publicIds } from '../../../durable-objects/buyer-line/buyer-line'
import { PingRates, type PingRatesServices } from '../../../durable-objects/buyer-line/ping-rates'
import { CutOffs } from '../../../src/buyers/cut-offs'
import type { BuyerLineAccountRpc, PingShare, PingShareRequest } from '../../../src/contracts/buyer-line'
import { accountConfiguration, auctionTerms } from '../../support/submit-lead'
import { mostInASecond } from '../support/most-in-a-second'
import { leadFor, PlayedAuction } from '../support/played-auction'
import { TestBuyer } from '../support/test-buyer'
import { testLine } from '../support/test-line'

const accountOf = (tenantId: string, buyerId: string) =>
  env.BUYER_ACCOUNT.get(env.BUYER_ACCOUNT.idFromName(`${tenantId}/${buyerId}`))
/** An isolate of its own, that asks the buyers' real accounts. */
const newIsolate = () => testLine({ account: accountOf })

async function buyerWithRate(name: string, ping: string, pingsPerSecond?: number): Promise<TestBuyer> {
  const buyer = new TestBuyer(name, { ping, terms: { pingTimeoutMs: 5_000 } })
  if (pingsPerSecond !== undefined) {
    await accountOf('live', buyer.buyerId).configure(accountConfiguration({ pingsPerSecond }))
  }
  return buyer
}

/** Pings as fast as it goes, for so long. @returns how many were passed over */
async function pingFor(ms: number, lines: readonly BuyerLine[], buyer: TestBuyer): Promise<number> {
  const lead = leadFor([buyer])
  const ids = publicIds(env.AUCTION.newUniqueId().toString())
  const endsAt = Date.now() + 60_000
  const call = { lead, ids, contract: buyer.contract, sealed: null, endsAt, cutOffs: new CutOffs() }
  let passedOver = 0
  const pings: Promise<void>[] = []
  for (const until = Date.now() + ms; Date.now() < until; await scheduler.wait(2)) {
    for (const line of lines) {
      pings.push(
        line.ping(call).then(({ answer, askedAt }) => {
          if (answer.kind === 'bid') return
          expect([answer.reason, askedAt]).toEqual(['rate_limited', null])
          passedOver += 1
        }),
      )
    }
  }
  await Promise.all(pings)
  return passedOver
}

const timesOf = async (buyer: TestBuyer) => (await buyer.pings()).map(({ at }) => at)

describe('a buyer', () => {
  it('is sent a hundred pings in a second by one isolate alone, and never one more', async () => {
    const buyer = await buyerWithRate('full', 'bid/7')
    const passedOver = await pingFor(2_500, [newIsolate()], buyer)
    const times = await timesOf(buyer)
    expect(mostInASecond(times)).toBe(100)
    expect(times.length).toBeGreaterThanOrEqual(200)
    expect(passedOver).toBeGreaterThan(0)
  }, 20_000)

  it('is sent no more than its rate by all isolates together, whatever each would like to send', async () => {
    const buyer = await buyerWithRate('shared', 'bid/7?delay=40', 40)
    await pingFor(3_000, Array.from({ length: 7 }, newIsolate), buyer)
    const times = await timesOf(buyer)
    expect(mostInASecond(times)).toBeLessThanOrEqual(40)
    expect(times.length).toBeGreaterThanOrEqual(60)
  }, 20_000)

  it('is sent no more than that by auctions and their shards together', async () => {
    const limited = await buyerWithRate('limited', 'bid/7', 30)
    const line = newIsolate()
    // Of their own rate they have enough, however a busy machine bunches the auctions.
    const others = await Promise.all(
      Array.from({ length: 6 }, (_, index) => buyerWithRate(`other${index}`, 'decline', 1_000)),
    )
    const auctions = Array.from({ length: 120 }, () => new PlayedAuction({ line }))
    // In half of the auctions the buyer is asked by the auction itself, in the others by a shard.
    const submit = (auction: PlayedAuction, index: number) => {
      const buyers = index % 2 === 0 ? [limited, ...others] : [...others, limited]
      return auction.submit(leadFor(buyers, { terms: auctionTerms({ bidWindowMs: 5_000, deadlineMs: 30_000 }) }))
    }
    await Promise.all(
      auctions.map((auction, index) => scheduler.wait((index % 40) * 50).then(() => submit(auction, index))),
    )
    const views = await Promise.all(auctions.map((auction) => auction.view()))
    const bids = views.flatMap((view) => view.bids.filter(({ buyerId }) => buyerId === limited.buyerId))
    const asked = bids.filter(({ reason }) => reason !== 'rate_limited')
    const times = await timesOf(limited)
    expect(times).toHaveLength(asked.length)
    expect(mostInASecond(times)).toBeLessThanOrEqual(30)
    // Seven isolates' worth of pings on a busy machine may come to little more than a second's.
    expect(times.length).toBeGreaterThanOrEqual(20)
    for (const { reason, askedAtMs, priceMicros } of bids) {
      if (reason === 'rate_limited') expect([askedAtMs, priceMicros]).toEqual([null, null])
    }
    const hosts = (await Promise.all(others.map((other) => other.pings()))).map((pings) => pings.length)
    expect(hosts).toEqual([120, 120, 120, 120, 120, 120])
  }, 60_000)
})

/** An account that the test plays, with every question it was asked. */
function playedRates(answer: (request: PingShareRequest) => Promise<PingShare>) {
  const clock = { now: Date.now() }
  const asked: number[] = []
  const account: BuyerLineAccountRpc = {
    sharePings: (request) => {
      asked.push(request.wanted)
      return answer(request)
    },
    noteCircuit: async () => undefined,
    health: async () => ({ pingsPerSecond: 0, sharedPerSecond: 0, contracts: [] }),
  }
  const services: PingRatesServices = { now: () => clock.now, isolate: 'one', account: () => account, log: () => {} }
  const rates = new PingRates(services)
  return { clock, asked, take: () => rates.take({ tenantId: 'live', buyerId: 'buy_a' }) }
}

const upTo =
  (limit: number) =>
  async ({ wanted }: PingShareRequest): Promise<PingShare> => {
    return { perSecond: Math.min(wanted, limit), limit, lifeMs: 12_000 }
  }

describe('an isolate', () => {
  it('asks once for a share and then takes from memory, without waiting for anyone', async () => {
    const { asked, take } = playedRates(upTo(100))
    expect(await take()).not.toBeNull()
    expect(take()).toHaveProperty('sent')
    expect(asked).toEqual([2])
  })

  it('asks for many at once where many wait at once', async () => {
    const { asked, take } = playedRates(upTo(100))
    const permits = await Promise.all(Array.from({ length: 60 }, () => take()))
    expect(permits.every((permit) => permit !== null)).toBe(true)
    expect(asked.length).toBeLessThanOrEqual(3)
  })

  it('turns away what is over the limit, and asks no more until the share is renewed', async () => {
    const { asked, take, clock } = playedRates(upTo(5))
    const permits = await Promise.all(Array.from({ length: 20 }, () => take()))
    for (const permit of permits) permit?.sent()
    expect(permits.filter((permit) => permit !== null)).toHaveLength(5)
    const questions = asked.length
    for (let ms = 0; ms < 9_000; ms += 100) {
      clock.now += 100
      for (let index = 0; index < 3; index++) (await take())?.sent()
    }
    expect(asked.length).toBe(questions)
  })

  it('costs a call in ten seconds while it is used, and asks for what it needs', async () => {
    const { asked, take, clock } = playedRates(upTo(100))
    for (let ms = 0; ms < 60_000; ms += 250) {
      const permit = await take()
      permit?.sent()
      permit?.answered()
      clock.now += 250
    }
    expect(asked.length).toBeLessThanOrEqual(10)
    expect(asked.at(-1)).toBeLessThanOrEqual(7)
  })

  it('sends nothing while the account cannot be asked, and does not ask for every ping', async () => {
    const { asked, take, clock } = playedRates(() => Promise.reject(new Error('overloaded')))
    for (let index = 0; index < 20; index++) expect(await take()).toBeNull()
    expect(asked).toHaveLength(1)
    clock.now += 1_000
    expect(await take()).toBeNull()
    expect(asked).toHaveLength(2)
  })

  it('sends nothing on a share that has ended', async () => {
    let isUp = true
    const { take, clock } = playedRates((request) =>
      isUp ? upTo(100)(request) : Promise.reject(new Error('overloaded')),
    )
    expect(await take()).not.toBeNull()
    isUp = false
    clock.now += 11_999
    expect(await take()).not.toBeNull()
    clock.now += 1_001
    expect(await take()).toBeNull()
  })
})
