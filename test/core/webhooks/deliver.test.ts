import { describe, expect, it } from 'vitest'
import { retryAfterMs } from '../../../src/core/retry-after'
import { type AttemptEnd, judgeEndpoint, nextStep } from '../../../src/core/webhooks/deliver'

const AT = Date.parse('2026-11-20T10:00:00Z')
const DAY = 24 * 60 * 60 * 1_000
const answered = (status: number, retryAfter: number | null = null): AttemptEnd => {
  return { kind: 'answered', status, retryAfterMs: retryAfter }
}
const step = (end: AttemptEnd, tryNumber = 1, random = 0) => nextStep({ end, tryNumber, at: AT, random })

describe('an attempt', () => {
  it('delivers with any 2xx and with nothing else', () => {
    for (const status of [200, 201, 202, 204, 299]) expect(step(answered(status))).toEqual({ kind: 'delivered' })
    for (const status of [100, 199, 300, 301, 302, 304, 307, 400, 404, 429, 500, 503]) {
      expect(step(answered(status)).kind).toBe('retry')
    }
  })

  it('that finds the receiver gone is the last', () => {
    expect(step(answered(410))).toEqual({ kind: 'gone' })
  })

  it.each([
    [1, 5_000],
    [2, 5 * 60_000],
    [3, 60 * 60_000],
    [4, 10 * 60 * 60_000],
    [5, 12 * 60 * 60_000],
  ])('the %i. is repeated after %i ms, and never more than a tenth later', (tryNumber, delay) => {
    const failed: AttemptEnd = { kind: 'failed', error: 'timed_out' }
    expect(step(failed, tryNumber)).toEqual({ kind: 'retry', at: AT + delay })
    expect(step(failed, tryNumber, 0.999_999)).toEqual({ kind: 'retry', at: expect.any(Number) })
    const latest = step(failed, tryNumber, 0.999_999)
    expect(latest.kind === 'retry' && latest.at - AT).toBeGreaterThan(delay * 1.09)
    expect(latest.kind === 'retry' && latest.at - AT).toBeLessThanOrEqual(delay * 1.1)
  })

  it('after five repetitions is given up', () => {
    expect(step(answered(500), 6)).toEqual({ kind: 'exhausted' })
  })

  it('waits for as long as the receiver asks, if that is longer, and no longer than twelve hours', () => {
    expect(step(answered(429, 30_000))).toEqual({ kind: 'retry', at: AT + 30_000 })
    expect(step(answered(429, 1_000))).toEqual({ kind: 'retry', at: AT + 5_000 })
    expect(step(answered(503, 40 * DAY))).toEqual({ kind: 'retry', at: AT + DAY / 2 })
  })
})

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    [' 7 ', 7_000],
    ['Fri, 20 Nov 2026 10:01:00 GMT', 60_000],
    ['Fri, 20 Nov 2026 09:00:00 GMT', 0],
    ['soon', null],
    ['-5', null],
    ['1e9', null],
    ['', null],
    [undefined, null],
  ])('%s is %s ms', (header, ms) => {
    expect(retryAfterMs(header, AT)).toBe(ms)
  })
})

describe('an endpoint', () => {
  const healthy = { failingSince: null, reported: false }
  const judge = (
    health: typeof healthy | { failingSince: number; reported: boolean },
    end: AttemptEnd,
    tryNumber: number,
    at = AT,
  ) => {
    const attempted = { end, tryNumber, at, random: 0 }
    return judgeEndpoint(health, attempted, nextStep(attempted))
  }

  it('is failing from its first refusal, reported with the second of one event, and only once', () => {
    const first = judge(healthy, answered(500), 1)
    expect(first).toEqual({ failingSince: AT, reported: false, report: false, disable: null })
    const other = judge(first as never, answered(500), 1, AT + 1)
    expect(other.report).toBe(false)
    const second = judge(first as never, answered(500), 2, AT + 5_000)
    expect(second).toEqual({ failingSince: AT, reported: true, report: true, disable: null })
    expect(judge(second as never, answered(500), 3, AT + DAY).report).toBe(false)
  })

  it('is well again with the first event that it takes', () => {
    expect(judge({ failingSince: AT - 4 * DAY, reported: true }, answered(200), 3)).toEqual({
      failingSince: null,
      reported: false,
      report: false,
      disable: null,
    })
  })

  it('is disabled once it has failed for five days, and at once where it is gone', () => {
    const since = (days: number) => ({ failingSince: AT - days * DAY, reported: true })
    expect(judge(since(4.999), answered(500), 1).disable).toBeNull()
    expect(judge(since(5), answered(500), 1).disable).toBe('failing')
    expect(judge(healthy, answered(410), 1).disable).toBe('gone')
    expect(judge(since(9), answered(204), 1).disable).toBeNull()
  })
})
