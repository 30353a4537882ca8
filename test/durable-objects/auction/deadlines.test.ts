/** What is promised to a supplier in milliseconds, read from the auction's own trace. */
import { env } from 'cloudflare:workers'
import { describe, expect, inject, it } from 'vitest'
import type { AuctionContract, SubmitLead } from '../../../src/contracts/auction-lead'
import type { AuctionView, TraceStep } from '../../../src/contracts/auction-view'
import { unpackContract } from '../../../src/contracts/packed-contract'
import type { ReceivedRequest } from '../../support/path-buyer'
import { accountConfiguration, auctionTerms, buyerContract, leadToSubmit, money } from '../../support/submit-lead'
import { withLag } from '../support/lag'
import { leadFor, PlayedAuction } from '../support/played-auction'
import { TestBuyer } from '../support/test-buyer'

/** How far a deadline may be off, on a machine whose timers are on time. */
const WITHIN_MS = 50

const patient = { pingTimeoutMs: 10_000, postTimeoutMs: 10_000 }
const hanging = (count: number) =>
  Array.from({ length: count }, (_, index) => new TestBuyer(`h${index}`, { ping: 'hang', terms: patient }))

/** Sells a lead to buyers whose accounts exist, as those of configured buyers do: making an object anew is slow here. */
async function sell(
  lead: SubmitLead,
): Promise<{ readonly view: AuctionView; readonly auction: PlayedAuction; readonly lagMs: number }> {
  for (const { terms } of lead.contracts.map(unpackContract)) {
    const name = `${lead.terms.tenantId}/${terms.buyerId}`
    await env.BUYER_ACCOUNT.get(env.BUYER_ACCOUNT.idFromName(name)).configure(accountConfiguration())
  }
  const auction = new PlayedAuction()
  const { lagMs } = await withLag(() => auction.submit(lead))
  return { view: await auction.view(), auction, lagMs }
}

function stepOf({ trace }: AuctionView, wanted: string): TraceStep {
  const found = trace.find(({ step }) => step === wanted)
  if (found === undefined) throw new Error(`no ${wanted} in ${trace.map(({ step }) => step).join()}`)
  return found
}

/** How long after the opening of the window a step was taken. */
const sinceOpening = (view: AuctionView, step: string) => stepOf(view, step).atMs - stepOf(view, 'window_opened').atMs

function expectWithin(actualMs: number, promisedMs: number, lagMs: number): void {
  expect(actualMs).toBeGreaterThanOrEqual(promisedMs - 2)
  expect(actualMs).toBeLessThanOrEqual(promisedMs + WITHIN_MS + lagMs)
}

describe('the bid window', () => {
  it.each([1, 6, 7, 20, 45])('closes on time with %i buyers that hang', async (count) => {
    const buyers = [new TestBuyer('bids', { ping: 'bid/7' }), ...hanging(count)]
    const terms = auctionTerms({ bidWindowMs: 600 })
    const { view, lagMs } = await sell(leadFor(buyers, { terms }))
    expectWithin(sinceOpening(view, 'window_closed'), 600, lagMs)
    // A buyer's own time may end in the same millisecond as the window: then everyone has answered.
    expect(['window_over', 'all_answered']).toContain(view.closeCause)
    expect(view.status).toBe('sold')
    expect(view.closedAtMs).toBe(stepOf(view, 'window_closed').atMs)
    expect(view.bids.filter(({ reason }) => reason === 'timed_out')).toHaveLength(count)
  })

  it('closes within 400 ms for twenty buyers that all answer in 300, six of them at a time from one object', async () => {
    const log = crypto.randomUUID()
    const contracts = Array.from({ length: 20 }, (_, index): AuctionContract => {
      const url = `${inject('buyerUrl')}/${log}/bid/${index + 1}?delay=300`
      return buyerContract(`twenty${index}`, { pingUrl: url, postUrl: `${inject('buyerUrl')}/${log}-posts/accept` })
    })
    const { view, auction, lagMs } = await sell(leadToSubmit({ contracts }))
    expect(view.closeCause).toBe('all_answered')
    expect(sinceOpening(view, 'window_closed')).toBeGreaterThanOrEqual(300)
    expect(sinceOpening(view, 'window_closed')).toBeLessThanOrEqual(400 + lagMs)
    expect(view.bids.filter(({ result }) => result === 'won')).toMatchObject([{ priceMicros: money(20) }])
    const asked = auction.shardRequests.all.map((request) => request.contracts.length)
    expect(asked).toEqual([6, 6, 2])
    const response = await fetch(`${inject('buyerUrl')}/_log/${log}?requests=20`)
    const requests = (await response.json()) as readonly ReceivedRequest[]
    expect(requests).toHaveLength(20)
    expect(Math.max(...requests.map(({ inFlight }) => inFlight))).toBeLessThanOrEqual(6 * Math.ceil(20 / 6))
  })

  it('of a lower tier ends with the deadline, whatever hangs in it', async () => {
    const buyers = [
      ...Array.from({ length: 7 }, (_, i) => new TestBuyer(`a${i}`, { ping: 'hang', terms: { ...patient, tier: 1 } })),
      ...Array.from({ length: 7 }, (_, i) => new TestBuyer(`b${i}`, { ping: 'hang', terms: { ...patient, tier: 2 } })),
    ]
    const terms = auctionTerms({ bidWindowMs: 400, deadlineMs: 600 })
    const { view, lagMs } = await sell(leadFor(buyers, { terms }))
    expectWithin(sinceOpening(view, 'settled'), 600, lagMs)
    expect(view.status).toBe('unsold')
  })
})

