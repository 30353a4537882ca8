/**
 * Prices as buyers spell them, read into micros.
 *
 * Takes a plain non-negative decimal, with thousands in threes and a currency around it: 38.5, "38.50", "$1,234.50",
 * "120.00 USD". Everything else is an invalid bid with its reason, since a guess about money is worse than none.
 */
import { MAX_MICROS, microsFromNumber, parseMicros } from '../../core/money/micros'

export type PriceReading =
  | { readonly ok: true; readonly micros: number; readonly currency: string | null }
  | { readonly ok: false; readonly reason: string }

/** Signs that are one currency's own; a dollar sign may be any dollar. */
const SIGNS: { readonly [sign: string]: string } = { '€': 'EUR', '£': 'GBP', '₹': 'INR' }
const PRICE =
  /^(?:([A-Z]{3})(?![A-Za-z])|(?:US)?([$€£₹]))? ?(-)? ?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)? ?(?:([A-Z]{3})|([$€£₹]))?$/i

const no = (reason: string): PriceReading => ({ ok: false, reason })

/** @param value what stands where the price should be */
export function readPrice(value: unknown): PriceReading {
  if (typeof value === 'number') {
    if (value < 0) return no('price is negative')
    const micros = microsFromNumber(value)
    return micros === null ? no(whyNot(value)) : { ok: true, micros, currency: null }
  }
  if (typeof value === 'string') return readPriceText(value.trim().replaceAll('\u00a0', ' '))
  return no(value === null || value === undefined ? 'price is empty' : 'price is not a number')
}

function whyNot(value: number): string {
  if (!Number.isFinite(value)) return 'price is not a number'
  return value * 1_000_000 > MAX_MICROS ? 'price is too large' : 'price has more than six decimals'
}

function readPriceText(text: string): PriceReading {
  if (text === '') return no('price is empty')
  const match = PRICE.exec(text)
  if (match === null)
    return no(
      text.length <= 40 && /^-\s*[$€£₹]?\s*[\d.,]+$/.test(text) ? 'price is negative' : 'price is not a plain decimal',
    )
  const [, codeBefore, signBefore, minus, whole = '', fraction = '', codeAfter, signAfter] = match
  if (minus !== undefined) return no('price is negative')
  const digits = whole.replaceAll(',', '').replace(/^0+(?=\d)/, '')
  if (digits.length > 10) return no('price is too large')
  const decimals = fraction.replace(/\.?0+$/, '')
  if (decimals.length > 7) return no('price has more than six decimals')
  const micros = parseMicros(digits + decimals)
  if (micros === null) return no('price is too large')
  return { ok: true, micros, currency: currencyOf([codeBefore, codeAfter], [signBefore, signAfter]) }
}

/** Two currencies around one price contradict each other unless they are the same; the first then wins and is judged. */
function currencyOf(codes: readonly (string | undefined)[], signs: readonly (string | undefined)[]): string | null {
  const code = codes.find((candidate) => candidate !== undefined)
  if (code !== undefined) return code.toUpperCase()
  const sign = signs.find((candidate) => candidate !== undefined)
  return sign === undefined ? null : (SIGNS[sign] ?? '$')
}

const DOLLARS = new Set('USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP BBD BSD JMD TTD'.split(' '))

/** Whether a price's currency, as far as it says one, is the expected one. */
export function isCurrency(said: string | null, expected: string): boolean {
  if (said === null) return true
  return said === '$' ? DOLLARS.has(expected) : said.toUpperCase() === expected.toUpperCase()
}
