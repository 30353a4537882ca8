import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldPieces, joinBuckets, type Piece, splitByBucket } from '../../../src/core/suppression/bucket'
import { makeFilter, mayHold } from '../../../src/core/suppression/filter'
import { mergeLists } from '../../../src/core/suppression/membership'
import { type PackedHashes, pack, subtract, union } from '../../../src/core/suppression/packed'
import { askPage, askShard, encodeShard, part, shardBits, shardOf } from '../../../src/core/suppression/shard'

/** Few enough that sets overlap, spread over the whole space. */
const anyHash = fc.nat({ max: 40 }).map((number) => (BigInt(number) * 0x0666_6666_6666_6667n) & 0xffff_ffff_ffff_ffffn)
const anyHashes = fc.array(anyHash, { maxLength: 60 })

const packed = (hashes: Iterable<bigint>): PackedHashes => pack(new BigUint64Array([...hashes]))
const unpacked = (hashes: PackedHashes): readonly bigint[] => [...new BigUint64Array(hashes.slice().buffer)]
const sorted = (hashes: Iterable<bigint>) => [...new Set(hashes)].sort((left, right) => (left < right ? -1 : 1))
const lowOf = (hash: bigint) => Number(hash & 0xffff_ffffn)
const highOf = (hash: bigint) => Number(hash >> 32n)

let seed = 0x2545_f491_4f6c_dd1dn
function randomHash(): bigint {
  seed ^= (seed << 13n) & 0xffff_ffff_ffff_ffffn
  seed ^= seed >> 7n
  seed ^= (seed << 17n) & 0xffff_ffff_ffff_ffffn
  return seed
}
const randomHashes = (count: number) => Array.from({ length: count }, randomHash)

describe('packed hashes', () => {
  it('are sets in ascending order', () => {
    fc.assert(
      fc.property(anyHashes, (hashes) => {
        expect(unpacked(packed(hashes))).toEqual(sorted(hashes))
      }),
    )
  })

  it('unite and subtract as sets do', () => {
    fc.assert(
      fc.property(anyHashes, anyHashes, (left, right) => {
        expect(unpacked(union([packed(left), packed(right)]))).toEqual(sorted([...left, ...right]))
        const rest = new Set(right)
        expect(unpacked(subtract(packed(left), packed(right)))).toEqual(sorted(left.filter((hash) => !rest.has(hash))))
      }),
    )
  })

  it('split into buckets by their leading byte, and nothing is lost', () => {
    fc.assert(
      fc.property(anyHashes, (hashes) => {
        const buckets = splitByBucket(packed(hashes))
        expect(buckets.flatMap((bucket) => unpacked(bucket.hashes))).toEqual(sorted(hashes))
        for (const { bucket, hashes: own } of buckets) {
          for (const hash of unpacked(own)) expect(Number(hash >> 56n)).toBe(bucket)
        }
      }),
    )
  })
})

describe('a list', () => {
  it('holds what the pieces in their order leave it', () => {
    const anyPiece = fc.record({ effect: fc.constantFrom('add' as const, 'remove' as const), hashes: anyHashes })
    fc.assert(
      fc.property(fc.array(anyPiece, { maxLength: 8 }), (parts) => {
        const wanted = new Set<bigint>()
        for (const { effect, hashes } of parts) {
          for (const hash of hashes) effect === 'add' ? wanted.add(hash) : wanted.delete(hash)
        }
        const pieces = parts.map(({ effect, hashes }, sequence): Piece => {
          return { bucket: 0, listNumber: 1, sequence, effect, hashes: packed(hashes) }
        })
        expect(unpacked(foldPieces(pieces))).toEqual(sorted(wanted))
      }),
    )
  })
})

