import { afterEach, describe, expect, it, vi } from 'vitest'
import { answerIn, leadFor, PlayedAuction, postsOf } from '../support/played-auction'
import { TestBuyer } from '../support/test-buyer'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the same request', () => {
  it('gets the same answer byte for byte, and no buyer hears of it', async () => {
    const buyers = [new TestBuyer('a', { ping: 'bid/120' }), new TestBuyer('b', { ping: 'bid/100' })]
    const auction = new PlayedAuction()
    const lead = leadFor(buyers)
    const first = await auction.submit(lead)
    expect(first).toMatchObject({ kind: 'answer', replayed: false })
    expect(await auction.submit(lead)).toEqual({ ...first, replayed: true })
    expect(await auction.replay(lead.fingerprint)).toEqual({ ...first, replayed: true })
    expect(await postsOf(buyers)).toEqual([1, 0])
    expect((await buyers[0]?.pings())?.length).toBe(1)
  })

  it('gets its first answer also where the lead was sold after it', async () => {
    const buyer = new TestBuyer('a', { ping: 'bid/120', post: 'turns/reset,accept' })
    const auction = new PlayedAuction()
    const lead = leadFor([buyer])
    const first = await auction.submit(lead)
    await auction.retries.atLeast(1)
    auction.advance(1_000)
    await auction.retryPost('con_a', 2)
    await auction.projected.atLeast(2)
    expect((await auction.view()).status).toBe('sold')
    expect(await auction.submit(lead)).toEqual({ ...first, replayed: true })
    expect(answerIn(first).status).toBe('PENDING')
  })

  it('that comes while the first runs waits for it, and is answered the same', async () => {
    const buyer = new TestBuyer('a', { ping: 'held/bid:120' })
    const auction = new PlayedAuction()
    const lead = leadFor([buyer])
    const first = auction.submit(lead)
    await buyer.pings({ requests: 1 })
    const twins = Array.from({ length: 20 }, () => auction.submit(lead))
    const asked = auction.replay(lead.fingerprint)
    await buyer.releasePings()
    const answer = await first
    expect(answer).toMatchObject({ kind: 'answer', status: 201, replayed: false })
    for (const twin of await Promise.all([...twins, asked])) expect(twin).toEqual({ ...answer, replayed: true })
    expect(await postsOf([buyer])).toEqual([1])
    expect(await buyer.pings()).toHaveLength(1)
  })

  it('does not wait for ever', async () => {
    const buyer = new TestBuyer('a', { ping: 'held/bid:120' })
    const auction = new PlayedAuction()
    const lead = leadFor([buyer])
    const first = auction.submit(lead)
    await buyer.pings({ requests: 1 })
    const original = globalThis.setTimeout
    const waits: (number | undefined)[] = []
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((act: () => void, ms?: number) => {
      waits.push(ms)
      return original(act, 0)
    }) as typeof setTimeout)
    expect(await auction.submit(lead)).toEqual({ kind: 'in_progress' })
    expect(waits).toContain(5_000)
    vi.restoreAllMocks()
    await buyer.releasePings()
    expect(await first).toMatchObject({ kind: 'answer', replayed: false })
  })
})

describe('another request with the same identity', () => {
  it('is a conflict, before and after the first was answered, and changes nothing', async () => {
    const buyer = new TestBuyer('a', { ping: 'held/bid:120' })
    const stranger = new TestBuyer('x', { ping: 'bid/500' })
    const auction = new PlayedAuction()
    const lead = leadFor([buyer])
    const other = leadFor([stranger])
    const first = auction.submit(lead)
    await buyer.pings({ requests: 1 })
    expect(await auction.submit(other)).toEqual({ kind: 'conflict' })
    await buyer.releasePings()
    const answer = await first
    expect(await auction.submit(other)).toEqual({ kind: 'conflict' })
    expect(await auction.replay(other.fingerprint)).toEqual({ kind: 'conflict' })
    expect(await auction.replay(lead.fingerprint)).toEqual({ ...answer, replayed: true })
    expect(await stranger.pings()).toHaveLength(0)
  })

  it('does not lend its credentials to the first', async () => {
    const buyer = new TestBuyer('a', { ping: 'bid/120', post: 'turns/reset,accept', auth: 'bearer' })
    const secrets = { con_a: JSON.stringify({ 'post.request.auth.token': 'token-of-a' }) }
    const auction = new PlayedAuction({ sealedSecrets: async () => secrets })
    const lead = leadFor([buyer], { sealedSecrets: secrets })
    await auction.submit(lead)
    await auction.retries.atLeast(1)
    await auction.crash()
    expect(await auction.submit(leadFor([], { sealedSecrets: { con_x: '{}' } }))).toEqual({ kind: 'conflict' })
    auction.advance(1_000)
    await auction.retryPost('con_a', 2)
    const posts = await buyer.posts({ requests: 2 })
    expect(posts.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-of-a', 'Bearer token-of-a'])
  })
})

describe('an auction that never began', () => {
  it('has nothing to replay, to show, to retry or to be told, and stores nothing', async () => {
    const auction = new PlayedAuction()
    expect(await auction.replay('any')).toBeNull()
    expect(await auction.viewOf('live')).toBeNull()
    expect(await auction.retryPost('con_a', 2)).toBe(false)
    await auction.acknowledge(1)
    expect(await auction.stored()).toEqual({})
    expect(await auction.alarmInMs()).toBeNull()
  })
})
