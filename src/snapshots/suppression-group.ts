/** One group of shards: its entries are put together from the database and written to KV. Doing it again changes nothing. */
import { BUCKETS, groupBits, type RunState, shardKey } from '../contracts/suppression-index'
import { foldPieces, joinBuckets, splitByBucket } from '../core/suppression/bucket'
import { type Membership, mergeLists } from '../core/suppression/membership'
import { countOf, type PackedHashes, placeOf } from '../core/suppression/packed'
import { encodeShard, part } from '../core/suppression/shard'
import type { Compacted, StoredPiece, SuppressionIndexStore } from '../stores/suppression-index-store'

export interface GroupParts {
  readonly kv: KVNamespace
  readonly store: SuppressionIndexStore
  readonly tenantId: string
  readonly run: Pick<RunState, 'version' | 'bits'>
  readonly group: number
}

/** An invocation has six connections. */
const WRITES_AT_ONCE = 5

/** @returns how many entries each of the group's buckets has */
export async function buildGroup(parts: GroupParts): Promise<RunState['counts']> {
  const { store, run, group } = parts
  const bucketsEach = BUCKETS >> groupBits(run.bits)
  const fromBucket = group * bucketsEach
  const toBucket = fromBucket + bucketsEach - 1
  const folded = fold(await store.pieces(fromBucket, toBucket))
  await store.compact(fromBucket, toBucket, folded.filter(isScattered))
  const lists = folded.map(({ pieces, hashes }) => ({ listNumber: pieces[0]?.listNumber ?? 0, hashes }))
  const membership = mergeLists(joinBuckets(lists))
  await writeShards(parts, membership)
  return countBuckets(membership.hashes, fromBucket, toBucket)
}

/** @param pieces by bucket and list @returns what each list holds in each bucket */
function fold(pieces: readonly StoredPiece[]): readonly Compacted[] {
  const groups = Map.groupBy(pieces, ({ bucket, listNumber }) => bucket * 65_536 + listNumber)
  return [...groups.values()].map((own) => ({ pieces: own, hashes: foldPieces(own) }))
}

/** Whether it came in more than one go, or lost something. */
function isScattered({ pieces }: Compacted): boolean {
  return pieces.some(({ effect, sequence }) => effect === 'remove' || sequence !== pieces[0]?.sequence)
}

async function writeShards(parts: GroupParts, membership: Membership): Promise<void> {
  const { tenantId, group, kv } = parts
  const { bits, version } = parts.run
  const shardsEach = 2 ** (bits - groupBits(bits))
  const { hashes } = membership
  let start = 0
  for (let shard = group * shardsEach; shard < (group + 1) * shardsEach; shard++) {
    const end = bits === 0 ? hashes.length : placeOf(hashes, 0, (shard + 1) * 2 ** (32 - bits))
    const { head, pages } = encodeShard(part(membership, start, end), bits)
    start = end
    const name = { version, bits, shard }
    const documents: (readonly [string, Uint32Array])[] = [
      ...pages.map((page, index) => [shardKey(tenantId, name, index), page] as const),
      [shardKey(tenantId, name, null), head],
    ]
    for (let at = 0; at < documents.length; at += WRITES_AT_ONCE) {
      const some = documents.slice(at, at + WRITES_AT_ONCE)
      await Promise.all(some.map(([key, words]) => kv.put(key, bytesOf(words))))
    }
  }
}

function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength)
}

function countBuckets(hashes: PackedHashes, fromBucket: number, toBucket: number): RunState['counts'] {
  const counts: Record<string, number> = {}
  for (let bucket = fromBucket; bucket <= toBucket; bucket++) counts[bucket] = 0
  for (const own of splitByBucket(hashes)) counts[own.bucket] = countOf(own.hashes)
  return counts
}
