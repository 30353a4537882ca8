/**
 * The hours in which a buyer takes leads, by the clock on the wall of its time zone.
 *
 * Nothing is decided but what that clock shows: where it skips an hour, the minutes that it skips never come; where it shows
 * an hour twice, a window in that hour is open both times. A window that ends at or before its beginning goes on over
 * midnight into the next weekday; from 09:00 to 09:00 is a whole day. A schedule without windows is never open.
 */
import { wallClock } from './period'

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** Hours as operators write them. */
export interface ScheduleWindow {
  readonly days: readonly (typeof WEEKDAYS)[number][]
  /** As 09:00; 24:00 is the end of the day. */
  readonly from: string
  readonly to: string
}

export interface Schedule {
  /** IANA name. */
  readonly timeZone: string
  /** Minutes of the week from Monday 00:00 on the wall, in ascending order: open from the first up to the second. */
  readonly open: readonly (readonly [from: number, to: number])[]
}

const MINUTE_MS = 60_000
const DAY_MINUTES = 24 * 60
const WEEK_MINUTES = 7 * DAY_MINUTES
/** The first Monday of 1970, as the clock on the wall shows it, in minutes since the year began. */
const FIRST_MONDAY = 4 * DAY_MINUTES

/** @returns the minutes of the week in which one of the windows is open */
export function openMinutes(windows: readonly ScheduleWindow[]): Schedule['open'] {
  const spans = windows.flatMap(({ days, from, to }) => {
    const [start, end] = [minutesOf(from), minutesOf(to)]
    const length = end > start ? end - start : end + DAY_MINUTES - start
    return days.flatMap((day) => withinWeek(WEEKDAYS.indexOf(day) * DAY_MINUTES + start, length))
  })
  const merged: [number, number][] = []
  for (const [from, to] of spans.sort((left, right) => left[0] - right[0])) {
    const last = merged.at(-1)
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged
}

/** @param at milliseconds since 1970 */
export function isOpen({ timeZone, open }: Schedule, at: number): boolean {
  const minute = minuteOfWeek(timeZone, at)
  return open.some(([from, to]) => from <= minute && minute < to)
}

/** What runs over Sunday's end goes on with Monday. */
function withinWeek(start: number, length: number): readonly [number, number][] {
  const from = start % WEEK_MINUTES
  const to = from + length
  if (to <= WEEK_MINUTES) return [[from, to]]
  return [
    [from, WEEK_MINUTES],
    [0, to - WEEK_MINUTES],
  ]
}

function minutesOf(clock: string): number {
  const [hours = '', minutes = ''] = clock.split(':')
  return Number(hours) * 60 + Number(minutes)
}

interface Shown {
  /** Minutes since 1970 in UTC. Offsets are whole minutes, so that all of one minute here is one minute on every wall. */
  readonly utcMinute: number
  readonly minuteOfWeek: number
}

/** What each zone's clock showed when it was last looked at: formatting a time costs more than all the rest of an intake. */
const shown = new Map<string, Shown>()
/** There are some six hundred zones; names in other letters' case count again. */
const MAX_ZONES = 2_000

function minuteOfWeek(timeZone: string, at: number): number {
  const utcMinute = Math.floor(at / MINUTE_MS)
  const known = shown.get(timeZone)
  if (known?.utcMinute === utcMinute) return known.minuteOfWeek
  const onTheWall = utcMinute + wallClock(timeZone, at).offsetMs / MINUTE_MS
  const minute = (onTheWall - FIRST_MONDAY) % WEEK_MINUTES
  if (shown.size >= MAX_ZONES) shown.clear()
  shown.set(timeZone, { utcMinute, minuteOfWeek: minute })
  return minute
}
