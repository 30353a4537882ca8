/**
 * Sets of 64-bit hashes, packed: ascending, without repeats, two 32-bit words each, the lower one first, so that the platform
 * sorts them as 64-bit numbers and no comparison makes an object.
 */
export type PackedHashes = Uint32Array

/** How many hashes there are. */
export function countOf(hashes: PackedHashes): number {
  return hashes.length / 2
}

/** @param hashes in any order, also repeated; the array is reused */
export function pack(hashes: BigUint64Array): PackedHashes {
  hashes.sort()
  const words = new Uint32Array(hashes.buffer, hashes.byteOffset, hashes.length * 2)
  let kept = 0
  for (let at = 0; at < words.length; at += 2) {
    if (kept > 0 && words[at] === words[kept - 2] && words[at + 1] === words[kept - 1]) continue
    words[kept] = words[at] ?? 0
    words[kept + 1] = words[at + 1] ?? 0
    kept += 2
  }
  return words.subarray(0, kept)
}

/** @returns what is in any of them */
export function union(sets: readonly PackedHashes[]): PackedHashes {
  const [only] = sets
  if (sets.length === 1 && only !== undefined) return only
  const words = new Uint32Array(sets.reduce((sum, set) => sum + set.length, 0))
  let at = 0
  for (const set of sets) {
    words.set(set, at)
    at += set.length
  }
  return pack(new BigUint64Array(words.buffer))
}

/** @returns what is in the first and not in the second */
export function subtract(from: PackedHashes, removed: PackedHashes): PackedHashes {
  const words = new Uint32Array(from.length)
  let kept = 0
  let other = 0
  for (let at = 0; at < from.length; at += 2) {
    while (other < removed.length && compare(removed, other, from, at) < 0) other += 2
    if (other < removed.length && compare(removed, other, from, at) === 0) continue
    words[kept] = from[at] ?? 0
    words[kept + 1] = from[at + 1] ?? 0
    kept += 2
  }
  return words.subarray(0, kept)
}

/** Compares the hash at one place with the hash at another. */
export function compare(left: PackedHashes, leftAt: number, right: PackedHashes, rightAt: number): number {
  const high = (left[leftAt + 1] ?? 0) - (right[rightAt + 1] ?? 0)
  return high !== 0 ? high : (left[leftAt] ?? 0) - (right[rightAt] ?? 0)
}

/** @returns the place of the first hash that is not below this one, from 0 to the length */
export function placeOf(hashes: PackedHashes, low: number, high: number): number {
  let first = 0
  let last = hashes.length / 2
  while (first < last) {
    const middle = (first + last) >>> 1
    const middleHigh = hashes[2 * middle + 1] ?? 0
    const isBelow = middleHigh < high || (middleHigh === high && (hashes[2 * middle] ?? 0) < low)
    if (isBelow) first = middle + 1
    else last = middle
  }
  return 2 * first
}
