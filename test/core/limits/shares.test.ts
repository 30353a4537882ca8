import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  grantShare,
  SHARE_LIFE_MS,
  type Share,
  type StoredShares,
  sharesAfterRestart,
  sharesToStore,
  sumOfShares,
  unstoredOf,
} from '../../../src/core/limits/shares'

const COUNTED_MS = SHARE_LIFE_MS + 1_250
const START = 1_795_176_000_000

/** Whoever grants, as the buyer's account does it; and all that it ever gave out, which no restart forgets. */
class Granting {
  now = START
  writes = 0
  readonly given: Share[] = []
  #stored: StoredShares | null = null
  #shares: readonly Share[] = []
  readonly #limit: number
  readonly #unstored: number

  constructor(limit: number, unstored = unstoredOf(limit)) {
    this.#limit = limit
    this.#unstored = unstored
  }

  ask(holder: string, wanted: number): number {
    const request = { holder, wanted, limit: this.#limit, now: this.now }
    const { perSecond, shares } = grantShare(this.#shares, request)
    this.#shares = shares
    const store =
      perSecond === 0 ? null : sharesToStore(this.#stored, shares, { unstored: this.#unstored, now: this.now })
    if (store !== null) {
      this.#stored = store
      this.writes += 1
    }
    if (perSecond > 0) this.given.push({ holder, perSecond, until: this.now + COUNTED_MS })
    return perSecond
  }

  restart(): void {
    this.#shares = sharesAfterRestart(this.#stored, this.#unstored, this.now)
  }

  /** What the holders may send together, each by the largest share that it may still be using. */
  inUse(): number {
    return sumOfShares(this.given.filter(({ until }) => until > this.now))
  }
}

const step = fc.oneof(
  fc.record({ ask: fc.constantFrom('a', 'b', 'c', 'd', 'e'), wanted: fc.integer({ min: 1, max: 150 }) }),
  fc.record({ wait: fc.oneof(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 3_000, max: 70_000 })) }),
  fc.constant({ restart: true as const }),
)

/** With what of it may be out unstored. */
const limits = fc
  .integer({ min: 1, max: 120 })
  .chain((limit) => fc.tuple(fc.constant(limit), fc.constantFrom(0, unstoredOf(limit), Math.floor(limit / 2))))

describe('shares of a limit', () => {
  it('never exceed it together, whoever asks for how much, and wherever the account restarts', () => {
    fc.assert(
      fc.property(limits, fc.array(step, { maxLength: 60 }), ([limit, unstored], steps) => {
        const granting = new Granting(limit, unstored)
        for (const next of steps) {
          if ('ask' in next) granting.ask(next.ask, next.wanted)
          else if ('wait' in next) granting.now += next.wait
          else granting.restart()
          expect(granting.inUse()).toBeLessThanOrEqual(limit)
        }
      }),
      { numRuns: 3_000 },
    )
  })

  it('are as much as is wanted, up to what the others leave', () => {
    const granting = new Granting(100)
    expect(granting.ask('a', 10)).toBe(10)
    expect(granting.ask('a', 40)).toBe(40)
    expect(granting.ask('b', 100)).toBe(60)
    expect(granting.ask('c', 5)).toBe(0)
    // Who holds a share can always have it again.
    expect(granting.ask('a', 40)).toBe(40)
    expect(granting.ask('b', 100)).toBe(60)
  })

  it('may be all of it for one', () => {
    const granting = new Granting(100)
    expect(granting.ask('a', 10)).toBe(10)
    expect(granting.ask('a', 500)).toBe(100)
  })

  it('are free again once they ended, and a second later than that, when nothing sent by them can count any more', () => {
    const granting = new Granting(100)
    granting.ask('a', 100)
    granting.now += COUNTED_MS - 1
    expect(granting.ask('b', 100)).toBe(0)
    granting.now += 1
    expect(granting.ask('b', 100)).toBe(100)
  })

  it('that shrink count in full until the older one has ended: its holder may not have heard yet', () => {
    const granting = new Granting(100)
    granting.ask('a', 80)
    granting.now += 10_000
    expect(granting.ask('a', 10)).toBe(10)
    expect(granting.ask('b', 100)).toBe(20)
    granting.now += COUNTED_MS - 10_000
    expect(granting.ask('b', 100)).toBe(90)
  })
})

describe('a restart', () => {
  it('takes nothing from holders of what was stored', () => {
    const granting = new Granting(100)
    granting.ask('a', 70)
    granting.ask('b', 30)
    granting.restart()
    expect(granting.ask('a', 70)).toBe(70)
    expect(granting.ask('b', 100)).toBe(30)
  })

  it('leaves nine tenths of the limit to be had at once, and all of it as soon as what was not stored has ended', () => {
    const granting = new Granting(100)
    granting.ask('a', 10)
    granting.restart()
    expect(granting.ask('b', 100)).toBe(90)
    granting.now += COUNTED_MS
    expect(granting.ask('b', 100)).toBe(100)
  })

  it('leaves nine tenths also where much was sent until all of it was over', () => {
    const granting = new Granting(100)
    granting.ask('a', 100)
    granting.now += COUNTED_MS
    granting.restart()
    expect(granting.ask('a', 100)).toBe(90)
  })

  it('takes nothing where each grant is stored', () => {
    const granting = new Granting(100, 0)
    granting.ask('a', 10)
    granting.restart()
    expect(granting.ask('b', 100)).toBe(90)
    granting.now += COUNTED_MS
    granting.restart()
    expect(granting.ask('b', 100)).toBe(100)
  })

  it('is no matter where nothing was given out for a minute, or ever', () => {
    const granting = new Granting(100)
    granting.restart()
    expect(granting.ask('a', 100)).toBe(100)
    granting.now += 60_000
    granting.restart()
    expect(granting.ask('b', 100)).toBe(100)
  })
})

describe('what is stored', () => {
  it('is a row a minute while a buyer is at rest, however many share its limit', () => {
    const granting = new Granting(100)
    for (let second = 0; second < 600; second += 10) {
      for (const holder of ['a', 'b', 'c', 'd', 'e']) granting.ask(holder, 2)
      granting.now += 10_000
    }
    expect(granting.writes).toBeLessThanOrEqual(13)
  })

  it('is a row for each grant beyond a tenth of the limit', () => {
    const granting = new Granting(100)
    granting.ask('a', 10)
    expect(granting.writes).toBe(1)
    granting.ask('b', 1)
    granting.ask('c', 1)
    expect(granting.writes).toBe(3)
  })
})
