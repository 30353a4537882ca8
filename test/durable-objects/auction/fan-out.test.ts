import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { PingShardRpc, ShardRequest } from '../../../durable-objects/ping-shard'
import { packContract, unpackContract } from '../../../src/contracts/packed-contract'
import { auctionTerms, money } from '../../support/submit-lead'
import { answerIn, leadFor, PlayedAuction, postsOf } from '../support/played-auction'
import { TestBuyer } from '../support/test-buyer'

const named = (count: number, ping: (index: number) => string, terms = {}) =>
  Array.from({ length: count }, (_, index) => new TestBuyer(`b${index}`, { ping: ping(index), terms }))

/** Longer than any test: who is hung up on, is so for its own reason. */
const PATIENT = auctionTerms({ bidWindowMs: 60_000, deadlineMs: 60_000 })

describe('twenty buyers', () => {
  it('are all asked at once, six by the auction and the rest by shards of six, and the best of them wins', async () => {
    const buyers = named(20, (index) => `held/bid:${index + 1}`, { pingTimeoutMs: 60_000 })
    const auction = new PlayedAuction()
    const result = auction.submit(leadFor(buyers, { terms: PATIENT }))
    // Nobody has answered when the last of them is asked.
    for (const buyer of buyers) await buyer.pings({ requests: 1 })
    for (const buyer of buyers) await buyer.releasePings()
    expect(answerIn(await result).buyer_id).toBe('buy_b19')
    // No object asks more than six, and no buyer is asked by two.
    const byShards = auction.shardRequests.all.map(({ contracts }) =>
      contracts.map((contract) => unpackContract(contract).terms.id),
    )
    expect(byShards.map((ids) => ids.length)).toEqual([6, 6, 2])
    expect(new Set(byShards.flat()).size).toBe(14)
    expect((await Promise.all(buyers.map((buyer) => buyer.pings()))).flat()).toHaveLength(20)
    expect((await postsOf(buyers)).reduce((sum, posts) => sum + posts, 0)).toBe(1)
  })

  it('cost hardly more time than one: each its own, and all of them together', async () => {
    const buyers = named(20, (index) => `bid/${index + 1}?delay=1000`, { pingTimeoutMs: 60_000 })
    const auction = new PlayedAuction()
    await auction.submit(leadFor(buyers, { terms: PATIENT }))
    const { closedAtMs, bids, closeCause } = await auction.view()
    expect(closeCause).toBe('all_answered')
    expect(closedAtMs).toBeGreaterThanOrEqual(1_000)
    expect(closedAtMs).toBeLessThan(2_000)
    for (const { askedAtMs, answeredAtMs } of bids) {
      expect(askedAtMs).toBeLessThan(1_000)
      expect(Number(answeredAtMs) - Number(askedAtMs)).toBeGreaterThanOrEqual(995)
    }
  })

  it('are each aborted where they lose early, also those that a shard asks', async () => {
    const fast = new TestBuyer('fast', { ping: 'bid/50?delay=100' })
    const others = named(13, () => 'held/bid:40', { maxBidMicros: money(40), pingTimeoutMs: 60_000 })
    const auction = new PlayedAuction()
    expect(answerIn(await auction.submit(leadFor([fast, ...others], { terms: PATIENT }))).buyer_id).toBe('buy_fast')
    expect((await auction.view()).closeCause).toBe('unbeatable')
    for (const buyer of others) expect(await buyer.pings({ aborted: 1 })).toHaveLength(1)
  })

  it('are not asked at all where a price without a ping cannot be beaten, by the auction or by a shard', async () => {
    const priced = new TestBuyer('priced', { contract: { price: 50 } })
    const others = named(13, () => 'bid/40', { maxBidMicros: money(40) })
    const auction = new PlayedAuction()
    const result = await auction.submit(leadFor([priced, ...others], { terms: PATIENT }))
    expect(answerIn(result).buyer_id).toBe('buy_priced')
    expect((await auction.view()).closeCause).toBe('unbeatable')
    for (const buyer of others) expect(await buyer.pings()).toHaveLength(0)
    expect(auction.shardRequests.all).toHaveLength(0)
  })

  it('are not asked where a restart finds their credentials only when the window is over', async () => {
    const buyers = named(8, () => 'held/bid:1', { pingTimeoutMs: 60_000 })
    const auction = new PlayedAuction()
    const lead = leadFor(buyers, { terms: auctionTerms({ bidWindowMs: 500, deadlineMs: 5_000 }) })
    const lost = auction.begin(lead)
    for (const buyer of buyers) await buyer.pings({ requests: 1 })
    const found = Promise.withResolvers<void>()
    const sealedSecrets = async () => {
      await found.promise
      return {}
    }
    await auction.crash({ sealedSecrets })
    await lost
    const shards = auction.shardRequests.all.length
    expect(answerIn(await auction.replay(lead.fingerprint)).status).toBe('UNMATCHED')
    found.resolve()
    await auction.view()
    expect(auction.shardRequests.all).toHaveLength(shards)
    for (const buyer of buyers) expect(await buyer.pings()).toHaveLength(1)
  })

  it('are posted to with what their own answer to a shard gave', async () => {
    const bid = { accepted: true, bid_price: 90, token: 'token-of-b6' }
    const winner = new TestBuyer('b6', {
      ping: `raw/${encodeURIComponent(JSON.stringify(bid))}`,
      template: { token: '{{ping.token}}', phone: '{{phone}}' },
    })
    const { endpoints, terms } = winner.contract
    const { ping } = endpoints
    const captures = { token: 'token' }
    const contract = {
      terms,
      endpoints: { ...endpoints, ping: ping && { ...ping, answer: { ...ping.answer, captures } } },
    }
    const buyers = named(6, () => 'decline')
    const auction = new PlayedAuction()
    const lead = leadFor(buyers)
    expect(
      answerIn(await auction.submit({ ...lead, contracts: [...lead.contracts, packContract(contract)] })).buyer_id,
    ).toBe('buy_b6')
    expect(JSON.parse((await winner.posts())[0]?.body ?? '')).toEqual({ token: 'token-of-b6', phone: '5125550100' })
  })
})

