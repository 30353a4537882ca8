/**
 * The periods that caps and budgets are counted in, in the operator's time zone.
 *
 * A day is from midnight to midnight there, 23 or 25 hours when the clocks change; a week begins on Monday (ISO 8601). An hour
 * is an hour of the clock on the wall, so that zones with half-hour offsets count as people there do.
 */

export type Period = 'hour' | 'day' | 'week' | 'month' | 'total'

/**
 * @param at milliseconds since 1970
 * @param timeZone IANA name
 * @returns when the period that contains `at` began, ms since 1970; 0 for `total`
 */
export function periodStart(period: Period, timeZone: string, at: number): number {
  if (period === 'total') return 0
  const slot = Math.floor(at / SLOT_MS)
  const key = `${period} ${timeZone}`
  const known = starts.get(key)
  if (known?.slot === slot) return known.start
  const start = startOf(period, timeZone, at)
  if (starts.size >= MAX_STARTS) starts.clear()
  starts.set(key, { slot, start })
  return start
}

/** Zones are whole quarters of an hour apart, so that no period begins between two of them; asking the calendar is slow. */
const SLOT_MS = 15 * 60_000
const MAX_STARTS = 2_000
const starts = new Map<string, { readonly slot: number; readonly start: number }>()

function startOf(period: Exclude<Period, 'total'>, timeZone: string, at: number): number {
  const local = wallClock(timeZone, at)
  if (period === 'hour') return at - (local.minute * 60_000 + local.second * 1_000 + (at % 1_000))
  const day = Date.UTC(local.year, local.month - 1, local.day)
  if (period === 'day') return instantOfMidnight(timeZone, day)
  if (period === 'month') return instantOfMidnight(timeZone, Date.UTC(local.year, local.month - 1, 1))
  const daysSinceMonday = (new Date(day).getUTCDay() + 6) % 7
  return instantOfMidnight(timeZone, day - daysSinceMonday * DAY_MS)
}

const DAY_MS = 86_400_000

interface WallClock {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly minute: number
  readonly second: number
  /** How far the wall is ahead of UTC, in ms. */
  readonly offsetMs: number
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(timeZone, format)
  return format
}

/** What the clock on the wall shows. */
export function wallClock(timeZone: string, at: number): WallClock {
  if (timeZone === 'UTC') return wallClockUtc(at)
  const parts: Record<string, number> = {}
  for (const { type, value } of formatFor(timeZone).formatToParts(at)) parts[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  const wholeSeconds = at - (at % 1_000)
  return {
    year,
    month,
    day,
    minute,
    second,
    offsetMs: Date.UTC(year, month - 1, day, hour, minute, second) - wholeSeconds,
  }
}

/** Most operators count in UTC, and its clock needs no calendar. */
function wallClockUtc(at: number): WallClock {
  const time = new Date(at)
  return {
    year: time.getUTCFullYear(),
    month: time.getUTCMonth() + 1,
    day: time.getUTCDate(),
    minute: time.getUTCMinutes(),
    second: time.getUTCSeconds(),
    offsetMs: 0,
  }
}

/**
 * The instant at which a date begins in the zone: midnight by the offset before the change of clocks or by the one after,
 * whichever is first in that date. Where the clocks skip midnight, the day begins with the first instant after the gap.
 */
function instantOfMidnight(timeZone: string, midnightAsUtc: number): number {
  const offsets = [-DAY_MS / 2, DAY_MS / 2].map((from) => wallClock(timeZone, midnightAsUtc + from).offsetMs)
  const candidates = offsets.map((offsetMs) => midnightAsUtc - offsetMs).sort((left, right) => left - right)
  const wanted = new Date(midnightAsUtc).getUTCDate()
  return candidates.find((candidate) => wallClock(timeZone, candidate).day === wanted) ?? midnightAsUtc
}