describe('a shard', () => {
  it('knows every hash of every list, in one page or in many', () => {
    const anyLists = fc.uniqueArray(fc.record({ listNumber: fc.integer({ min: 1, max: 65_535 }), hashes: anyHashes }), {
      selector: ({ listNumber }) => listNumber,
      maxLength: 5,
    })
    fc.assert(
      fc.property(anyLists, (lists) => {
        const listed = joinBuckets(lists.map(({ listNumber, hashes }) => ({ listNumber, hashes: packed(hashes) })))
        const { head } = encodeShard(mergeLists(listed), 0)
        for (const hash of new Set(lists.flatMap(({ hashes }) => hashes))) {
          const wanted = lists.filter(({ hashes }) => hashes.includes(hash)).map(({ listNumber }) => listNumber)
          const answer = askShard(head, 0, lowOf(hash), highOf(hash))
          expect(answer).toEqual({ kind: 'lists', listNumbers: wanted.sort((left, right) => left - right) })
        }
        expect(askShard(head, 0, 0, 7)).toEqual({ kind: 'lists', listNumbers: [] })
      }),
    )
  })

  it.each([0, 3, 8, 11])(
    'of %i leading bits finds all of its many entries behind its filter, and hardly any other',
    (bits) => {
      const chosen = 2 ** bits - 1
      const own = (hash: bigint) =>
        ((hash >> BigInt(bits)) | (BigInt(chosen) << BigInt(64 - bits))) & 0xffff_ffff_ffff_ffffn
      const [first, second] = [randomHashes(9_000).map(own), randomHashes(9_000).map(own)]
      const membership = mergeLists([
        { listNumber: 3, hashes: packed(first) },
        { listNumber: 9, hashes: packed([...second, ...first.slice(0, 100)]) },
      ])
      const { head, pages } = encodeShard(membership, bits)
      expect(pages.length).toBeGreaterThan(1)
      const listsOf = (hash: bigint) => {
        const answer = askShard(head, bits, lowOf(hash), highOf(hash))
        return answer.kind === 'lists'
          ? answer.listNumbers
          : askPage(pages[answer.page] ?? head, lowOf(hash), highOf(hash))
      }
      for (const hash of first.slice(0, 100)) expect(listsOf(hash)).toEqual([3, 9])
      for (const hash of first.slice(100)) expect(listsOf(hash)).toEqual([3])
      for (const hash of second) expect(listsOf(hash)).toEqual([9])
      for (const hash of randomHashes(1_000).map(own)) expect(listsOf(hash)).toEqual([])
    },
  )

  it('gives away by its mark that it is none', () => {
    expect(() => askShard(new Uint32Array(8), 0, 1, 2)).toThrow('not a shard')
    expect(() => askPage(new Uint32Array(8), 1, 2)).toThrow('not a page')
  })

  it('is cut from a larger part without a loss', () => {
    const membership = mergeLists([
      { listNumber: 1, hashes: packed(randomHashes(500)) },
      { listNumber: 2, hashes: packed(randomHashes(500)) },
    ])
    const middle = 2 * 300
    const halves = [part(membership, 0, middle), part(membership, middle, membership.hashes.length)]
    expect(halves.flatMap(({ hashes }) => unpacked(hashes))).toEqual(unpacked(membership.hashes))
    expect(halves.flatMap(({ combinationOf }) => [...(combinationOf ?? [])])).toEqual([
      ...(membership.combinationOf ?? []),
    ])
  })
})

describe('the number of shards', () => {
  it.each([
    [0, 0, 0],
    [32_768, 0, 0],
    [32_769, 0, 1],
    [10_000_000, 0, 9],
    [100_000_000, 0, 12],
    [1e15, 0, 16],
  ])('grows with the entries: %i entries, from %i bits', (entries, bits, wanted) => {
    expect(shardBits(entries, bits)).toBe(wanted)
  })

  it('does not go back and forth with a few entries more or less', () => {
    expect(shardBits(30_000, 1)).toBe(1)
    expect(shardBits(30_000, 2)).toBe(2)
    expect(shardBits(30_000, 3)).toBe(0)
  })

  it('is told by the leading bits', () => {
    expect(shardOf(0xffff_ffff, 0)).toBe(0)
    expect(shardOf(0x8000_0000, 1)).toBe(1)
    expect(shardOf(0xffff_ffff, 16)).toBe(65_535)
  })
})

describe('a filter', () => {
  it('never denies what it holds, and seldom takes one for another', () => {
    const hashes = randomHashes(20_000)
    const filter = makeFilter(packed(hashes))
    for (const hash of hashes) expect(mayHold(filter, lowOf(hash), highOf(hash))).toBe(true)
    const wrong = randomHashes(100_000).filter((hash) => mayHold(filter, lowOf(hash), highOf(hash))).length
    expect(wrong / 100_000).toBeLessThan(0.003)
  })

  it('is as sharp where all leading bits are the same', () => {
    const own = (hash: bigint) => (hash & 0x0000_ffff_ffff_ffffn) | 0xabcd_0000_0000_0000n
    const filter = makeFilter(packed(randomHashes(20_000).map(own)))
    const wrong = randomHashes(100_000)
      .map(own)
      .filter((hash) => mayHold(filter, lowOf(hash), highOf(hash))).length
    expect(wrong / 100_000).toBeLessThan(0.003)
  })
})