describe('the post timeout', () => {
  it.each([1, 20])('holds beside %i buyers that hang in the window', async (count) => {
    const buyers = [
      new TestBuyer('wins', { ping: 'bid/7', post: 'hang', terms: { postTimeoutMs: 500 } }),
      ...hanging(count),
    ]
    const { view, lagMs } = await sell(leadFor(buyers, { terms: auctionTerms({ bidWindowMs: 300 }) }))
    expectWithin(stepOf(view, 'unknown').atMs - stepOf(view, 'posting').atMs, 500, lagMs)
    expect(view.bids[0]?.post).toMatchObject({ outcome: 'unknown', tries: 1 })
  })

  it.each(['drip', 'stall'])('holds where the answer begins in time and never ends: %s', async (post) => {
    const buyer = new TestBuyer(`${post}s`, { post, terms: { priceMicros: money(7), postTimeoutMs: 400 } })
    const { view, lagMs } = await sell(leadFor([buyer]))
    expectWithin(stepOf(view, 'unknown').atMs - stepOf(view, 'posting').atMs, 400, lagMs)
  })
})

describe('the deadline', () => {
  it.each([1, 20])(
    'ends the auction, with %i buyers that hang in the window and a winner that hangs after it',
    async (count) => {
      const buyers = [new TestBuyer('wins', { ping: 'bid/7', post: 'hang', terms: patient }), ...hanging(count)]
      const terms = auctionTerms({ bidWindowMs: 300, deadlineMs: 800 })
      const { view, lagMs } = await sell(leadFor(buyers, { terms }))
      expectWithin(sinceOpening(view, 'unknown'), 800, lagMs)
      expect(view.status).toBe('pending')
    },
  )

  it('ends the asking of one next bidder after the other', async () => {
    const slow = { post: 'reject?delay=120', terms: patient }
    const buyers = Array.from(
      { length: 12 },
      (_, index) => new TestBuyer(`n${index}`, { ping: `bid/${index + 1}`, ...slow }),
    )
    const terms = auctionTerms({ deadlineMs: 700 })
    const { view, lagMs } = await sell(leadFor(buyers, { terms }))
    const posts = view.bids.flatMap(({ post }) => (post === null ? [] : [post]))
    const opened = stepOf(view, 'window_opened').atMs
    // None begins after the deadline; the last one may end after it.
    expect(Math.max(...posts.map(({ startedAtMs }) => startedAtMs)) - opened).toBeLessThanOrEqual(700)
    const lastEnd = Math.max(...posts.map(({ endedAtMs }) => endedAtMs ?? 0)) - opened
    expect(sinceOpening(view, 'settled')).toBeLessThanOrEqual(Math.max(700, lastEnd) + WITHIN_MS + lagMs)
    expect(view.bids.some(({ reason }) => reason === 'not_reached')).toBe(true)
  })
})
