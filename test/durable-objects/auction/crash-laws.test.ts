/**
 * Laws that hold wherever an auction dies, and however often: buyers are scripted, every call to the world is a place to
 * die at, before it is heard or after. What is checked is what the buyers got, not what the auction believes.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BuyerLine } from '../../../durable-objects/buyer-line/buyer-line'
import type { TakeResult } from '../../../src/contracts/auction'
import type { AuctionContract } from '../../../src/contracts/auction-lead'
import type { PostAnswer } from '../../../src/core/auction/events'
import { auctionTerms, buyerContract, leadToSubmit, money } from '../../support/submit-lead'
import { PlayedAuction, type PlayedServices } from '../support/played-auction'

interface Script {
  readonly bids: boolean
  readonly onUnknown: 'retry' | 'hold'
  /** What the buyer makes of the lead, whenever it hears of it. */
  readonly takes: boolean
  /** Tries whose answer is lost on its way. */
  readonly lostAnswers: readonly boolean[]
}

interface Story {
  readonly buyers: readonly Script[]
  /** After how many calls to the world each life ends. */
  readonly lives: readonly number[]
  readonly wakings: readonly ('request' | 'watchdog')[]
  /** Whether the lead is sold at once, or posted to an offer. */
  readonly mode: 'direct' | 'offer'
}

const script: fc.Arbitrary<Script> = fc.record({
  bids: fc.boolean(),
  onUnknown: fc.constantFrom('retry', 'hold'),
  takes: fc.boolean(),
  lostAnswers: fc.array(fc.boolean(), { maxLength: 3 }),
})
const story: fc.Arbitrary<Story> = fc.record({
  buyers: fc.array(script, { minLength: 1, maxLength: 3 }),
  lives: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
  mode: fc.constantFrom('direct', 'offer'),
  wakings: fc.array(fc.constantFrom('request', 'watchdog'), { minLength: 4, maxLength: 4 }),
})

/** What is left when a life is over: nothing it waits for ever comes. */
const never = new Promise<never>(() => undefined)

/** Everything outside of the auction, which outlives it. */
class World {
  readonly posts: { readonly contractId: string; readonly key: string; readonly body: string }[] = []
  readonly holds = new Map<string, 'held' | 'sold' | 'released'>()
  readonly #buyers: readonly Script[]
  #callsLeft = Number.POSITIVE_INFINITY
  isDead = false

  constructor(buyers: readonly Script[]) {
    this.#buyers = buyers
  }

  /** Begins a life that ends after so many calls. */
  live(calls: number): PlayedServices {
    this.#callsLeft = calls
    this.isDead = false
    const account = (change: (key: string) => void) => async (auctionId: string, attempt: number) => {
      await this.#call(async () => change(`${auctionId}/${attempt}`))
    }
    return {
      line: this.#line(),
      accounts: {
        reserve: ({ auctionId, attempt }) => this.#call(async () => this.#reserve(`${auctionId}/${attempt}`)),
        release: account((key) => this.holds.get(key) !== 'sold' && this.holds.set(key, 'released')),
      },
    }
  }

  /** The report of a sale brings it to the account, which holds the price for it. */
  charge(auctionId: string, attempt = 0): void {
    const key = `${auctionId}/${attempt}`
    expect(['held', 'sold']).toContain(this.holds.get(key))
    this.holds.set(key, 'sold')
  }

  /** @returns the contracts whose buyer has the lead and means to pay for it */
  get takers(): readonly string[] {
    return [...new Set(this.posts.map(({ contractId }) => contractId))].filter((id) => this.#scriptOf(id).takes)
  }

  #line(): BuyerLine {
    const line = {
      isPostCircuitOpen: () => false,
      admitPost: () => true,
      prepare: () => undefined,
      ping: ({ contract }: { readonly contract: AuctionContract }) =>
        this.#call(async () => {
          const { bids } = this.#scriptOf(contract.terms.id)
          const priceMicros = money(100 - Number(contract.terms.id.slice(4)))
          const no = { kind: 'no' as const, reason: 'declined' as const, detail: null }
          return { askedAt: 0, answer: bids ? { kind: 'bid' as const, priceMicros } : no, captured: null }
        }),
      encodePost: ({ contract }: { readonly contract: AuctionContract }) => {
        return { url: '', method: 'POST', headers: [], body: contract.terms.id }
      },
      post: ({ contract, request }: { readonly contract: AuctionContract; readonly request: { body: string } }) =>
        this.#call(async () => this.#answerPost(contract.terms.id, request.body)),
    }
    return line as unknown as BuyerLine
  }

  #answerPost(contractId: string, body: string): PostAnswer {
    const { takes, lostAnswers } = this.#scriptOf(contractId)
    const tries = this.posts.filter((post) => post.contractId === contractId).length
    this.posts.push({ contractId, key: contractId, body })
    if (lostAnswers[tries] === true) return { kind: 'unknown', reason: 'lost' }
    if (takes) return { kind: 'accepted', reference: 'ref', redirectUrl: null }
    return { kind: 'rejected', reason: 'no', parsed: true }
  }

  #reserve(key: string) {
    if (this.holds.get(key) === 'released') return { granted: false as const, reason: 'account_denied' as const }
    if (!this.holds.has(key)) this.holds.set(key, 'held')
    return { granted: true as const }
  }

  /** A call dies on its way there or on its way back, by whether it is the last of its life. */
  async #call<T>(act: () => Promise<T>): Promise<T> {
    this.#callsLeft -= 1
    if (this.#callsLeft < 0) return this.#die()
    const result = await act()
    return this.#callsLeft === 0 ? this.#die() : result
  }

  #die(): Promise<never> {
    this.isDead = true
    return never
  }

  #scriptOf(contractId: string): Script {
    const found = this.#buyers[Number(contractId.slice(4))]
    if (found === undefined) throw new Error('no such buyer')
    return found
  }
}

