import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import { BuyerAccountObject } from '../../../durable-objects/buyer-account/buyer-account'
import { type BuyerLine, publicIds } from '../../../durable-objects/buyer-line/buyer-line'
import { CutOffs } from '../../../src/buyers/cut-offs'
import type { BuyerLineAccountRpc } from '../../../src/contracts/buyer-line'
import type { ContractHealth } from '../../../src/core/limits/circuit-notes'
import { auctionTerms, money } from '../../support/submit-lead'
import { ObjectLife } from '../support/object-life'
import { answerIn, leadFor, PlayedAuction } from '../support/played-auction'
import { TestBuyer } from '../support/test-buyer'
import { generous, testLine } from '../support/test-line'

const FAILURES = 10
const PAUSE_MS = 30_000

/** Real accounts, as an isolate reaches them. */
const accountOf = (tenantId: string, buyerId: string) =>
  env.BUYER_ACCOUNT.get(env.BUYER_ACCOUNT.idFromName(`${tenantId}/${buyerId}`))

/** @param clock of the isolate, ahead of the real one */
function newIsolate(clock = { aheadMs: 0 }) {
  const now = () => Date.now() + clock.aheadMs
  const account = (tenantId: string, buyerId: string): BuyerLineAccountRpc => {
    return { ...generous, noteCircuit: (note) => accountOf(tenantId, buyerId).noteCircuit(note) }
  }
  return { clock, line: testLine({ now, account }) }
}

let count = 0
/** A buyer whose account no other test has met. */
const newBuyer = (options: ConstructorParameters<typeof TestBuyer>[1]) => new TestBuyer(`circuit-${++count}`, options)

/** One ping on its own. @returns the reason of the no, or null for a bid */
async function ping(line: BuyerLine, buyer: TestBuyer, { leftMs = 2_000, abortAfterMs = 0, aheadMs = 0 } = {}) {
  const lead = leadFor([buyer], { terms: auctionTerms({ bidWindowMs: 2_000 }) })
  const ids = publicIds(env.AUCTION.newUniqueId().toString())
  const cutOffs = new CutOffs()
  const timer = abortAfterMs > 0 ? setTimeout(() => cutOffs.close(), abortAfterMs) : undefined
  const endsAt = Date.now() + aheadMs + leftMs
  const call = { lead, ids, contract: buyer.contract, sealed: null, endsAt, cutOffs }
  const { answer } = await line.ping(call)
  clearTimeout(timer)
  return answer.kind === 'bid' ? null : answer.reason
}

async function health(buyer: TestBuyer): Promise<ContractHealth | undefined> {
  return (await accountOf('live', buyer.buyerId).health()).contracts[0]
}

/** The account is told behind the call. */
async function expectHealth(buyer: TestBuyer, expected: object): Promise<void> {
  await vi.waitFor(async () => expect(await health(buyer)).toMatchObject(expected))
}

