/**
 * Dates as buyers want them written.
 *
 * Reads and writes the digits as they stand: a date of birth has no time zone, and converting one moves birthdays.
 */

interface Moment {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

const ISO = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?/
const SLASHED = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/
const MONTHS = 'January February March April May June July August September October November December'.split(' ')

/** Reads `1980-05-11`, a timestamp that begins so, `05/11/1980`, or `now`. */
function readMoment(value: string, now: number): Moment | null {
  if (value === 'now' || value === 'today') return momentAt(now)
  const text = value.trim()
  const iso = ISO.exec(text)
  if (iso !== null) {
    const [, year, month, day, hour, minute, second] = iso.map((part) => Number(part ?? 0))
    return valid({ year, month, day, hour, minute, second })
  }
  const slashed = SLASHED.exec(text)
  if (slashed === null) return null
  return valid({ year: Number(slashed[3]), month: Number(slashed[1]), day: Number(slashed[2]) })
}

function valid(parts: { [part in keyof Moment]?: number | undefined }): Moment | null {
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59) return null
  return { year, month, day, hour, minute, second }
}

function momentAt(now: number): Moment {
  const date = new Date(now)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  }
}

/** @returns whole years from a date to now, or null where it is no date or lies ahead */
export function ageAt(value: string, now: number): number | null {
  const born = readMoment(value, now)
  if (born === null) return null
  const today = momentAt(now)
  const hadBirthday = today.month > born.month || (today.month === born.month && today.day >= born.day)
  const age = today.year - born.year - (hadBirthday ? 0 : 1)
  return age < 0 ? null : age
}

const two = (value: number): string => String(value).padStart(2, '0')
const onHalfDay = (hour: number): number => (hour % 12 === 0 ? 12 : hour % 12)
const year4 = ({ year }: Moment): string => String(year).padStart(4, '0')
const year2 = ({ year }: Moment): string => two(year % 100)
const monthName = ({ month }: Moment): string => MONTHS[month - 1] ?? ''

const PARTS: { readonly [token: string]: (moment: Moment) => string } = {
  YYYY: year4,
  yyyy: year4,
  YY: year2,
  yy: year2,
  MMMM: monthName,
  MMM: (moment) => monthName(moment).slice(0, 3),
  MM: ({ month }) => two(month),
  M: ({ month }) => String(month),
  DD: ({ day }) => two(day),
  dd: ({ day }) => two(day),
  D: ({ day }) => String(day),
  d: ({ day }) => String(day),
  HH: ({ hour }) => two(hour),
  H: ({ hour }) => String(hour),
  hh: ({ hour }) => two(onHalfDay(hour)),
  h: ({ hour }) => String(onHalfDay(hour)),
  mm: ({ minute }) => two(minute),
  ss: ({ second }) => two(second),
  A: ({ hour }) => (hour < 12 ? 'AM' : 'PM'),
  a: ({ hour }) => (hour < 12 ? 'am' : 'pm'),
}

const TOKEN = /\[([^\]]*)\]|YYYY|yyyy|YY|yy|MMMM|MMM|MM|M|DD|dd|D|d|HH|H|hh|h|mm|ss|A|a/g

/** What strftime's letters are among the tokens above. */
const STRFTIME: { readonly [letter: string]: string } = {
  Y: 'YYYY',
  y: 'YY',
  m: 'MM',
  d: 'DD',
  e: 'D',
  B: 'MMMM',
  b: 'MMM',
  H: 'HH',
  I: 'hh',
  M: 'mm',
  S: 'ss',
  p: 'A',
}

/**
 * Writes a date by `MM/DD/YYYY` and the like, or by strftime's `%m/%d/%Y`; words go in brackets: `[born] YYYY`.
 *
 * @returns null where the value is no date
 */
export function formatDate(value: string, format: string, now: number): string | null {
  const moment = readMoment(value, now)
  if (moment === null) return null
  const part = (token: string): string => PARTS[token]?.(moment) ?? token
  if (format.includes('%')) {
    return format.replace(/%([a-zA-Z%])/g, (whole, letter: string) =>
      letter === '%' ? letter : part(STRFTIME[letter] ?? whole),
    )
  }
  // Without an hour in the format, mm can only mean the month: many write mm/dd/yyyy.
  const minutes = /h/i.test(format)
  return format.replace(TOKEN, (token, literal: string | undefined) => {
    return literal ?? part(token === 'mm' && !minutes ? 'MM' : token)
  })
}
