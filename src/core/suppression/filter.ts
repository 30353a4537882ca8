/**
 * A Bloom filter over 64-bit hashes: whether one may be in a set. Most leads are on no list, and this says so from memory,
 * at less than two bytes an entry.
 *
 * At 14 bits and eight probes an entry, one lead in about a thousand is looked up in vain.
 */

const BITS_AN_ENTRY = 14
const PROBES = 8
/** Odd, so that every step of a probe differs: the golden ratio in 32 bits. */
const SPREAD = 0x9e3779b1

/** @param hashes packed @returns the filter's bits, 32 a word */
export function makeFilter(hashes: Uint32Array): Uint32Array {
  const entries = hashes.length / 2
  const filter = new Uint32Array(Math.max(1, Math.ceil((entries * BITS_AN_ENTRY) / 32)))
  for (let at = 0; at < hashes.length; at += 2) {
    let probe = hashes[at] ?? 0
    const step = stepOf(hashes[at + 1] ?? 0)
    for (let count = 0; count < PROBES; count++) {
      const bit = probe % (filter.length * 32)
      filter[bit >>> 5] = (filter[bit >>> 5] ?? 0) | (1 << (bit & 31))
      probe = (probe + step) >>> 0
    }
  }
  return filter
}

/** @returns false where the hash is certainly not in the set */
export function mayHold(filter: Uint32Array, low: number, high: number): boolean {
  let probe = low
  const step = stepOf(high)
  for (let count = 0; count < PROBES; count++) {
    const bit = probe % (filter.length * 32)
    if (((filter[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false
    probe = (probe + step) >>> 0
  }
  return true
}

/** The upper bits of a hash are the same in a whole shard: multiplied, the lower ones reach all of the step. */
function stepOf(high: number): number {
  return (Math.imul(high, SPREAD) | 1) >>> 0
}