describe('a buyer whose pings fail', () => {
  it.each([
    ['with HTTP 500', { ping: 'status/500' }, 'buyer_error', 'HTTP 500'],
    ['with HTTP 401', { ping: 'status/401' }, 'buyer_error', 'HTTP 401'],
    ['with a web page', { ping: 'html' }, 'buyer_error', 'the answer could not be read'],
    ['because the line is cut', { ping: 'reset' }, 'buyer_error', expect.stringContaining('onnection')],
    ['because it hangs', { ping: 'hang', terms: { pingTimeoutMs: 150 } }, 'timed_out', 'timed_out'],
  ])(
    '%s ten times in a row is not called for a while, and its operator can see it',
    async (_, options, reason, why) => {
      const buyer = newBuyer(options)
      const { line, clock } = newIsolate()
      for (let call = 0; call < FAILURES; call++) expect(await ping(line, buyer)).toBe(reason)
      for (let call = 0; call < 3; call++) expect(await ping(line, buyer)).toBe('circuit_open')
      expect(await buyer.pings()).toHaveLength(FAILURES)
      await expectHealth(buyer, {
        state: 'open',
        call: 'ping',
        failures: FAILURES,
        lastReason: why,
        isolates: 1,
      })
      clock.aheadMs = PAUSE_MS
      expect(await ping(line, buyer, { aheadMs: PAUSE_MS })).toBe(reason)
      expect(await ping(line, buyer, { aheadMs: PAUSE_MS })).toBe('circuit_open')
      expect(await buyer.pings()).toHaveLength(FAILURES + 1)
    },
  )

  it('is called again as soon as it answers a probe, be it with a no', async () => {
    const buyer = newBuyer({ ping: `turns/${Array(FAILURES).fill('status:503').join(',')},decline` })
    const { line, clock } = newIsolate()
    for (let call = 0; call < FAILURES; call++) await ping(line, buyer)
    clock.aheadMs = PAUSE_MS
    for (let call = 0; call < 3; call++) expect(await ping(line, buyer, { aheadMs: PAUSE_MS })).toBe('declined')
    await expectHealth(buyer, { state: 'closed', lastReason: 'HTTP 503', until: null, isolates: 0 })
  })

  it('is probed by one ping only, however many would like to', async () => {
    const buyer = newBuyer({ ping: `turns/${Array(FAILURES).fill('status:503').join(',')},bid:7` })
    const { line, clock } = newIsolate()
    for (let call = 0; call < FAILURES; call++) await ping(line, buyer)
    clock.aheadMs = PAUSE_MS
    const answers = await Promise.all(Array.from({ length: 20 }, () => ping(line, buyer, { aheadMs: PAUSE_MS })))
    expect(answers.filter((reason) => reason === null)).toHaveLength(1)
    expect(answers.filter((reason) => reason === 'circuit_open')).toHaveLength(19)
  })

  it('is known to its operator after a restart of its account', async () => {
    const life = new ObjectLife(env.BUYER_ACCOUNT, env.BUYER_ACCOUNT.newUniqueId(), (state) => {
      return new BuyerAccountObject(state, env, {
        now: () => Date.now(),
        auction: () => null,
        notify: async () => undefined,
      })
    })
    const line = testLine({
      account: () => ({
        sharePings: (request) => life.run((account) => account.sharePings(request)),
        noteCircuit: (note) => life.run((account) => account.noteCircuit(note)),
        health: () => life.run((account) => account.health()),
      }),
    })
    const buyer = newBuyer({ ping: 'status/500' })
    for (let call = 0; call < FAILURES; call++) await ping(line, buyer)
    await life.crash()
    const { contracts } = await life.run((account) => account.health())
    expect(contracts).toMatchObject([{ contractId: buyer.contractId, state: 'open' }])
  })
})

describe('a buyer that is well', () => {
  it.each([
    ['declines', 'decline', 'declined'],
    ['refuses with a status and its words', 'status/422', 'declined'],
    ['bids what is no bid', 'bid/-5', 'invalid_bid'],
  ])('goes on being called though it %s', async (_, manner, reason) => {
    const buyer = newBuyer({ ping: manner })
    const { line } = newIsolate()
    for (let call = 0; call < FAILURES + 3; call++) expect(await ping(line, buyer)).toBe(reason)
    expect(await health(buyer)).toBeUndefined()
  })

  it('is not blamed for windows that close before its time', async () => {
    const buyer = newBuyer({ ping: 'hang', terms: { pingTimeoutMs: 1_000 } })
    const { line } = newIsolate()
    const hurried = Array.from({ length: FAILURES + 3 }, () => ping(line, buyer, { abortAfterMs: 40 }))
    expect(new Set(await Promise.all(hurried))).toEqual(new Set(['timed_out']))
    const left = Array.from({ length: FAILURES + 3 }, () => {
      // What is left of a deadline, in a lower tier.
      return ping(line, buyer, { leftMs: 60 })
    })
    expect(new Set(await Promise.all(left))).toEqual(new Set(['timed_out']))
    expect(await ping(line, buyer, { abortAfterMs: 40 })).toBe('timed_out')
  })
})

