import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { AuctionRecord } from '../../../durable-objects/auction/record'
import type { AuctionEvent } from '../../../src/core/auction/events'
import type { MasterKey } from '../../../src/security/master-keys'
import { RecordSeals } from '../../../src/security/record-seal'
import { PERSON } from '../../support/submit-lead'
import { answerIn, leadFor, PlayedAuction, postsOf } from '../support/played-auction'
import { TestBuyer } from '../support/test-buyer'
import { testLine } from '../support/test-line'

const SECOND = 1_000
const REDIRECT = `https://buyer.example/next?phone=${PERSON.phone}`
const key = (kid: string, seed: number): MasterKey => ({ kid, secret: new Uint8Array(32).fill(seed) })

/** Everything in the object's storage as text: names, values, and bytes as they are. */
async function storedText(auction: PlayedAuction): Promise<string> {
  return JSON.stringify(await auction.stored(), (_, value) =>
    value instanceof Uint8Array ? new TextDecoder('latin1').decode(value) : value,
  )
}

async function expectNobodyIn(auction: PlayedAuction): Promise<void> {
  const text = await storedText(auction)
  expect(text).toContain('beginning')
  for (const value of Object.values(PERSON)) expect(text).not.toContain(value)
}

/** Sends the consumer on to an address that repeats its phone. */
function redirectingLine() {
  const line = testLine()
  const post = line.post.bind(line)
  line.post = async (call) => {
    const answer = await post(call)
    return answer.kind === 'accepted' ? { ...answer, redirectUrl: REDIRECT } : answer
  }
  return line
}

/** An auction whose only post was left without a clear answer, and will be sent again. */
async function unknownAuction(post: string) {
  const buyer = new TestBuyer('a', { ping: 'bid/120', post })
  const other = new TestBuyer('b', { ping: 'bid/100' })
  const auction = new PlayedAuction()
  const lead = leadFor([buyer, other])
  expect(answerIn(await auction.submit(lead)).status).toBe('PENDING')
  await auction.retries.atLeast(1)
  return { auction, buyer, other, lead }
}

describe('the record of an auction', () => {
  it('holds nobody in plain, and answers after a restart as before', async () => {
    const buyer = new TestBuyer('a', { ping: 'bid/120' })
    const auction = new PlayedAuction({ line: redirectingLine() })
    const lead = leadFor([buyer])
    const first = await auction.submit(lead)
    expect(answerIn(first).redirect_url).toBe(REDIRECT)
    await auction.projected.atLeast(1)
    await expectNobodyIn(auction)
    const before = await auction.view()
    await auction.crash()
    expect(await auction.view()).toEqual(before)
    expect(before).toMatchObject({ fields: PERSON, redirectUrl: REDIRECT })
    expect(await auction.replay(lead.fingerprint)).toEqual({ ...first, replayed: true })
  })

  it('keeps the post of an unknown outcome sealed, and drops it once the outcome is clear', async () => {
    const { auction, buyer } = await unknownAuction('turns/reset,reject')
    await expectNobodyIn(auction)
    await auction.crash()
    auction.advance(1 * SECOND)
    await auction.retryPost('con_a', 2)
    await auction.projected.atLeast(2)
    const [first, second] = await buyer.posts()
    expect(second?.body).toBe(first?.body)
    await expectNobodyIn(auction)
    expect((await auction.stored()).continuation).not.toHaveProperty('sealed')
  })

  it.each([
    ['hold', false],
    ['retry', true],
  ] as const)('of a buyer whose unknown posts are on %s keeps the post: %s', async (onUnknown, isKept) => {
    const buyer = new TestBuyer('a', { ping: 'bid/120', post: 'status/500', contract: { on_unknown: onUnknown } })
    const auction = new PlayedAuction()
    expect(answerIn(await auction.submit(leadFor([buyer]))).status).toBe('PENDING')
    await expectNobodyIn(auction)
    expect('sealed' in ((await auction.stored()).continuation as object)).toBe(isKept)
    await auction.crash()
    expect((await auction.view()).bids[0]?.post).toMatchObject({ outcome: 'unknown', isParked: !isKept })
    expect(await auction.run((object) => object.postFacts('live', 'con_a'))).toMatchObject({ fields: PERSON })
  })

  it('stays within a value of storage when sixteen buyers refuse posts of 128 KB', async () => {
    const buyers = Array.from('abcdefghijklmnop', (name, index) => {
      return new TestBuyer(name, { ping: `bid/${120 - index}`, post: 'reject', template: { text: '{{big}}' } })
    })
    const auction = new PlayedAuction()
    const lead = leadFor(buyers, { terms: { ...leadFor([]).terms, deadlineMs: 60_000 } })
    const result = await auction.submit({ ...lead, fields: { ...lead.fields, big: 'x'.repeat(120 * 1024) } })
    expect(answerIn(result).status).toBe('UNMATCHED')
    expect((await postsOf(buyers)).reduce((sum, posts) => sum + posts, 0)).toBe(16)
    expect(JSON.stringify((await auction.stored()).continuation).length).toBeLessThan(128 * 1024)
  })

  it('is opened under an older key, and wrapped anew by the newest at the first look', async () => {
    const lead = leadFor([])
    const planned: AuctionEvent = { type: 'window_opened', at: 0, tier: 1 }
    // In an object of another class, as the deployed auction knows one key only.
    const stub = env.ROTATION.get(env.ROTATION.newUniqueId())
    await runInDurableObject(stub, async (_, { storage: { kv } }) => {
      const fieldsBy = (...keys: [MasterKey, ...MasterKey[]]) =>
        AuctionRecord.load(kv, new RecordSeals(keys))?.lead.fields
      const seals = new RecordSeals([key('', 1)])
      AuctionRecord.begin({ kv, seals, lead, begun: await AuctionRecord.seal(seals, lead), planned })
      expect(() => fieldsBy(key('k2', 2))).toThrow('not among those given')
      expect(fieldsBy(key('k2', 2), key('', 1))).toEqual(lead.fields)
      expect(fieldsBy(key('k2', 2))).toEqual(lead.fields)
    })
  })
})

