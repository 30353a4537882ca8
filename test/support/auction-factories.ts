/**
 * Auctions to test with: a plan and its contenders with overrides, and a story that tells the state machine what happens
 * and keeps the record as the object does.
 */
import { type AuctionCommand, decide } from '../../src/core/auction/decide'
import type { AuctionEvent, Exclusion, PingAnswer, PostAnswer } from '../../src/core/auction/events'
import { replay } from '../../src/core/auction/evolve'
import type { AuctionPlan, Contender } from '../../src/core/auction/plan'
import type { Attempt, AuctionState } from '../../src/core/auction/state'
import type { BidReason } from '../../src/core/reasons'

/** 2026-11-20T12:00:00Z */
export const START = 1_795_176_000_000

export const units = (amount: number): number => Math.round(amount * 1_000_000)

/** @returns an active buyer that pings, honours idempotency keys and has no limits. */
export function aContender(id: string, overrides: Partial<Contender> = {}): Contender {
  return {
    id,
    buyerId: `buy_${id}`,
    buyerName: `Buyer ${id}`,
    active: true,
    priceMicros: units(10),
    priority: 1,
    weight: 1,
    tier: 0,
    minBidMicros: null,
    maxBidMicros: null,
    bidValidMs: 300_000,
    onUnknown: 'retry',
    filters: [],
    pings: true,
    pingTimeoutMs: 1_500,
    postTimeoutMs: 2_000,
    tieBreak: tieBreakOf(id),
    ...overrides,
  }
}

/** Hex that differs from id to id and keeps their order: `a` wins ties over `b`. */
export function tieBreakOf(id: string): string {
  return [...id]
    .map((char) => char.charCodeAt(0).toString(16).padStart(2, '0'))
    .join('')
    .padEnd(64, '0')
}

/** @returns a plan of the contract's defaults: 2 s to bid, 2 s to post, 5 s in all, 75 % to the supplier. */
export function aPlan(overrides: Partial<AuctionPlan> = {}): AuctionPlan {
  return {
    mode: 'direct',
    distribution: 'ping_post',
    turns: null,
    floorMicros: 0,
    maxSells: 1,
    bidWindowMs: 2_000,
    postTimeoutMs: 2_000,
    deadlineMs: 5_000,
    payout: { cost: { mode: 'revenue_share', share: 750_000 }, minPayoutMicros: null, maxPayoutMicros: null },
    testMode: false,
    contenders: [aContender('a'), aContender('b'), aContender('c')],
    refusals: [],
    ...overrides,
  }
}

/** Members of a plan that shows its bid first and waits for the lead. */
export const OFFER = { mode: 'offer', offerWithinMs: 5_000 } as const

export const bid = (amount: number): PingAnswer => ({ kind: 'bid', priceMicros: units(amount) })
export const no = (reason: BidReason = 'declined'): PingAnswer => ({ kind: 'no', reason, detail: null })

export const ACCEPTED: PostAnswer = { kind: 'accepted', reference: 'ref-1', redirectUrl: null }
export const REJECTED: PostAnswer = { kind: 'rejected', reason: 'no thanks', parsed: true }
export const BARE_REJECTED: PostAnswer = { kind: 'rejected', reason: 'HTTP 409', parsed: false }
export const UNKNOWN: PostAnswer = { kind: 'unknown', reason: 'timed_out' }

/** An auction in the telling. Each method is one command; time stands still unless `wait` is called. */
export class Story {
  readonly events: AuctionEvent[] = []
  /** What the last command led to. */
  last: readonly AuctionEvent[] = []
  state: AuctionState = { phase: 'absent' }
  now = START

  do(command: AuctionCommand): this {
    this.last = decide(this.state, command, this.now)
    this.events.push(...this.last)
    this.state = replay(this.events)
    return this
  }

  wait(ms: number): this {
    this.now += ms
    return this
  }

  answers(contractId: string, answer: PingAnswer): this {
    return this.do({ type: 'answer', contractId, askedAt: this.now, answer })
  }

  bids(prices: { readonly [contractId: string]: number }): this {
    for (const [contractId, amount] of Object.entries(prices)) this.answers(contractId, bid(amount))
    return this
  }

  closes(askedAt: { readonly [contractId: string]: number } = {}): this {
    return this.do({ type: 'close', askedAt })
  }

  grants(contractId: string): this {
    return this.do({ type: 'reservation', contractId, denied: null })
  }

  denies(contractId: string, reason: BidReason = 'capped'): this {
    return this.do({ type: 'reservation', contractId, denied: reason })
  }

  posts(contractId: string, answer: PostAnswer, tryNumber = 1): this {
    return this.do({ type: 'post_answer', contractId, tryNumber, answer })
  }

  /** The supplier posts its lead now. */
  takes(exclusions: readonly Exclusion[] = []): this {
    return this.do({ type: 'take', receivedAt: this.now, exclusions })
  }

  retries(contractId: string, tryNumber: number): this {
    return this.do({ type: 'retry', contractId, tryNumber })
  }

  resolves(contractId: string, outcome: 'sold' | 'not_sold', reference: string | null = null): this {
    return this.do({ type: 'resolve', contractId, outcome, reference })
  }

  recovers(): this {
    return this.do({ type: 'recover' })
  }

  isWatched(): this {
    return this.do({ type: 'watchdog' })
  }

  acknowledges(sequence: number): this {
    return this.do({ type: 'acknowledge', sequence })
  }

  /** The types of what the last command led to. */
  get happened(): readonly AuctionEvent['type'][] {
    return this.last.map(({ type }) => type)
  }

  get attempts(): readonly Attempt[] {
    return 'attempts' in this.state ? this.state.attempts : []
  }

  /** Where each attempt stands: `{ a: 'rejected', b: 'posting' }`. */
  get stages(): { readonly [contractId: string]: Attempt['stage']['at'] } {
    return Object.fromEntries(this.attempts.map(({ contractId, stage }) => [contractId, stage.at]))
  }

  get sequence(): number {
    return 'sequence' in this.state ? this.state.sequence : 0
  }
}

/** @returns a story that stands at *planned*. */
export function planned(overrides: Partial<AuctionPlan> = {}): Story {
  return new Story().do({ type: 'plan', plan: aPlan(overrides) })
}

/** @returns a story whose window has just opened. */
export function pinging(overrides: Partial<AuctionPlan> = {}): Story {
  return planned(overrides).do({ type: 'open' })
}

/** @returns a story where a, b and c bid 30, 20 and 10, and the places are being reserved. */
export function reserving(overrides: Partial<AuctionPlan> = {}): Story {
  return pinging(overrides).bids({ a: 30, b: 20, c: 10 })
}

/** @returns a story where 22.50 is offered: 75 % of the 30 that a bid; b and c bid 20 and 10. */
export function offered(overrides: Partial<AuctionPlan> = {}): Story {
  return reserving({ ...OFFER, ...overrides })
}

/** @returns a story where the post to a, who bid 30 over 20 and 10, is out. */
export function posting(overrides: Partial<AuctionPlan> = {}): Story {
  return reserving(overrides).grants('a')
}
