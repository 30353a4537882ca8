/**
 * The compiled configuration as an isolate sees it: held in memory for seconds, read from KV otherwise.
 *
 * How old an answer can be: KV itself may be CACHE_TTL_SECONDS behind, memory at most MAX_STALE_MS more; both together are
 * the 60 s of the contract. What this isolate published itself is known at once, and for PIN_MS no older version that KV
 * still hands out takes its place.
 */
import {
  type CampaignSnapshot,
  type CredentialSnapshot,
  campaignSnapshotKey,
  credentialSnapshotKey,
  oauthClientSnapshotKey,
  SNAPSHOT_SCHEMA,
  type SupplierCampaignsSnapshot,
  supplierCampaignsSnapshotKey,
} from '../contracts/snapshot'
import { SnapshotMemory } from './memory'

const CACHE_TTL_SECONDS = 30
/** Younger than this is taken as it is. */
const FRESH_MS = 5_000
/** Up to this age it is answered at once and read again behind the answer. */
const MAX_STALE_MS = 30_000
/** How long an absent document is taken for absent: short, since the next call may come for what was just made. */
const ABSENT_MS = 2_000
const PIN_MS = 60_000
/** A read that another request began may have died with that request; whoever waits longer reads for itself. */
const MAX_WAIT_MS = 1_000

export interface ReaderParts {
  readonly kv: KVNamespace
  readonly now: () => number
  /** Keeps work alive behind an answer: `waitUntil`. */
  readonly keepAlive: (work: Promise<unknown>) => void
}

type Document = CampaignSnapshot | CredentialSnapshot | SupplierCampaignsSnapshot

export class KvSnapshotReader {
  readonly #parts: ReaderParts
  readonly #memory = new SnapshotMemory<Document>()
  readonly #flights = new Map<string, Promise<Document | null>>()

  constructor(parts: ReaderParts) {
    this.#parts = parts
  }

  /** @returns null where there is no such campaign, or it is archived */
  async campaign(campaignId: string): Promise<CampaignSnapshot | null> {
    return (await this.#get(campaignSnapshotKey(campaignId))) as CampaignSnapshot | null
  }

  /** @returns null where nothing was published of the supplier */
  async supplierCampaigns(supplierId: string): Promise<SupplierCampaignsSnapshot | null> {
    return (await this.#get(supplierCampaignsSnapshotKey(supplierId))) as SupplierCampaignsSnapshot | null
  }

  /** @param hash SHA-256 of an API key, hex */
  async credential(hash: string): Promise<CredentialSnapshot | null> {
    return (await this.#get(credentialSnapshotKey(hash))) as CredentialSnapshot | null
  }

  async oauthClient(clientId: string): Promise<CredentialSnapshot | null> {
    return (await this.#get(oauthClientSnapshotKey(clientId))) as CredentialSnapshot | null
  }

  /** Takes what this isolate has just published. @param text the document, or null where it was removed */
  published(key: string, text: string | null): void {
    const now = this.#parts.now()
    this.#memory.put(key, { document: parseDocument(text), text, readAt: now, pinnedUntil: now + PIN_MS })
    // A read that began before may bring the older document; it is not waited for any more.
    this.#flights.delete(key)
  }

  async #get(key: string): Promise<Document | null> {
    // KV refuses such a key, and nothing was ever published under one.
    if (!key.isWellFormed()) return null
    const entry = this.#memory.get(key)
    if (entry === undefined) return this.#wait(key)
    const age = this.#parts.now() - entry.readAt
    if (age < (entry.document === null ? ABSENT_MS : FRESH_MS)) return entry.document
    if (entry.document === null || age >= MAX_STALE_MS) return this.#wait(key)
    this.#parts.keepAlive(this.#read(key).catch(() => undefined))
    return entry.document
  }

  /** Waits for a read of the key, for one that is under way if there is. */
  async #wait(key: string): Promise<Document | null> {
    const flight = this.#flights.get(key)
    if (flight === undefined) return this.#read(key)
    let timer: ReturnType<typeof setTimeout> | undefined
    const tooLong = new Promise<'too_long'>((resolve) => {
      timer = setTimeout(() => resolve('too_long'), MAX_WAIT_MS)
    })
    const outcome = await Promise.race([flight, tooLong])
    clearTimeout(timer)
    if (outcome !== 'too_long') return outcome
    if (this.#flights.get(key) === flight) this.#flights.delete(key)
    return this.#wait(key)
  }

  #read(key: string): Promise<Document | null> {
    const running = this.#flights.get(key)
    if (running !== undefined) return running
    const flight = this.#fetch(key).finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
    })
    this.#flights.set(key, flight)
    return flight
  }

  async #fetch(key: string): Promise<Document | null> {
    const readAt = this.#parts.now()
    const text = await this.#parts.kv.get(key, { type: 'text', cacheTtl: CACHE_TTL_SECONDS })
    const held = this.#memory.get(key)
    if (held !== undefined && held.text === text) {
      this.#memory.put(key, { ...held, readAt })
      return held.document
    }
    const document = parseDocument(text)
    if (held !== undefined && readAt < held.pinnedUntil && !isNewer(document, held.document)) {
      this.#memory.put(key, { ...held, readAt })
      return held.document
    }
    this.#memory.put(key, { document, text, readAt, pinnedUntil: 0 })
    return document
  }
}

/** @returns null for what is absent, or was written by another schema: the cron publishes it anew */
function parseDocument(text: string | null): Document | null {
  if (text === null) return null
  const document = JSON.parse(text) as Document
  return document.schema === SNAPSHOT_SCHEMA ? document : null
}

/** Whether what was read from KV is later than what was published here. */
function isNewer(read: Document | null, held: Document | null): boolean {
  if (read === null || held === null) return false
  if ('campaign' in read && 'campaign' in held) return read.campaign.version > held.campaign.version
  // Revocations are never taken back, so that whoever knows of one knows more.
  return 'keyId' in read && 'keyId' in held && isMoreRevoked(read, held)
}

function isMoreRevoked(read: CredentialSnapshot, held: CredentialSnapshot): boolean {
  const heldTokens = held.oauth?.revokedTokens ?? []
  return (
    (read.revoked && !held.revoked) || (read.oauth?.revokedTokens ?? []).some((token) => !heldTokens.includes(token))
  )
}
