/** When a cron expression of wrangler.toml is due. Miniflare knows the triggers and never pulls one. */

/** Minute, hour, day of the month, month, day of the week: lowest and highest value. */
const RANGES = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [1, 7],
] as const

/**
 * Whether the expression names this minute. Takes numbers, lists, ranges and steps, in UTC and with Cloudflare's days of the
 * week, Sunday = 1; names of days and months it does not know and never finds due.
 */
export function isDue(expression: string, at: Date): boolean {
  const fields = expression.trim().split(/\s+/)
  const now = [at.getUTCMinutes(), at.getUTCHours(), at.getUTCDate(), at.getUTCMonth() + 1, at.getUTCDay() + 1]
  if (fields.length !== RANGES.length) return false
  return RANGES.every(([low, high], index) => {
    const value = now[index] ?? Number.NaN
    return (fields[index] ?? '').split(',').some((part) => includes(part, value, low, high))
  })
}

function includes(part: string, value: number, low: number, high: number): boolean {
  const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part)
  if (match === null) return false
  const [, from, to, step] = match
  const first = from === undefined ? low : Number(from)
  const last = to === undefined ? (from === undefined || step !== undefined ? high : first) : Number(to)
  return value >= first && value <= last && (value - first) % Number(step ?? 1) === 0
}