describe('an auction', () => {
  it('passes over a buyer that hung in ten windows before, and does not wait for it', async () => {
    const { line } = newIsolate({ aheadMs: new PlayedAuction().now() - Date.now() })
    const hangs = newBuyer({ ping: 'hang' })
    const bids = newBuyer({ ping: 'bid/7' })
    const terms = auctionTerms({ bidWindowMs: 400 })
    const sell = async () => {
      const auction = new PlayedAuction({ line })
      await auction.submit(leadFor([hangs, bids], { terms }))
      return auction.view()
    }
    const first = await Promise.all(Array.from({ length: FAILURES }, sell))
    for (const { closedAtMs, bids: shown } of first) {
      expect(shown[0]?.reason).toBe('timed_out')
      expect(closedAtMs).toBeGreaterThanOrEqual(400)
    }
    const { closeCause, bids: shown, status } = await sell()
    expect([closeCause, status]).toEqual(['all_answered', 'sold'])
    expect(shown[0]).toMatchObject({ reason: 'circuit_open', askedAtMs: null, answeredAtMs: null })
    expect(await hangs.pings()).toHaveLength(FAILURES)
  })

  it('sells to the next bidder where posts to the best keep failing; what is unknown stays with it', async () => {
    const { line, clock } = newIsolate()
    const failing = newBuyer({
      post: `turns/${Array(FAILURES).fill('status:500').join(',')},accept`,
      contract: { price: 50, on_unknown: 'hold' },
    })
    const next = newBuyer({ contract: { price: 20 } })
    const accountCalls: string[] = []
    const sell = async () => {
      const auction = new PlayedAuction({ line })
      const answer = answerIn(await auction.submit(leadFor([failing, next])))
      accountCalls.push(...auction.accountCalls.all)
      return answer
    }
    for (let lead = 0; lead < FAILURES; lead++) expect((await sell()).status).toBe('PENDING')
    accountCalls.length = 0
    expect(await sell()).toMatchObject({ status: 'ACCEPTED', buyer_id: next.buyerId })
    // Its account is not even asked.
    expect(accountCalls).not.toContain(`reserve ${failing.buyerId} 1`)
    expect(await failing.posts()).toHaveLength(FAILURES)
    await expectHealth(failing, { state: 'open', call: 'post', lastReason: 'HTTP 500' })
    clock.aheadMs = PAUSE_MS
    expect(await sell()).toMatchObject({ status: 'ACCEPTED', buyer_id: failing.buyerId, price: 37.5 })
    await expectHealth(failing, { state: 'closed' })
  })

  it('does not even ping a buyer whose posts keep failing', async () => {
    const { line } = newIsolate()
    const failing = newBuyer({ ping: 'bid/50', post: 'reset', contract: { on_unknown: 'hold' } })
    const sell = async () => {
      const auction = new PlayedAuction({ line })
      await auction.submit(leadFor([failing]))
      return (await auction.view()).bids[0]
    }
    for (let lead = 0; lead < FAILURES; lead++) expect(await sell()).toMatchObject({ priceMicros: money(50) })
    expect(await sell()).toMatchObject({ priceMicros: null, reason: 'circuit_open' })
    expect(await failing.pings()).toHaveLength(FAILURES)
  })

  it('gives the place back where another auction was first to probe', async () => {
    const { line, clock } = newIsolate()
    const failing = newBuyer({
      post: `turns/${Array(FAILURES).fill('status:500').join(',')},held:accept`,
      contract: { price: 50, on_unknown: 'hold' },
    })
    const next = newBuyer({ contract: { price: 20 } })
    const sell = async () => {
      const auction = new PlayedAuction({ line })
      const answer = answerIn(await auction.submit(leadFor([failing, next])))
      return { buyer: answer.buyer_id, calls: auction.accountCalls.all }
    }
    for (let lead = 0; lead < FAILURES; lead++) await sell()
    clock.aheadMs = PAUSE_MS
    const all = Promise.all(Array.from({ length: 5 }, sell))
    await failing.posts({ requests: FAILURES + 1 })
    await failing.releasePosts()
    const sold = await all
    expect(sold.map(({ buyer }) => buyer).sort()).toEqual([failing.buyerId, ...Array(4).fill(next.buyerId)].sort())
    for (const { buyer, calls } of sold) {
      // The place of the buyer that bought is charged by the report of the sale; every other one is given back.
      const held = calls.filter((call) => call.startsWith('reserve')).length
      const ended = calls.filter((call) => !call.startsWith('reserve')).length
      expect(ended, `${buyer}: ${calls.join()}`).toBe(held - 1)
    }
  })
})
