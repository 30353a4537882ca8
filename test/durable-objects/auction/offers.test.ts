import { describe, expect, it } from 'vitest'
import type { OfferResult } from '../../../src/contracts/auction'
import type { OfferOrder, PostedLead, SubmitLead } from '../../../src/contracts/auction-lead'
import { auctionTerms, leadToSubmit, PERSON, sourceLink } from '../../support/submit-lead'
import { leadFor, PlayedAuction, postsOf } from '../support/played-auction'
import { TestBuyer } from '../support/test-buyer'

const OFFER: OfferOrder = { surface: 'exchange', reference: 'a7f3', withinMs: 5_000 }
const PINGED = { state: 'TX', zip3: '770' }
const bidders = (...bids: readonly number[]) =>
  bids.map((bid, index) => new TestBuyer('abcdef'.charAt(index), { ping: `bid/${bid}` }))

type PingOverrides = Parameters<typeof leadFor>[1]

function pingFor(buyers: readonly TestBuyer[], overrides: PingOverrides = {}): SubmitLead {
  return leadFor(buyers, { fields: PINGED, offer: OFFER, ...overrides })
}

/** The whole lead for a ping. */
function postFor(buyers: readonly TestBuyer[], overrides: Partial<PostedLead> = {}): PostedLead {
  const { fingerprint, link, piiFields, refusals, sealedSecrets, identity, receivedAt } = leadToSubmit()
  const fields = { ...PERSON, ...PINGED, zip: '77002' }
  const contractIds = buyers.map(({ contractId }) => contractId)
  return {
    fingerprint,
    link,
    fields,
    piiFields,
    refusals,
    sealedSecrets,
    identity,
    receivedAt,
    contractIds,
    ...overrides,
  }
}

const bodyOf = (result: OfferResult | Awaited<ReturnType<PlayedAuction['take']>>) => {
  if (result.kind !== 'answer') throw new Error(`no answer but ${result.kind}`)
  return JSON.parse(result.body)
}

const changes = (auction: PlayedAuction) =>
  auction.run((_, { storage }) => storage.sql.exec<{ n: number }>('SELECT total_changes() AS n').one().n)

describe('an offer', () => {
  it('costs one row and one alarm, and its sale two more rows and one alarm', async () => {
    const buyers = bidders(1, 2, 3, 4, 5)
    const auction = new PlayedAuction()
    expect(bodyOf(await auction.offer(pingFor(buyers)))).toMatchObject({ auction_id: 'a7f3', bid: { amount: 3.75 } })
    expect(await changes(auction)).toBe(2)
    expect(bodyOf(await auction.take(postFor(buyers)))).toMatchObject({ status: 'sold', price: 3.75 })
    await auction.projected.atLeast(1)
    expect(await changes(auction)).toBe(5)
  })

  it('that finds no bid costs one row and the alarm that forgets it, and tells nobody', async () => {
    const auction = new PlayedAuction()
    const body = bodyOf(await auction.offer(pingFor([new TestBuyer('a', { ping: 'decline' })])))
    expect(body).toMatchObject({ bid: null, reject_reason: 'declined' })
    expect(await changes(auction)).toBe(2)
    expect(await auction.alarmInMs()).toBeGreaterThan(29 * 24 * 3_600_000)
    expect([auction.projected.all, auction.accountCalls.all, auction.gateCalls.all, auction.identityCalls.all]).toEqual(
      [[], [], [], []],
    )
  })

  it('that nobody takes is settled by the alarm, moves no money, claims nothing, and is forgotten in the end', async () => {
    const buyers = bidders(10)
    const auction = new PlayedAuction()
    const link = sourceLink({ capped: { leads: true, payouts: true, pings: false } })
    await auction.offer(pingFor(buyers, { link, identity: { keys: ['aa'], days: 30 } }))
    await auction.crash()
    await auction.ring()
    expect(await auction.view()).toMatchObject({
      phase: 'settled',
      status: 'unsold',
      reason: 'offer_expired',
      hasLead: false,
    })
    expect([auction.projected.all, auction.accountCalls.all, auction.gateCalls.all, auction.identityCalls.all]).toEqual(
      [[], [], [], []],
    )
    expect(await postsOf(buyers)).toEqual([0])
    expect(await auction.take(postFor(buyers))).toEqual({ kind: 'expired' })
    await auction.ring()
    expect(await auction.stored()).toEqual({})
  })

  it('of a round robin that nobody takes gives its turn back', async () => {
    const buyers = bidders(10, 10)
    const terms = auctionTerms({ distribution: 'round_robin', campaignId: `camp_${crypto.randomUUID()}` })
    const first = new PlayedAuction()
    const [turn] = await offeredTo(first, pingFor(buyers, { terms }))
    await first.ring()
    expect(await offeredTo(new PlayedAuction(), pingFor(buyers, { terms }))).toEqual([turn])
  })

  it('is the same for the same ping, and for no other', async () => {
    const auction = new PlayedAuction()
    const ping = pingFor(bidders(10))
    const [first, twin] = await Promise.all([auction.offer(ping), auction.offer(ping)])
    expect(bodyOf(twin)).toEqual(bodyOf(first))
    await auction.crash()
    expect(await auction.replayOffer(ping.fingerprint)).toEqual({ ...twin, replayed: true })
    expect(await auction.offer({ ...ping, fingerprint: 'another' })).toEqual({ kind: 'conflict' })
  })
})

