/** Money as whole micros, reckoned here and not with the product's own functions: what is checked must not check itself. */

const MICROS = 1_000_000

/** @returns the JSON number of the wire for micros */
export function amountOf(micros: number): number {
  return micros / MICROS
}

/** @returns micros of a JSON number of the wire, which has six decimals at most; NaN where it has more */
export function microsOf(amount: number): number {
  const micros = Math.round(amount * MICROS)
  return micros / MICROS === amount ? micros : Number.NaN
}

/** @param partsPerMillion 75 % is 750,000 @returns the share in micros, half up */
export function shareOf(micros: number, partsPerMillion: number): number {
  return Number((2n * BigInt(micros) * BigInt(partsPerMillion) + 1_000_000n) / 2_000_000n)
}
