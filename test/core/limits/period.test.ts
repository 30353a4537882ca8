import { describe, expect, it } from 'vitest'
import { type Period, periodStart } from '../../../src/core/limits/period'

const startOf = (period: Period, timeZone: string, at: string) =>
  new Date(periodStart(period, timeZone, Date.parse(at))).toISOString()

describe('a period in the operator’s time zone', () => {
  const table: readonly [Period, string, string, string][] = [
    ['day', 'UTC', '2026-11-21T10:10:10.500Z', '2026-11-21T00:00:00.000Z'],
    ['day', 'America/New_York', '2026-11-21T03:00:00Z', '2026-11-20T05:00:00.000Z'],
    // Clocks go forward at 02:00 on 8 March 2026: the day has 23 hours and the next begins an hour earlier in UTC.
    ['day', 'America/New_York', '2026-03-08T15:00:00Z', '2026-03-08T05:00:00.000Z'],
    ['day', 'America/New_York', '2026-03-09T04:30:00Z', '2026-03-09T04:00:00.000Z'],
    // Clocks go back on 1 November 2026.
    ['day', 'America/New_York', '2026-11-01T20:00:00Z', '2026-11-01T04:00:00.000Z'],
    ['day', 'America/New_York', '2026-11-02T20:00:00Z', '2026-11-02T05:00:00.000Z'],
    // In Cairo the clocks skip midnight itself: 24 April 2026 begins at 01:00, which is 22:00 UTC.
    ['day', 'Africa/Cairo', '2026-04-24T10:00:00Z', '2026-04-23T22:00:00.000Z'],
    // In Havana midnight happens twice on 1 November 2026: the first one counts.
    ['day', 'America/Havana', '2026-11-01T20:00:00Z', '2026-11-01T04:00:00.000Z'],
    ['week', 'UTC', '2026-11-21T10:00:00Z', '2026-11-16T00:00:00.000Z'],
    ['week', 'America/New_York', '2026-11-16T04:59:59Z', '2026-11-09T05:00:00.000Z'],
    ['month', 'Asia/Kolkata', '2026-10-31T18:29:59Z', '2026-09-30T18:30:00.000Z'],
    ['month', 'Asia/Kolkata', '2026-10-31T18:30:00Z', '2026-10-31T18:30:00.000Z'],
    ['hour', 'UTC', '2026-11-21T10:10:10.500Z', '2026-11-21T10:00:00.000Z'],
    ['hour', 'Asia/Kolkata', '2026-11-21T10:10:00Z', '2026-11-21T09:30:00.000Z'],
    ['total', 'UTC', '2026-11-21T10:10:00Z', '1970-01-01T00:00:00.000Z'],
  ]
  it.each(table)('%s in %s at %s began at %s', (period, timeZone, at, expected) => {
    expect(startOf(period, timeZone, at)).toBe(expected)
  })

  it('begins at or before every moment in it, and its own start begins the same period', () => {
    for (const timeZone of [
      'America/New_York',
      'Africa/Cairo',
      'Asia/Kolkata',
      'Pacific/Chatham',
      'Australia/Lord_Howe',
    ]) {
      for (const period of ['hour', 'day', 'week', 'month'] as const) {
        for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2027, 0, 1); at += 31 * 3_600_000 + 1_234_567) {
          const start = periodStart(period, timeZone, at)
          expect(start).toBeLessThanOrEqual(at)
          expect(periodStart(period, timeZone, start)).toBe(start)
        }
      }
    }
  })
})
