/** `Retry-After`, as receivers and buyers say it (RFC 9110, 10.2.3). */

const SECOND = 1_000

/**
 * @param header of the answer: seconds, or an HTTP date
 * @param now ms since 1970
 * @returns how long to wait, in ms; null where it says nothing that can be read
 */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined) return null
  const text = header.trim()
  if (/^\d{1,9}$/.test(text)) return Number(text) * SECOND
  const date = /^[A-Za-z]{3}, \d{2} [A-Za-z]{3} \d{4} /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}
