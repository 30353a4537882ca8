/**
 * Removes shards of earlier versions from KV, once no edge can still hold a header that names them. To be called while no build
 * is under way: what a killed one left behind goes too.
 */
import {
  groupBits,
  type IndexHeader,
  parseShardKey,
  type ShardName,
  shardKeyPrefix,
} from '../contracts/suppression-index'

/** Far longer than any header is held. */
const KEPT_MS = 60 * 60 * 1_000
/** Below the thousand calls to the platform that an invocation has. */
const MAX_DELETES = 500
const DELETES_AT_ONCE = 5
const MAX_PAGES = 100
const SOON_MS = 1_000

export interface GarbageParts {
  readonly kv: KVNamespace
  readonly tenantId: string
  readonly header: IndexHeader
  readonly now: number
}

/** @returns when there will be more to remove: ms from now, or null where nothing is left */
export async function collectShards({ kv, tenantId, header, now }: GarbageParts): Promise<number | null> {
  const removable: string[] = []
  let isSomethingYoung = false
  let cursor: string | null = null
  for (let page = 0; page < MAX_PAGES && removable.length < MAX_DELETES; page++) {
    const listed: KVNamespaceListResult<unknown> = await kv.list({ prefix: shardKeyPrefix(tenantId), cursor })
    for (const { name } of listed.keys) {
      const since = outOfForceSince(parseShardKey(tenantId, name), header)
      if (since === null) continue
      if (now - since > KEPT_MS) removable.push(name)
      else isSomethingYoung = true
    }
    if (listed.list_complete) break
    cursor = listed.cursor
  }
  const removed = removable.slice(0, MAX_DELETES)
  for (let at = 0; at < removed.length; at += DELETES_AT_ONCE) {
    await Promise.all(removed.slice(at, at + DELETES_AT_ONCE).map((key) => kv.delete(key)))
  }
  if (removed.length === MAX_DELETES) return SOON_MS
  return isSomethingYoung ? KEPT_MS : null
}

/** @returns since when a newer shard is in its place, or null where it is in force, or none of ours */
function outOfForceSince(shard: ShardName | null, header: IndexHeader): number | null {
  if (shard === null) return null
  const ownGroups = groupBits(shard.bits)
  const groups = groupBits(header.bits)
  const leading = Math.floor(shard.shard / 2 ** (shard.bits - ownGroups))
  const group = ownGroups >= groups ? leading >> (ownGroups - groups) : leading << (groups - ownGroups)
  const inForce = header.versions[group] ?? header.version
  if (shard.version === inForce && shard.bits === header.bits) return null
  return Math.max(shard.version, inForce)
}
