/**
 * Builds the suppression index of one tenant and publishes it, a slice at a time: whoever drives it calls again until there is
 * nothing left, and a build that was killed goes on from the groups of shards that it had not written.
 *
 * Only what changed is built anew. Shards are written under a version of their own and are in force once the header names
 * them; the database forgets a change after that and not before. One builder a tenant: two would waste work, and the older
 * header could have the last word.
 */
import {
  BUCKET_BITS,
  BUCKETS,
  groupBits,
  INDEX_SCHEMA,
  type IndexHeader,
  type IndexState,
  indexHeaderKey,
  type RunState,
} from '../contracts/suppression-index'
import { shardBits, shardOf } from '../core/suppression/shard'
import type { PendingChanges, SuppressionIndexStore } from '../stores/suppression-index-store'
import { collectShards } from './suppression-garbage'
import { buildGroup } from './suppression-group'

export interface BuilderParts {
  readonly kv: KVNamespace
  readonly now: () => number
  readonly index: (tenantId: string) => SuppressionIndexStore
  /** Told of every header once it stands. */
  readonly onPublished: (tenantId: string, header: IndexHeader) => void
}

/** When to call again: ms from now, or null where there is nothing to wait for. */
export type NextCall = number | null

/** An invocation has a thousand calls to the platform, and a group takes a dozen. */
const MAX_GROUPS_A_CALL = 50
const MAX_MS_A_CALL = 10_000
const SOON_MS = 50
/** While entries keep coming, a build waits for them, up to a limit: so long, or so many times as long as the last one took. */
const RECEIVING_MS = 10_000
const MAX_WAIT_MS = 60_000
const MAX_WAIT_BUILDS = 4
const WAIT_MS = 500
/** KV takes one write a second for a key. */
const HEADER_PAUSE_MS = 1_100
const DAY_MS = 24 * 60 * 60 * 1_000

export class SuppressionBuilder {
  readonly #parts: BuilderParts

  constructor(parts: BuilderParts) {
    this.#parts = parts
  }

  async build(tenantId: string): Promise<NextCall> {
    const store = this.#parts.index(tenantId)
    const { state, run: unfinished } = await store.progress()
    const run = unfinished ?? (await this.#begin(store, state))
    if (run === null) return this.#tidy(tenantId, store, state)
    if (typeof run === 'number') return run
    const built = await this.#buildGroups(tenantId, store, run)
    if (built.groups.length > 0) return SOON_MS
    await this.#publish(tenantId, store, built, state)
    return SOON_MS
  }

  /** @returns the new run, when to ask again, or null where nothing has changed */
  async #begin(store: SuppressionIndexStore, state: IndexState | null): Promise<RunState | NextCall> {
    const pending = await store.pending()
    if (pending === null) return null
    const now = this.#parts.now()
    const sinceLast = now - (state?.publishedAt ?? 0)
    if (sinceLast < HEADER_PAUSE_MS) return HEADER_PAUSE_MS - Math.max(0, sinceLast)
    const longestWait = Math.max(MAX_WAIT_MS, MAX_WAIT_BUILDS * (state?.buildMs ?? 0))
    const isWaitedFor = now - Date.parse(pending.oldestAt) < longestWait
    if (isWaitedFor && (await store.isReceiving(new Date(now - RECEIVING_MS).toISOString()))) return WAIT_MS
    const run = plan(pending, state, now)
    await store.saveRun(run)
    return run
  }

  async #buildGroups(tenantId: string, store: SuppressionIndexStore, run: RunState): Promise<RunState> {
    const { kv, now } = this.#parts
    const endsAt = now() + MAX_MS_A_CALL
    let current = run
    for (let count = 0; count < MAX_GROUPS_A_CALL && now() < endsAt; count++) {
      const [group, ...groups] = current.groups
      if (group === undefined) break
      const counts = await buildGroup({ kv, store, tenantId, run, group })
      current = { ...current, groups, counts: { ...current.counts, ...counts } }
      await store.saveRun(current)
    }
    return current
  }

  async #publish(
    tenantId: string,
    store: SuppressionIndexStore,
    run: RunState,
    state: IndexState | null,
  ): Promise<void> {
    const lists = (await store.lists()).map(({ id, number, kinds }) => [id, { number, kinds }] as const)
    const header: IndexHeader = {
      schema: INDEX_SCHEMA,
      version: run.version,
      bits: run.bits,
      versions: versionsAfter(run, state),
      lists: Object.fromEntries(lists),
    }
    await this.#parts.kv.put(indexHeaderKey(tenantId), JSON.stringify(header))
    const counts = Array.from({ length: BUCKETS }, (_, bucket) => run.counts[bucket] ?? state?.counts[bucket] ?? 0)
    const publishedAt = this.#parts.now()
    await store.finish(run, { header, counts, publishedAt, buildMs: publishedAt - run.version })
    this.#parts.onPublished(tenantId, header)
  }

  /** Removes what is in force no more. */
  async #tidy(tenantId: string, store: SuppressionIndexStore, state: IndexState | null): Promise<NextCall> {
    if (state === null) return null
    const { kv, now } = this.#parts
    await store.dropAbandoned(new Date(now() - DAY_MS).toISOString())
    return collectShards({ kv, tenantId, header: state.header, now: now() })
  }
}

function plan(pending: PendingChanges, state: IndexState | null, now: number): RunState {
  const entries = (state?.counts ?? []).reduce((sum, count) => sum + count, 0) + pending.entries
  const bits = shardBits(entries, state?.header.bits ?? 0)
  const everything = state === null || state.header.bits !== bits
  const changed = [...pending.buckets].map((bucket) => shardOf(bucket * 2 ** (32 - BUCKET_BITS), groupBits(bits)))
  const all = everything ? Array.from({ length: 2 ** groupBits(bits) }, (_, group) => group) : [...new Set(changed)]
  all.sort((left, right) => left - right)
  // Later than the header before, whatever the clock says.
  const version = Math.max(now, (state?.header.version ?? 0) + 1)
  return { version, bits, throughSequence: pending.throughSequence, groups: all, all, counts: {} }
}

function versionsAfter(run: RunState, state: IndexState | null): readonly number[] {
  const built = new Set(run.all)
  return Array.from({ length: 2 ** groupBits(run.bits) }, (_, group) => {
    const kept = built.has(group) ? undefined : state?.header.versions[group]
    return kept ?? run.version
  })
}
