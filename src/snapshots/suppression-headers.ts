/**
 * The headers of suppression indexes as an isolate sees them: held for seconds, read from KV otherwise.
 *
 * How old an answer can be: KV may be CACHE_TTL_SECONDS behind, memory at most MAX_STALE_MS more; both together are the 60 s
 * of the contract. What this isolate published itself is known at once, and no older header takes its place.
 */
import { INDEX_SCHEMA, type IndexHeader, indexHeaderKey } from '../contracts/suppression-index'
import { SingleFlight } from './single-flight'

const CACHE_TTL_SECONDS = 30
/** Younger than this is taken as it is. */
const FRESH_MS = 5_000
/** Up to this age it is answered at once and read again behind the answer. */
const MAX_STALE_MS = 30_000
const MAX_HEADERS = 1_000

export interface HeaderParts {
  readonly kv: KVNamespace
  readonly now: () => number
  /** Keeps work alive behind an answer: `waitUntil`. */
  readonly keepAlive: (work: Promise<unknown>) => void
}

interface Held {
  /** Null where the tenant has no index. */
  readonly header: IndexHeader | null
  /** The one in force before, whose shards are still there. */
  readonly previous: IndexHeader | null
  readonly readAt: number
}

export class SuppressionHeaders {
  readonly #parts: HeaderParts
  readonly #held = new Map<string, Held>()
  readonly #flights = new SingleFlight<Held>()

  constructor(parts: HeaderParts) {
    this.#parts = parts
  }

  /** @returns null where the tenant has no index */
  async get(tenantId: string): Promise<IndexHeader | null> {
    const held = this.#held.get(tenantId)
    const age = held === undefined ? Number.POSITIVE_INFINITY : this.#parts.now() - held.readAt
    if (held === undefined || age >= MAX_STALE_MS) return (await this.#read(tenantId)).header
    if (age >= FRESH_MS) this.#parts.keepAlive(this.#read(tenantId).catch(() => undefined))
    return held.header
  }

  /** For a reader that did not find a shard which the header names. */
  previous(tenantId: string): IndexHeader | null {
    return this.#held.get(tenantId)?.previous ?? null
  }

  /** Reads the header anew, whatever is held. */
  async refresh(tenantId: string): Promise<IndexHeader | null> {
    return (await this.#read(tenantId)).header
  }

  /** Takes what this isolate has just published. */
  published(tenantId: string, header: IndexHeader): void {
    this.#take(tenantId, header, this.#parts.now())
  }

  #read(tenantId: string): Promise<Held> {
    return this.#flights.get(tenantId, async () => {
      const readAt = this.#parts.now()
      const options = { type: 'json', cacheTtl: CACHE_TTL_SECONDS } as const
      const header = await this.#parts.kv.get<IndexHeader>(indexHeaderKey(tenantId), options)
      return this.#take(tenantId, header?.schema === INDEX_SCHEMA ? header : null, readAt)
    })
  }

  #take(tenantId: string, header: IndexHeader | null, readAt: number): Held {
    const held = this.#held.get(tenantId)
    const known = held?.header ?? null
    const isNewer = known === null || (header !== null && header.version > known.version)
    const next = isNewer
      ? { header, previous: known ?? held?.previous ?? null, readAt }
      : { header: known, previous: held?.previous ?? null, readAt }
    this.#held.delete(tenantId)
    this.#held.set(tenantId, next)
    const [oldest] = this.#held.keys()
    if (this.#held.size > MAX_HEADERS && oldest !== undefined) this.#held.delete(oldest)
    return next
  }
}