async function offeredTo(auction: PlayedAuction, ping: SubmitLead): Promise<readonly (string | null)[]> {
  await auction.offer(ping)
  const { trace } = await auction.view()
  return trace.filter(({ step }) => step === 'offered').map(({ buyerId }) => buyerId)
}

describe('a lead for an offer', () => {
  it('is sold after a restart, with what the ping’s answer gave', async () => {
    const buyers = bidders(10)
    const auction = new PlayedAuction()
    await auction.offer(pingFor(buyers))
    await auction.crash()
    expect(bodyOf(await auction.take(postFor(buyers)))).toMatchObject({
      status: 'sold',
      price: 7.5,
      auction_id: 'a7f3',
    })
    await auction.projected.atLeast(1)
    expect(auction.projected.all[0]).toMatchObject({ status: 'sold', receivedAt: '2026-11-20T10:15:00.000Z' })
    const [post] = (await buyers[0]?.posts()) ?? []
    expect(post?.body).toContain(PERSON.phone)
  })

  it('comes again after a restart, to the same answer, and another lead to a conflict', async () => {
    const buyers = bidders(10)
    const auction = new PlayedAuction()
    await auction.offer(pingFor(buyers))
    const post = postFor(buyers)
    const first = await auction.take(post)
    await auction.crash()
    expect(await auction.take(post)).toEqual({ ...first, replayed: true })
    expect(await auction.replay(post.fingerprint)).toEqual({ ...first, replayed: true })
    expect(await auction.take(postFor(buyers))).toEqual({ kind: 'conflict' })
    expect(await postsOf(buyers)).toEqual([1])
  })

  it('that died before it was posted is taken anew; one that died after is unknown, and goes to nobody else', async () => {
    const buyers = bidders(10, 9)
    const never = new Promise<never>(() => undefined)
    const auction = new PlayedAuction({ accounts: { reserve: () => never } })
    await auction.offer(pingFor(buyers))
    const post = postFor(buyers)
    void auction.take(post).catch(() => undefined)
    await auction.accountCalls.atLeast(1)
    await auction.crash({})
    expect((await auction.view()).phase).toBe('offered')
    expect(bodyOf(await auction.take(post))).toMatchObject({ status: 'sold' })
    expect(await postsOf(buyers)).toEqual([1, 0])

    const [held, other] = [new TestBuyer('a', { ping: 'bid/10', post: 'held' }), new TestBuyer('b', { ping: 'bid/10' })]
    const second = new PlayedAuction()
    await second.offer(pingFor([held, other]))
    void second.take(postFor([held, other])).catch(() => undefined)
    await held.posts({ requests: 1 })
    await second.crash()
    await second.ring()
    expect(await second.view()).toMatchObject({ status: 'pending', phase: 'selling' })
    expect((await other.posts()).length).toBe(0)
    await held.releasePosts()
  })

  it('is looked after by the watchdog as soon as any other, not when the offer would have ended', async () => {
    const held = new TestBuyer('a', { ping: 'bid/10', post: 'held' })
    const auction = new PlayedAuction()
    await auction.offer(pingFor([held]))
    void auction.take(postFor([held])).catch(() => undefined)
    await held.posts({ requests: 1 })
    expect(await auction.alarmInMs()).toBeLessThan(10_000)
    await held.releasePosts()
  })

  it('claims its identity, and leaves nothing behind where that is another’s', async () => {
    const buyers = bidders(10)
    const link = sourceLink({ capped: { leads: true, payouts: false, pings: false } })
    const auction = new PlayedAuction({ identities: { claim: async () => false } })
    await auction.offer(pingFor(buyers))
    const post = postFor(buyers, { link, identity: { keys: ['aa'], days: 30 } })
    expect(await auction.take(post)).toEqual({ kind: 'duplicate' })
    expect(auction.gateCalls.all).toEqual(['cancel'])
    expect((await auction.view()).phase).toBe('offered')
    await auction.crash({})
    expect(bodyOf(await auction.take({ ...post, fingerprint: 'other' }))).toMatchObject({ status: 'sold' })
  })

  it('goes past bidders that do not take the whole of it', async () => {
    const buyers = bidders(10, 10)
    const auction = new PlayedAuction()
    await auction.offer(pingFor(buyers))
    const [, second] = buyers
    const contractIds = second === undefined ? [] : [second.contractId]
    expect(bodyOf(await auction.take(postFor(buyers, { contractIds })))).toMatchObject({ status: 'sold' })
    expect(await postsOf(buyers)).toEqual([0, 1])
    expect((await auction.view()).bids.map(({ reason }) => reason)).toEqual(['paused', null])
  })

  it('without an offer is told so', async () => {
    const buyers = bidders(10)
    expect(await new PlayedAuction().take(postFor(buyers))).toEqual({ kind: 'no_offer' })
    const direct = new PlayedAuction()
    await direct.submit(leadFor(buyers))
    expect(await direct.take(postFor(buyers))).toEqual({ kind: 'no_offer' })
  })
})
