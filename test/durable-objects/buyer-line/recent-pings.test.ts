import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RecentPings } from '../../../durable-objects/buyer-line/recent-pings'
import { mostInASecond } from '../support/most-in-a-second'

const START = 1_795_176_000_000

interface Sending {
  readonly waitMs: number
  /** How long the ping is on its way, and how long the answer takes after that; null for a buyer that never answers. */
  readonly deliveryMs: number
  readonly answerMs: number | null
}

/** Sends whenever it may. @returns when each ping reached the buyer */
function play(perSecond: number, sendings: readonly Sending[]): readonly number[] {
  const recent = new RecentPings()
  const answers: { readonly at: number; readonly slot: number }[] = []
  const received: number[] = []
  let now = START
  for (const { waitMs, deliveryMs, answerMs } of sendings) {
    now += waitMs
    const due = answers.filter(({ at }) => at <= now).toSorted((left, right) => left.at - right.at)
    for (const answer of due) {
      answers.splice(answers.indexOf(answer), 1)
      recent.answered(answer.slot, answer.at)
    }
    if (!recent.take(perSecond, now)) continue
    const slot = recent.sent(now)
    received.push(now + deliveryMs)
    if (answerMs !== null) answers.push({ at: now + deliveryMs + answerMs, slot })
  }
  return received
}

const sending = (delivery: fc.Arbitrary<number>) =>
  fc.record({
    waitMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 3_000 })),
    deliveryMs: delivery,
    answerMs: fc.option(fc.integer({ min: 0, max: 2_000 })),
  })

describe('pings of one isolate', () => {
  it('never reach the buyer in greater number than allowed in any second, however long each is on its way', () => {
    const sendings = fc.array(sending(fc.integer({ min: 0, max: 250 })), { maxLength: 200 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), sendings, (perSecond, all) => {
        expect(mostInASecond(play(perSecond, all))).toBeLessThanOrEqual(perSecond)
      }),
      { numRuns: 2_000 },
    )
  })

  it('are as many as allowed in every second, where the buyer answers at once', () => {
    const eager = Array.from({ length: 10_000 }, () => ({ waitMs: 1, deliveryMs: 0, answerMs: 1 }))
    const received = play(100, eager)
    // Ten seconds; each ping counts until a second after its answer, rounded up to the next hundredth.
    expect(received.length).toBeGreaterThanOrEqual(970)
    expect(received.length).toBeLessThanOrEqual(1_000)
  })

  it('are at least four fifths of that, where it takes its time', () => {
    const eager = Array.from({ length: 10_000 }, () => ({ waitMs: 1, deliveryMs: 5, answerMs: 900 }))
    expect(play(100, eager).length).toBeGreaterThanOrEqual(790)
  })

  it('that were not sent after all leave their place at once', () => {
    const recent = new RecentPings()
    expect(recent.take(1, START)).toBe(true)
    expect(recent.take(1, START)).toBe(false)
    recent.giveBack()
    expect(recent.take(1, START)).toBe(true)
  })

  it('are forgotten after a pause of any length, and soon where the clock is put back', () => {
    for (const jump of [1_300, 2_560, 5_000, 3_600_000, -3_600_000]) {
      const recent = new RecentPings()
      for (let index = 0; index < 5; index++) recent.take(5, START)
      for (let index = 0; index < 5; index++) recent.sent(START)
      expect(recent.take(5, START + 900)).toBe(false)
      expect(recent.countAt(START + jump + (jump < 0 ? 2_600 : 0)), String(jump)).toBe(jump < 0 ? 5 : 0)
      if (jump < 0) expect(recent.countAt(START + jump + 5_200)).toBe(0)
    }
  })
})
