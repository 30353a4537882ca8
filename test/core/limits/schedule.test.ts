import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOpen, openMinutes, type ScheduleWindow } from '../../../src/core/limits/schedule'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const WEEKDAYS = DAYS.slice(0, 5)
const MINUTE = 60_000
const HOUR = 60 * MINUTE

const scheduleOf = (timeZone: string, ...windows: ScheduleWindow[]) => ({ timeZone, open: openMinutes(windows) })
const opensAt = (timeZone: string, window: ScheduleWindow, at: string) =>
  isOpen(scheduleOf(timeZone, window), Date.parse(at))

/**
 * What the words of a schedule mean, taken slowly: ask the platform what the clock shows, then look at each window of that
 * weekday and at each one of the weekday before that may still be open.
 */
function slowlyOpen(timeZone: string, windows: readonly ScheduleWindow[], at: number): boolean {
  const shown = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at)
  const part = (type: string) => shown.find((candidate) => candidate.type === type)?.value ?? ''
  const clock = `${part('hour')}:${part('minute')}`
  const today = DAYS.indexOf(part('weekday').toLowerCase() as (typeof DAYS)[number])
  const named = (daysAgo: number) => DAYS[(today + 7 - daysAgo) % 7] as (typeof DAYS)[number]
  return windows.some(({ days, from, to }) => {
    if (from < to) return days.includes(named(0)) && from <= clock && clock < to
    return (days.includes(named(0)) && from <= clock) || (days.includes(named(1)) && clock < to)
  })
}

const clockTime = fc.oneof(
  fc.constantFrom('00:00', '24:00', '23:59', '01:00', '02:00', '02:30', '03:00'),
  fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`),
)
const window: fc.Arbitrary<ScheduleWindow> = fc.record({
  days: fc.subarray([...DAYS], { minLength: 1 }),
  from: clockTime,
  to: clockTime,
})
/** Whole hours, half hours and quarters; changes at 02:00, at midnight, by half an hour, and by a whole day. */
const ZONES = [
  'UTC',
  'America/New_York',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Africa/Cairo',
  'America/Havana',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'America/St_Johns',
]
/** Around each change of clocks of some zone, and anywhere else. */
const CHANGES = [
  '2026-03-08T07:00:00Z',
  '2026-11-01T06:00:00Z',
  '2026-03-29T01:00:00Z',
  '2026-10-25T01:00:00Z',
  '2026-04-23T22:00:00Z',
  '2026-10-29T21:00:00Z',
  '2026-11-01T05:00:00Z',
  '2026-04-04T15:00:00Z',
  '2026-10-03T15:30:00Z',
  '2011-12-30T10:00:00Z',
].map((text) => Date.parse(text))
const moment = fc.oneof(
  fc
    .tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -26 * HOUR, max: 26 * HOUR }))
    .map(([change, offset]) => change + offset),
  fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2040-01-01') }),
)

describe('a schedule', () => {
  it('is open when the clock on the wall shows a time within a window of that weekday, whatever the zone', () => {
    const windows = fc.array(window, { maxLength: 4 })
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        windows,
        fc.array(moment, { minLength: 1, maxLength: 4 }),
        (zone, all, times) => {
          const schedule = scheduleOf(zone, ...all)
          for (const at of times) expect(isOpen(schedule, at)).toBe(slowlyOpen(zone, all, at))
        },
      ),
      { numRuns: 3_000 },
    )
  })

  it('opens with its first minute and closes with its last', () => {
    const hours = { days: WEEKDAYS, from: '09:00', to: '17:00' }
    expect(opensAt('America/New_York', hours, '2026-11-20T13:59:59.999Z')).toBe(false)
    expect(opensAt('America/New_York', hours, '2026-11-20T14:00:00.000Z')).toBe(true)
    expect(opensAt('America/New_York', hours, '2026-11-20T21:59:59.999Z')).toBe(true)
    expect(opensAt('America/New_York', hours, '2026-11-20T22:00:00.000Z')).toBe(false)
    // Saturday there.
    expect(opensAt('America/New_York', hours, '2026-11-21T15:00:00Z')).toBe(false)
  })

  it('keeps to the wall when the clocks change: nine in the morning is another hour in UTC', () => {
    const hours = { days: [...DAYS], from: '09:00', to: '10:00' }
    expect(opensAt('America/New_York', hours, '2026-03-07T14:30:00Z')).toBe(true)
    expect(opensAt('America/New_York', hours, '2026-03-08T14:30:00Z')).toBe(false)
    expect(opensAt('America/New_York', hours, '2026-03-08T13:30:00Z')).toBe(true)
  })

  it('never comes to a window in the hour that the clocks skip, and comes twice to one in the hour they repeat', () => {
    const minutesOpen = (from: string, to: string, day: string) => {
      const schedule = scheduleOf('America/New_York', { days: [...DAYS], from, to })
      const midnight = Date.parse(`${day}T04:00:00Z`)
      return Array.from({ length: 24 * 60 }, (_, minute) => isOpen(schedule, midnight + minute * MINUTE)).filter(
        Boolean,
      ).length
    }
    expect(minutesOpen('02:00', '03:00', '2026-03-08')).toBe(0)
    expect(minutesOpen('01:30', '03:30', '2026-03-08')).toBe(60)
    expect(minutesOpen('01:00', '02:00', '2026-11-01')).toBe(120)
  })

  it('goes over midnight into the next weekday, and over the end of the week', () => {
    const night = { days: ['sun'] as const, from: '22:00', to: '02:00' }
    expect(opensAt('UTC', night, '2026-11-22T21:59:00Z')).toBe(false)
    expect(opensAt('UTC', night, '2026-11-22T23:00:00Z')).toBe(true)
    expect(opensAt('UTC', night, '2026-11-23T01:59:00Z')).toBe(true)
    expect(opensAt('UTC', night, '2026-11-23T02:00:00Z')).toBe(false)
    expect(opensAt('UTC', night, '2026-11-22T01:00:00Z')).toBe(false)
  })

  it.each([
    ['00:00', '24:00'],
    ['00:00', '00:00'],
  ])('from %s to %s is a whole day', (from, to) => {
    expect(openMinutes([{ days: ['tue'], from, to }])).toEqual([[1440, 2880]])
  })

  it('is one stretch where its windows touch or overlap, and none where it has no window', () => {
    const windows: ScheduleWindow[] = [
      { days: ['mon'], from: '12:00', to: '14:00' },
      { days: ['mon'], from: '09:00', to: '12:00' },
      { days: ['mon'], from: '10:00', to: '13:00' },
    ]
    expect(openMinutes(windows)).toEqual([[540, 840]])
    expect(isOpen(scheduleOf('UTC'), Date.parse('2026-11-20T12:00:00Z'))).toBe(false)
  })
})

describe('the clock of a zone', () => {
  it('is read once a minute, however often it is asked', () => {
    const schedule = scheduleOf('Asia/Tokyo', { days: [...DAYS], from: '09:00', to: '17:00' })
    const minute = Date.parse('2026-11-20T05:00:00Z')
    const original = Intl.DateTimeFormat.prototype.formatToParts
    let read = 0
    Intl.DateTimeFormat.prototype.formatToParts = function (this: Intl.DateTimeFormat, at) {
      read += 1
      return original.call(this, at)
    }
    try {
      for (let ms = 0; ms < MINUTE; ms += 100) isOpen(schedule, minute + ms)
      expect(read).toBe(1)
      isOpen(schedule, minute + MINUTE)
      expect(read).toBe(2)
    } finally {
      Intl.DateTimeFormat.prototype.formatToParts = original
    }
  })
})