async function play({ buyers, lives, wakings, mode }: Story) {
  const world = new World(buyers)
  const contracts: readonly AuctionContract[] = buyers.map(({ onUnknown }, index) =>
    buyerContract(String(index), { pingUrl: 'http://x', postUrl: 'http://x', contract: { on_unknown: onUnknown } }),
  )
  const lead = leadToSubmit({ contracts, terms: auctionTerms({ deadlineMs: 30_000 }) })
  const auction = new PlayedAuction(world.live(lives[0] ?? 1))
  const answers: (TakeResult | null)[] = []
  const contractIds = contracts.map(({ terms }) => terms.id)
  const { fingerprint, link, fields, piiFields, refusals, sealedSecrets, identity, receivedAt } = lead
  const whole = { fingerprint, link, fields, piiFields, refusals, sealedSecrets, identity, receivedAt, contractIds }
  const inTwo = async () => {
    await auction.offer({ ...lead, fields: {}, offer: { surface: 'guide', reference: null, withinMs: 5_000 } })
    return await auction.take(whole)
  }
  const inOne = () => auction.submit(lead)
  // An answer that a crash took is none.
  const request = async () => void answers.push(await (mode === 'offer' ? inTwo : inOne)().catch(() => null))
  void request()
  for (const [index, waking] of wakings.entries()) {
    await expect.poll(() => world.isDead || answers.length > 0, { interval: 2 }).toBe(true)
    await auction.crash(world.live(lives[index + 1] ?? Number.POSITIVE_INFINITY))
    if (waking === 'request' || (await auction.alarmInMs()) === null) void request()
    else await Promise.race([auction.ring().catch(() => undefined), scheduler.wait(30)])
    await scheduler.wait(0)
  }
  return { world, auction, answers, request }
}

describe('an auction that dies anywhere, again and again', () => {
  it('sells at most once, charges exactly what it sold, and comes to an end that the database learns', async () => {
    await fc.assert(
      fc.asyncProperty(story, async (told) => {
        const { world, auction, answers, request } = await play(told)
        // From here on nothing dies any more: the request comes again, retries arrive, the database answers.
        await auction.crash(world.live(Number.POSITIVE_INFINITY))
        await request()
        for (let round = 0; round < 40; round++) {
          const { phase, trace, hasLead } = await auction.view()
          // Nobody posted to the offer in time, or there was none.
          if (phase === 'settled' && !hasLead) break
          const last = auction.projected.all.at(-1)
          if (last !== undefined) await auction.acknowledge(last.sequence)
          if (phase === 'settled' && last?.settledAt != null) break
          if (trace.at(-1)?.step === 'parked' && last !== undefined) break
          await auction.ring()
          const retry = auction.retries.all.at(-1)
          if (retry !== undefined) await auction.retryPost(retry.contractId, retry.tryNumber)
          await scheduler.wait(1)
        }
        const view = await auction.view()
        const parked = view.trace.filter(({ step }) => step === 'parked').length > 0 && view.phase !== 'settled'
        expect(view.phase === 'settled' || parked).toBe(true)

        expect(world.takers.length).toBeLessThanOrEqual(1)
        for (const [index, { onUnknown }] of told.buyers.entries()) {
          const copies = world.posts.filter(({ contractId }) => contractId === `con_${index}`)
          if (onUnknown === 'hold') expect(copies.length).toBeLessThanOrEqual(1)
          expect(new Set(copies.map(({ body }) => body)).size).toBeLessThanOrEqual(1)
        }
        if (view.phase === 'settled') {
          const winners = view.bids.filter(({ result }) => result === 'won').map(({ contractId }) => contractId)
          expect(winners).toEqual(world.takers)
          for (const { attempt } of auction.projected.all.flatMap(({ sales }) => sales)) {
            world.charge(auction.objectId, attempt)
          }
          const holds = [...world.holds.values()]
          expect(holds.filter((hold) => hold === 'sold')).toHaveLength(winners.length)
          // What was held for a lead that was never taken is asked about by whoever holds it.
          const held = [...world.holds].filter(([, hold]) => hold === 'held')
          if (view.hasLead) expect(held).toHaveLength(0)
          for (const [key] of held) {
            const attempt = Number(key.split('/')[1])
            for (const id of told.buyers.keys()) {
              expect(await auction.run((object) => object.attemptOutcome(attempt, `con_${id}`))).toBe('over')
            }
          }
          const last = auction.projected.all.toSorted((left, right) => left.sequence - right.sequence).at(-1)
          if (!view.hasLead) {
            expect([last, world.posts, winners]).toEqual([undefined, [], []])
            return
          }
          expect(last?.status).toBe(view.status)
          expect(last?.sales.map(({ contractId }) => contractId)).toEqual(winners)
        }
        // Whoever was answered, was answered the same.
        const bodies = answers.flatMap((answer) => (answer?.kind === 'answer' ? [answer.body] : []))
        expect(new Set(bodies).size).toBe(1)
      }),
      { numRuns: 40 },
    )
  }, 120_000)
})
