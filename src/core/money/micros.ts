/**
 * Money as an integer number of micros (millionths of a currency unit).
 *
 * Refuses floats on purpose: a decimal enters as text and leaves as text; in between there are only integers. Products go
 * through BigInt because 500.00 times a percentage already passes 2^53 when both carry six decimals.
 */

export const MICROS_PER_UNIT = 1_000_000

/** The largest amount that is taken from outside: one thousand million units. Far above any lead, far below 2^53. */
export const MAX_MICROS = 1_000_000_000 * MICROS_PER_UNIT

const PLAIN_DECIMAL = /^(\d{1,10})(?:\.(\d{1,6})0*)?$/

/**
 * Reads a plain non-negative decimal ("38.5", "120.00") into micros.
 *
 * @param text digits with an optional fraction of at most six significant decimals; no sign, exponent, group or currency
 * @returns micros, or null where the text is not such a decimal or exceeds MAX_MICROS
 */
export function parseMicros(text: string): number | null {
  const match = PLAIN_DECIMAL.exec(text)
  if (match === null) return null
  const micros = Number(match[1]) * MICROS_PER_UNIT + Number((match[2] ?? '').padEnd(6, '0'))
  return micros <= MAX_MICROS ? micros : null
}

/**
 * Reads a JSON number into micros, by its shortest decimal spelling, so that 38.5 is 38500000 exactly.
 *
 * @returns micros, or null where the number is negative, not finite, too large, or has more than six decimals
 */
export function microsFromNumber(value: number): number | null {
  if (!Number.isFinite(value) || value < 0) return null
  // Numbers below 1e-6 print with an exponent and have more than six decimals anyway; those from 1e21 are too large.
  return parseMicros(String(value))
}

/** Writes micros as the JSON number of the wire; exact up to eight times MAX_MICROS, where doubles lie closer than micros. */
export function microsToNumber(micros: number): number {
  return micros / MICROS_PER_UNIT
}

/** Writes micros as people read money: two decimals, more only where they are not zero. */
export function formatMicros(micros: number): string {
  const sign = micros < 0 ? '-' : ''
  const absolute = Math.abs(micros)
  const fraction = String(absolute % MICROS_PER_UNIT).padStart(6, '0')
  const shown = fraction.replace(/0{1,4}$/, '')
  return `${sign}${Math.floor(absolute / MICROS_PER_UNIT)}.${shown}`
}

/** A share in millionths (75 % is 750000), so that percentages with four decimals stay whole numbers. */
export type PartsPerMillion = number

/**
 * Takes a share of an amount, rounded half up to the micro.
 *
 * @param amountMicros non-negative micros
 * @param share parts per million
 */
export function shareOf(amountMicros: number, share: PartsPerMillion): number {
  return Number(roundedQuotient(BigInt(amountMicros) * BigInt(share), 1_000_000n))
}

/**
 * Profit as parts per million of revenue, rounded half away from zero; 30 of 120 is 250000 (25 %).
 *
 * @returns null where there is no revenue to have a margin on
 */
export function marginOf(profitMicros: number, revenueMicros: number): PartsPerMillion | null {
  if (revenueMicros === 0) return null
  const parts = roundedQuotient(BigInt(Math.abs(profitMicros)) * 1_000_000n, BigInt(revenueMicros))
  return Number(profitMicros < 0 ? -parts : parts)
}

/** Half up; of non-negative numbers. */
function roundedQuotient(dividend: bigint, divisor: bigint): bigint {
  return (2n * dividend + divisor) / (2n * divisor)
}
