import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SlidingSecond } from '../../../src/core/limits/sliding-second'

const START = Date.parse('2026-11-21T10:00:00Z')

describe('a sliding second', () => {
  it('takes as many as the limit says, and as many again a second later', () => {
    const second = new SlidingSecond()
    expect(second.take(15, 10, START)).toBe(10)
    expect(second.take(1, 10, START + 999)).toBe(0)
    expect(second.countAt(START + 999)).toBe(10)
    expect(second.take(15, 10, START + 1_020)).toBe(10)
  })

  it('holds the limit between any two moments that are a second apart, and forgets all of it within 20 ms more', () => {
    const steps = fc.array(fc.record({ after: fc.nat(400), wanted: fc.nat(6) }), { minLength: 1, maxLength: 80 })
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 10 }), (moves, limit) => {
        const second = new SlidingSecond()
        const taken: number[] = []
        let now = START
        for (const { after, wanted } of moves) {
          now += after
          for (let count = second.take(wanted, limit, now); count > 0; count--) taken.push(now)
          const counted = second.countAt(now)
          expect(taken.filter((at) => at > now - 1_000).length).toBeLessThanOrEqual(limit)
          expect(counted).toBeGreaterThanOrEqual(taken.filter((at) => at > now - 1_000).length)
          expect(counted).toBeLessThanOrEqual(taken.filter((at) => at > now - 1_020).length)
        }
      }),
    )
  })

  it('counts longer with a margin, and no less for a clock that was put back', () => {
    const second = new SlidingSecond(250)
    second.take(1, 1, START)
    expect(second.countAt(START + 1_240)).toBe(1)
    expect(second.countAt(START + 1_280)).toBe(0)
    second.take(1, 1, START - 5_000)
    expect(second.countAt(START + 1_280)).toBe(1)
    expect(second.countAt(START + 3_000)).toBe(0)
  })
})
