/**
 * Which suppression lists a lead is on, as the edge knows it.
 *
 * A contact is hashed, its hash names a shard, and the shard's filter is in memory: a lead on no list costs no read once its
 * shard was met. Only where the filter cannot say no is one page read. Both keep their size with any number of entries.
 */
import { groupBits, type IndexHeader, shardKey } from '../contracts/suppression-index'
import type { Contact } from '../core/suppression/contact'
import { askPage, askShard, shardOf } from '../core/suppression/shard'
import type { EntryHash, SuppressionHash } from '../security/suppression-hash'
import { ByteCache } from './byte-cache'
import { SingleFlight } from './single-flight'
import { type HeaderParts, SuppressionHeaders } from './suppression-headers'

/** A shard never changes under its key. */
const CACHE_TTL_SECONDS = 24 * 60 * 60
/** A shard's head, and a page of it. */
const MAX_READS = 2
/** Filters of some eighteen million entries, far below the 128 MB that an isolate has for everything. */
const MAX_BYTES = 32_000_000

export interface ReaderParts extends HeaderParts {
  readonly hash: SuppressionHash
}

export interface SuppressionQuestion {
  readonly tenantId: string
  /** The lists that matter. */
  readonly listIds: readonly string[]
  readonly contacts: readonly Contact[]
}

type Sought =
  | { readonly kind: 'lists'; readonly listNumbers: readonly number[] }
  | { readonly kind: 'missing'; readonly key: string }

export class SuppressionReader {
  readonly #parts: ReaderParts
  readonly #headers: SuppressionHeaders
  readonly #documents = new ByteCache<Uint32Array>(MAX_BYTES)
  readonly #flights = new SingleFlight<Uint32Array | null>()

  constructor(parts: ReaderParts) {
    this.#parts = parts
    this.#headers = new SuppressionHeaders(parts)
  }

  /** @returns those of the lists that the lead is on */
  async lookup({ tenantId, listIds, contacts }: SuppressionQuestion): Promise<ReadonlySet<string>> {
    const header = await this.#headers.get(tenantId)
    if (header === null) return new Set()
    const wanted = new Map<number, string>()
    let kinds = 0
    for (const id of listIds) {
      const list = Object.hasOwn(header.lists, id) ? header.lists[id] : undefined
      if (list === undefined) continue
      wanted.set(list.number, id)
      kinds |= list.kinds
    }
    if (wanted.size === 0) return new Set()
    const hashes = await Promise.all(contacts.map((contact) => this.#parts.hash.ofContact(tenantId, contact, kinds)))
    const found = hashes.flat().map((hash) => {
      const sought = this.#seek(tenantId, header, hash)
      return sought.kind === 'lists' ? sought.listNumbers : this.#listsOf(tenantId, header, hash)
    })
    return new Set((await Promise.all(found)).flat().flatMap((number) => wanted.get(number) ?? []))
  }

  /** Takes what this isolate has just published. */
  published(tenantId: string, header: IndexHeader): void {
    this.#headers.published(tenantId, header)
  }

  /** Bytes held of filters and pages. */
  get bytes(): number {
    return this.#documents.bytes
  }

  /**
   * A shard that the header names may not have reached this place yet, or be gone since the header was read: the newest header
   * is asked, then the one before.
   *
   * @throws where none of them leads to a shard: nobody may be called because the index could not be read
   */
  async #listsOf(tenantId: string, header: IndexHeader, hash: EntryHash): Promise<readonly number[]> {
    const first = await this.#ask(tenantId, header, hash)
    if (first !== null) return first
    const newest = await this.#headers.refresh(tenantId)
    for (const other of [newest, this.#headers.previous(tenantId)]) {
      const lists = other === null ? null : await this.#ask(tenantId, other, hash)
      if (lists !== null) return lists
    }
    throw new Error('the suppression index is incomplete here')
  }

  /** @returns the numbers of the lists, or null where a document is missing */
  async #ask(tenantId: string, header: IndexHeader, hash: EntryHash): Promise<readonly number[] | null> {
    for (let reads = 0; reads <= MAX_READS; reads++) {
      const sought = this.#seek(tenantId, header, hash)
      if (sought.kind === 'lists') return sought.listNumbers
      if ((await this.#read(sought.key)) === null) return null
    }
    throw new Error('the suppression index does not fit into memory')
  }

  /** Looks into what is in memory, without a turn of the event loop. @returns the lists, or what must be read to know them */
  #seek(tenantId: string, header: IndexHeader, { low, high }: EntryHash): Sought {
    const { bits } = header
    const version = header.versions[shardOf(high, groupBits(bits))]
    if (version === undefined) throw new Error('the suppression index names no version')
    const name = { version, bits, shard: shardOf(high, bits) }
    const key = shardKey(tenantId, name, null)
    const head = this.#documents.get(key)
    if (head === undefined) return { kind: 'missing', key }
    const answer = askShard(head, bits, low, high)
    if (answer.kind === 'lists') return answer
    const pageKey = shardKey(tenantId, name, answer.page)
    const page = this.#documents.get(pageKey)
    if (page === undefined) return { kind: 'missing', key: pageKey }
    return { kind: 'lists', listNumbers: askPage(page, low, high) }
  }

  #read(key: string): Promise<Uint32Array | null> {
    return this.#flights.get(key, async () => {
      const bytes = await this.#parts.kv.get(key, { type: 'arrayBuffer', cacheTtl: CACHE_TTL_SECONDS })
      if (bytes === null) return null
      const document = new Uint32Array(bytes)
      this.#documents.put(key, document)
      return document
    })
  }
}
