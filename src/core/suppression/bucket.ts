/** Entries are stored by the leading eight bits of their hash, so that any part of the index can be built by itself. */
import type { ListedHashes } from './membership'
import { type PackedHashes, placeOf, subtract, union } from './packed'

const BUCKET_SPAN = 2 ** 24

export interface BucketHashes {
  readonly bucket: number
  readonly hashes: PackedHashes
}

/** @returns the buckets that have any of the hashes */
export function splitByBucket(hashes: PackedHashes): readonly BucketHashes[] {
  const buckets: BucketHashes[] = []
  for (let start = 0; start < hashes.length; ) {
    const bucket = (hashes[start + 1] ?? 0) >>> 24
    const end = placeOf(hashes, 0, (bucket + 1) * BUCKET_SPAN)
    buckets.push({ bucket, hashes: hashes.subarray(start, end) })
    start = end
  }
  return buckets
}

/** A part of a list as it was stored, in the order of its sequence. */
export interface Piece {
  readonly bucket: number
  readonly listNumber: number
  readonly sequence: number
  readonly effect: 'add' | 'remove'
  readonly hashes: PackedHashes
}

/** @param pieces of one bucket and list, in order @returns what the list holds after all of them */
export function foldPieces(pieces: readonly Piece[]): PackedHashes {
  let held: PackedHashes = new Uint32Array(0)
  let run: Piece[] = []
  const apply = () => {
    const [first] = run
    if (first === undefined) return
    const hashes = union(run.map((piece) => piece.hashes))
    held = first.effect === 'remove' ? subtract(held, hashes) : held.length === 0 ? hashes : union([held, hashes])
    run = []
  }
  for (const piece of pieces) {
    if (run[0] !== undefined && run[0].effect !== piece.effect) apply()
    run.push(piece)
  }
  apply()
  return held
}

/** @param parts of each list, in ascending order of their buckets @returns each list as a whole, by ascending number */
export function joinBuckets(parts: readonly ListedHashes[]): readonly ListedHashes[] {
  const byList = Map.groupBy(parts, ({ listNumber }) => listNumber)
  const numbers = [...byList.keys()].sort((left, right) => left - right)
  return numbers.map((listNumber) => {
    const sets = (byList.get(listNumber) ?? []).map(({ hashes }) => hashes)
    return { listNumber, hashes: concatenate(sets) }
  })
}

function concatenate(sets: readonly PackedHashes[]): PackedHashes {
  const [only] = sets
  if (sets.length === 1 && only !== undefined) return only
  const words = new Uint32Array(sets.reduce((sum, set) => sum + set.length, 0))
  let at = 0
  for (const set of sets) {
    words.set(set, at)
    at += set.length
  }
  return words
}