describe('what the database has acknowledged', () => {
  it('is written beside the record, and stands where it happened after a restart', async () => {
    const { auction } = await unknownAuction('turns/reset,accept')
    await auction.projected.atLeast(1)
    await auction.acknowledge(1)
    const before = (await auction.stored()).continuation
    auction.advance(1 * SECOND)
    await auction.retryPost('con_a', 2)
    await auction.projected.atLeast(2)
    const settled = (await auction.stored()).continuation
    expect(settled).not.toEqual(before)
    await auction.acknowledge(2)
    expect((await auction.stored()).continuation).toEqual(settled)
    const { trace } = await auction.view()
    expect(trace.filter(({ step }) => step === 'acknowledged')).toHaveLength(2)
    await auction.crash()
    expect((await auction.view()).trace).toEqual(trace)
    const told = auction.projected.all.length
    await auction.ring()
    expect(auction.projected.all).toHaveLength(told)
  })
})

describe('an erased auction', () => {
  it('keeps its trace, bids and answer, and nothing of the person, also after a restart', async () => {
    const buyer = new TestBuyer('a', { ping: 'bid/120' })
    const auction = new PlayedAuction({ line: redirectingLine() })
    const lead = leadFor([buyer])
    await auction.submit(lead)
    await auction.projected.atLeast(1)
    const before = await auction.view()
    expect(await auction.run((object) => object.erase('sandbox', 'all'))).toBe('absent')
    for (let times = 0; times < 2; times++) {
      expect(await auction.run((object) => object.erase('live', 'all'))).toBe('erased')
      const after = await auction.view()
      expect(after).toEqual({ ...before, fields: null, redirectUrl: null })
      expect(answerIn(await auction.replay(lead.fingerprint))).toMatchObject({ status: 'ACCEPTED', redirect_url: null })
      expect(await storedText(auction)).not.toMatch(/"sealed"|wrappedKey/)
      await expectNobodyIn(auction)
      await auction.crash()
    }
  })

  it('of contact data only keeps the other fields', async () => {
    const auction = new PlayedAuction()
    await auction.submit(leadFor([new TestBuyer('a', { ping: 'bid/120' })]))
    await auction.projected.atLeast(1)
    await auction.run((object) => object.erase('live', 'contact'))
    await auction.crash()
    expect((await auction.view()).fields).toEqual({ state: 'TX', zip: '77002', ai_quality_score: 0.84 })
    expect(await auction.run((object) => object.erase('live', 'all'))).toBe('erased')
    expect((await auction.view()).fields).toBeNull()
  })

  it('sends nothing again, leaves an unknown outcome unknown, and sells to nobody else', async () => {
    const { auction, buyer, other } = await unknownAuction('reset')
    await auction.run((object) => object.erase('live', 'all'))
    auction.advance(1 * SECOND)
    expect(await auction.retryPost('con_a', 2)).toBe(true)
    await auction.retries.atLeast(2)
    expect(await postsOf([buyer, other])).toEqual([1, 0])
    expect((await auction.view()).status).toBe('pending')
    await auction.crash()
    expect((await auction.view()).status).toBe('pending')
  })

  it('tells the database nothing of the person', async () => {
    const { auction } = await unknownAuction('turns/reset,held/accept')
    await auction.run((object) => object.erase('live', 'all'))
    await auction.ringUntil(() => auction.projected.all.length > 1)
    const told = auction.projected.all.at(-1)
    expect(told).toMatchObject({ sealedFields: null, sealedKey: null, sealedDetails: null, detailsKey: null })
    expect(told?.contactKeys).toEqual([])
  })
})