describe('a shard', () => {
  const inTheShard = (buyers: readonly TestBuyer[]) => buyers.slice(6)

  it.each<readonly [string, PingShardRpc['ping']]>([
    ['that cannot be reached', () => Promise.reject(new Error('overloaded'))],
    ['that ends without a word', async () => new Response('').body ?? new ReadableStream()],
    ['that talks nonsense', async () => new Response('}{\n').body ?? new ReadableStream()],
  ])('%s costs its own buyers only, and no time', async (_, ping) => {
    const newShard = () => ({ ping, stop: async () => undefined })
    const buyers = named(8, (index) => `bid/${index + 1}`)
    const auction = new PlayedAuction({ newShard })
    expect(answerIn(await auction.submit(leadFor(buyers))).buyer_id).toBe('buy_b5')
    const { bids, closedAtMs, closeCause } = await auction.view()
    expect(bids.slice(6)).toMatchObject([{ reason: 'buyer_error' }, { reason: 'buyer_error' }])
    expect(closeCause).toBe('all_answered')
    expect(closedAtMs).toBeLessThan(1_000)
  })

  it('that is slow to open is hung up on where the auction closed meanwhile', async () => {
    const buyers = [
      new TestBuyer('fast', { ping: 'held/bid:50' }),
      ...named(6, () => 'held/bid:40', { maxBidMicros: money(40), pingTimeoutMs: 60_000 }),
    ]
    let open = (): void => undefined
    const opened = new Promise<void>((resolve) => {
      open = resolve
    })
    const auction = new PlayedAuction({
      newShard: () => {
        const real = env.PING_SHARD.get(env.PING_SHARD.newUniqueId())
        const ping = async (request: ShardRequest) => {
          const stream = await real.ping(request)
          await opened
          return stream
        }
        return { ping, stop: () => real.stop() }
      },
    })
    const result = auction.submit(leadFor(buyers, { terms: PATIENT }))
    for (const buyer of buyers) await buyer.pings({ requests: 1 })
    await buyers[0]?.releasePings()
    expect(answerIn(await result).buyer_id).toBe('buy_fast')
    open()
    for (const buyer of inTheShard(buyers)) expect(await buyer.pings({ aborted: 1 })).toHaveLength(1)
  })

  it('does not keep the window open: its buyers that are late are hung up on', async () => {
    const buyers = [
      ...named(6, () => 'bid/10'),
      new TestBuyer('late', { ping: 'hang', terms: { pingTimeoutMs: 60_000 } }),
    ]
    const auction = new PlayedAuction()
    const lead = leadFor(buyers, { terms: auctionTerms({ bidWindowMs: 250 }) })
    expect(answerIn(await auction.submit(lead)).status).toBe('ACCEPTED')
    expect((await auction.view()).closedAtMs).toBeLessThan(550)
    expect((await auction.view()).bids[6]).toMatchObject({ reason: 'timed_out' })
    expect(await buyers[6]?.pings({ aborted: 1 })).toHaveLength(1)
  })
})
