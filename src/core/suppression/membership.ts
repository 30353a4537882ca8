/**
 * Which lists each hash is on. Lists have small numbers within their tenant, and the few combinations of lists that occur are
 * kept once: most hashes are on one list.
 */
import { compare, type PackedHashes } from './packed'

export interface ListedHashes {
  readonly listNumber: number
  readonly hashes: PackedHashes
}

export interface Membership {
  readonly hashes: PackedHashes
  /** For each hash, which of the combinations; null where there is only one. */
  readonly combinationOf: Uint16Array | null
  /** Ascending list numbers. */
  readonly combinations: readonly (readonly number[])[]
}

const MAX_COMBINATIONS = 65_535

/** @param lists in ascending order of their numbers */
export function mergeLists(lists: readonly ListedHashes[]): Membership {
  const [first, ...others] = lists.filter(({ hashes }) => hashes.length > 0)
  if (first === undefined) return { hashes: new Uint32Array(0), combinationOf: null, combinations: [] }
  const combinations = new Combinations()
  let merged: Merged = { hashes: first.hashes, of: new Uint16Array(first.hashes.length / 2) }
  combinations.with(null, first.listNumber)
  for (const list of others) merged = mergeOne(merged, list, combinations)
  const isUniform = combinations.all.length === 1
  return { hashes: merged.hashes, combinationOf: isUniform ? null : merged.of, combinations: combinations.all }
}

interface Merged {
  readonly hashes: PackedHashes
  readonly of: Uint16Array
}

class Combinations {
  readonly all: (readonly number[])[] = []
  readonly #known = new Map<string, number>()

  /** @returns the combination that a list makes together with another one, or by itself */
  with(combination: number | null, listNumber: number): number {
    const key = `${combination} ${listNumber}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const before = combination === null ? [] : (this.all[combination] ?? [])
    if (this.all.length >= MAX_COMBINATIONS) throw new Error('too many combinations of suppression lists in one shard')
    this.all.push([...before, listNumber])
    this.#known.set(key, this.all.length - 1)
    return this.all.length - 1
  }
}

function mergeOne(merged: Merged, { hashes, listNumber }: ListedHashes, combinations: Combinations): Merged {
  const words = new Uint32Array(merged.hashes.length + hashes.length)
  const of = new Uint16Array(words.length / 2)
  let [left, right, count] = [0, 0, 0]
  while (left < merged.hashes.length || right < hashes.length) {
    const order = orderOf(merged.hashes, left, hashes, right)
    const [source, at] = order <= 0 ? [merged.hashes, left] : [hashes, right]
    words[2 * count] = source[at] ?? 0
    words[2 * count + 1] = source[at + 1] ?? 0
    const before = order <= 0 ? (merged.of[left / 2] ?? 0) : null
    of[count] = order < 0 ? (before ?? 0) : combinations.with(before, listNumber)
    if (order <= 0) left += 2
    if (order >= 0) right += 2
    count += 1
  }
  return { hashes: words.subarray(0, 2 * count), of: of.subarray(0, count) }
}

function orderOf(left: PackedHashes, leftAt: number, right: PackedHashes, rightAt: number): number {
  if (leftAt >= left.length) return 1
  if (rightAt >= right.length) return -1
  return compare(left, leftAt, right, rightAt)
}
