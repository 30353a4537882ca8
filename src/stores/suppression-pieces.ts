/**
 * Packed hashes on their way into the database and back: as hexadecimal, since bytes would travel as a list of numbers, at
 * twice the size.
 */
import { Buffer } from 'node:buffer'
import type { BucketHashes } from '../core/suppression/bucket'
import type { PackedHashes } from '../core/suppression/packed'

/** A value is at most 2 MB. */
const MAX_JSON_CHARS = 1_500_000
/** A row is at most 2 MB; 64 K hashes are 512 KB, and twice that on their way. */
const MAX_PIECE_ENTRIES = 65_536

/** @returns JSON arrays of [bucket, part, entries, hashes], as few as fit into D1's limit for a value */
export function piecesJson(buckets: readonly BucketHashes[]): readonly string[] {
  const pieces = buckets.flatMap(({ bucket, hashes }) =>
    partsOf(hashes).map((part, index) => `[${bucket},${index},${part.length / 2},"${toHex(part)}"]`),
  )
  return jsonArrays(pieces)
}

/** @param values JSON already @returns JSON arrays of them, as few as fit into D1's limit for a value */
export function jsonArrays(values: readonly string[]): readonly string[] {
  const arrays: string[] = []
  let open: string[] = []
  let chars = 0
  for (const value of values) {
    if (open.length > 0 && chars + value.length > MAX_JSON_CHARS) {
      arrays.push(`[${open.join()}]`)
      open = []
      chars = 0
    }
    open.push(value)
    chars += value.length + 1
  }
  if (open.length > 0) arrays.push(`[${open.join()}]`)
  return arrays
}

/** @returns the hashes in parts that one row holds each */
export function partsOf(hashes: PackedHashes): readonly PackedHashes[] {
  const parts: PackedHashes[] = []
  for (let start = 0; start < hashes.length; start += 2 * MAX_PIECE_ENTRIES) {
    parts.push(hashes.subarray(start, start + 2 * MAX_PIECE_ENTRIES))
  }
  return parts
}

export function toHex(hashes: PackedHashes): string {
  return Buffer.from(hashes.buffer, hashes.byteOffset, hashes.byteLength).toString('hex')
}

/** @throws where the text is no packed hashes: a damaged row */
export function fromHex(hex: string): PackedHashes {
  const words = new Uint32Array(hex.length / 8)
  const written = Buffer.from(words.buffer).write(hex, 'hex')
  if (hex.length % 16 !== 0 || written !== hex.length / 2) throw new Error('not packed hashes')
  return words
}
