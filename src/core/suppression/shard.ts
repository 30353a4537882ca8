/**
 * The index as it stands at the edge, shard by shard of the space of hashes. A small shard is one page of entries; a larger
 * one is a filter, held in memory, and pages that are only read where the filter cannot say no. Shards and pages keep
 * their size however many entries there are: there are more of them.
 */
import { makeFilter, mayHold } from './filter'
import type { Membership } from './membership'
import { type PackedHashes, placeOf } from './packed'

/** One number of words at the head of each document; anything else is not ours. */
const PAGE_MARK = 0x31505347
const FILTER_MARK = 0x31465347
const HEAD_WORDS = 4

/** Where a shard of this many entries is one page. */
const MAX_INLINE_ENTRIES = 2_048
/** On average; a page is read as a whole. */
const MAX_PAGE_ENTRIES = 4_096
/** On average; a shard is written as a whole. */
const MAX_SHARD_ENTRIES = 32_768
export const MAX_SHARD_BITS = 16

/** A part of the index as it is kept and read. */
export interface ShardDocuments {
  /** What is read first: a page, or a filter. */
  readonly head: Uint32Array
  /** The pages behind a filter. */
  readonly pages: readonly Uint32Array[]
}

/**
 * @param bits how many leading bits choose the shard today
 * @returns how many should for this many entries: the same, unless shards would be too large or far too small
 */
export function shardBits(entries: number, bits: number): number {
  const needed = Math.min(MAX_SHARD_BITS, Math.max(0, Math.ceil(Math.log2(entries / MAX_SHARD_ENTRIES))))
  return needed > bits || needed < bits - 2 ? needed : bits
}

/** @returns the shard that a hash belongs to */
export function shardOf(high: number, bits: number): number {
  return bits === 0 ? 0 : high >>> (32 - bits)
}

/** @param membership the entries of this shard alone @param bits how many leading bits they have in common */
export function encodeShard(membership: Membership, bits: number): ShardDocuments {
  const entries = membership.hashes.length / 2
  if (entries <= MAX_INLINE_ENTRIES) return { head: encodePage(membership), pages: [] }
  const pageBits = Math.max(0, Math.ceil(Math.log2(entries / MAX_PAGE_ENTRIES)))
  const filter = makeFilter(membership.hashes)
  const head = new Uint32Array(HEAD_WORDS + filter.length)
  head.set([FILTER_MARK, pageBits, entries, 0])
  head.set(filter, HEAD_WORDS)
  const pages: Uint32Array[] = []
  let start = 0
  for (let page = 1; page <= 2 ** pageBits; page++) {
    const end = startOfPage(membership.hashes, page, { bits, pageBits })
    pages.push(encodePage(part(membership, start, end)))
    start = end
  }
  return { head, pages }
}

/** @returns the place of the first hash that is on this page or a later one */
function startOfPage(
  hashes: PackedHashes,
  page: number,
  { bits, pageBits }: { readonly bits: number; readonly pageBits: number },
): number {
  const shard = shardOf(hashes[1] ?? 0, bits)
  return placeOf(hashes, 0, shard * 2 ** (32 - bits) + page * 2 ** (32 - bits - pageBits))
}

/** @returns the entries between two places */
export function part({ hashes, combinationOf, combinations }: Membership, start: number, end: number): Membership {
  const ofPart = combinationOf?.subarray(start / 2, end / 2) ?? null
  return { hashes: hashes.subarray(start, end), combinationOf: ofPart, combinations }
}

/**
 * Head: mark, entries, words of the table, number of combinations. Then the table (each combination: its size, its lists), the
 * hashes, and a combination's number for each, two to a word, unless all have the same.
 */
function encodePage({ hashes, combinationOf, combinations }: Membership): Uint32Array {
  const entries = hashes.length / 2
  const table = combinations.flatMap((lists) => [lists.length, ...lists])
  const ofWords = combinationOf === null ? 0 : Math.ceil(entries / 2)
  const page = new Uint32Array(HEAD_WORDS + table.length + hashes.length + ofWords)
  page.set([PAGE_MARK, entries, table.length, combinations.length])
  page.set(table, HEAD_WORDS)
  page.set(hashes, HEAD_WORDS + table.length)
  if (combinationOf !== null) {
    const start = HEAD_WORDS + table.length + hashes.length
    new Uint16Array(page.buffer, start * 4, entries).set(combinationOf)
  }
  return page
}

export type ShardAnswer =
  | { readonly kind: 'lists'; readonly listNumbers: readonly number[] }
  /** The filter cannot say no: this page can. */
  | { readonly kind: 'page'; readonly page: number }

const ON_NO_LIST: ShardAnswer = { kind: 'lists', listNumbers: [] }

/**
 * Asks a shard's head about a hash.
 *
 * @throws where the document is none of ours
 */
export function askShard(head: Uint32Array, bits: number, low: number, high: number): ShardAnswer {
  if (head[0] === PAGE_MARK) return { kind: 'lists', listNumbers: askPage(head, low, high) }
  if (head[0] !== FILTER_MARK) throw new Error('not a shard of a suppression index')
  if (!mayHold(head.subarray(HEAD_WORDS), low, high)) return ON_NO_LIST
  const pageBits = head[1] ?? 0
  return { kind: 'page', page: pageBits === 0 ? 0 : (high << bits) >>> (32 - pageBits) }
}

/** @returns the numbers of the lists that the hash is on */
export function askPage(page: Uint32Array, low: number, high: number): readonly number[] {
  if (page[0] !== PAGE_MARK) throw new Error('not a page of a suppression index')
  const [entries = 0, tableWords = 0, combinations = 0] = page.subarray(1, HEAD_WORDS)
  const start = HEAD_WORDS + tableWords
  const hashes = page.subarray(start, start + 2 * entries)
  const at = placeOf(hashes, low, high)
  if (at >= hashes.length || hashes[at] !== low || hashes[at + 1] !== high) return []
  const place = page.byteOffset + (start + 2 * entries) * 4
  const of = combinations === 1 ? 0 : (new Uint16Array(page.buffer, place, entries)[at / 2] ?? 0)
  return combination(page.subarray(HEAD_WORDS, start), of)
}

function combination(table: Uint32Array, wanted: number): readonly number[] {
  let at = 0
  for (let count = 0; count < wanted; count++) at += 1 + (table[at] ?? 0)
  return [...table.subarray(at + 1, at + 1 + (table[at] ?? 0))]
}
