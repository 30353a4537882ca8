/**
 * A tenant's suppression index as it stands in KV: one small header, and the shards that it names. A shard never changes
 * under its key; a new one has a new version, and the header says which is in force.
 */

export const INDEX_SCHEMA = 1

/** Buckets of storage, by the leading eight bits of a hash. */
export const BUCKETS = 256
export const BUCKET_BITS = 8

export interface IndexHeader {
  readonly schema: typeof INDEX_SCHEMA
  /** When its build began, ms since 1970; a later header is newer. */
  readonly version: number
  /** How many leading bits of a hash choose its shard. */
  readonly bits: number
  /** In which version each group of shards was built last: the leading eight bits choose the group, or fewer if there are fewer shards. */
  readonly versions: readonly number[]
  /** By list id; a list that is not here has no entries. */
  readonly lists: { readonly [listId: string]: { readonly number: number; readonly kinds: number } }
}

/** What the database knows of the index that is in force. */
export interface IndexState {
  readonly header: IndexHeader
  /** Entries by bucket; one that is on two lists counts once. */
  readonly counts: readonly number[]
  /** Milliseconds since 1970. */
  readonly publishedAt: number
  readonly buildMs: number
}

/** A build under way. */
export interface RunState {
  readonly version: number
  readonly bits: number
  /** The last change that it serves. */
  readonly throughSequence: number
  /** Groups that are still to be built. */
  readonly groups: readonly number[]
  /** Every group that it builds. */
  readonly all: readonly number[]
  /** Entries by bucket, as far as they were counted anew. */
  readonly counts: { readonly [bucket: string]: number }
}

/** @returns how many groups of shards there are: one version each */
export function groupBits(bits: number): number {
  return Math.min(bits, BUCKET_BITS)
}

/** @returns the KV key of a tenant's header */
export function indexHeaderKey(tenantId: string): string {
  return `suppression:${tenantId}`
}

/** All shards of a tenant, of every version, begin with it. */
export function shardKeyPrefix(tenantId: string): string {
  return `suppression-shard:${tenantId}:`
}

export interface ShardName {
  readonly version: number
  readonly bits: number
  readonly shard: number
}

/** @param page null for the shard's head */
export function shardKey(tenantId: string, { version, bits, shard }: ShardName, page: number | null): string {
  const name = `${shardKeyPrefix(tenantId)}${version.toString(36)}.${bits}.${shard}`
  return page === null ? name : `${name}.${page}`
}

/** @returns the shard that a key names, or null where it is no key of a shard of this tenant */
export function parseShardKey(tenantId: string, key: string): ShardName | null {
  const prefix = shardKeyPrefix(tenantId)
  const match = key.startsWith(prefix) ? /^([0-9a-z]+)\.(\d+)\.(\d+)(?:\.\d+)?$/.exec(key.slice(prefix.length)) : null
  if (match === null) return null
  const [, version = '', bits, shard] = match
  return { version: Number.parseInt(version, 36), bits: Number(bits), shard: Number(shard) }
}

/** Builds one tenant's index, a slice at a time. */
export interface SuppressionBuilderRpc {
  /** There is something to build; returns at once. */
  wake(tenantId: string): Promise<void>
}
