/**
 * Takes changes of the configuration to KV and to the objects that decide by it.
 *
 * The publish row is the order to do so and is removed last: whatever fails or dies before leaves it to the cron. Two
 * publishers of one campaign may overtake each other, so a document counts as published only once the database, read again
 * after the write, still says the same.
 */

import type { AccountConfiguration } from '../contracts/buyer-account'
import type { ContractCompiler } from '../contracts/contract-compiler'
import {
  campaignSnapshotKey,
  credentialSnapshotKey,
  oauthClientSnapshotKey,
  SNAPSHOT_SCHEMA,
  type SupplierCampaignsSnapshot,
  supplierCampaignsSnapshotKey,
} from '../contracts/snapshot'
import type { GateConfiguration } from '../contracts/supplier-gate'
import { unreachable } from '../core/assert'
import { ACCESS_TOKEN_LIFE_MS } from '../security/access-tokens'
import type { ApiKeyRow } from '../stores/api-key-store'
import type { PublishQueue } from '../stores/publish-queue'
import type { PublishRow } from '../stores/publish-store'
import type { TenantStores } from '../stores/tenant-stores'
import { compileCampaign } from './compile'
import { compileAccount } from './compile-account'
import { compileCredential, compileOAuthClient, MAX_REVOKED_TOKENS } from './compile-credential'
import { compileGate } from './compile-gate'

export interface PublisherParts {
  readonly kv: KVNamespace
  readonly queue: PublishQueue
  readonly stores: (tenantId: string) => TenantStores
  readonly compiler: Pick<ContractCompiler, 'resolve' | 'fieldsRead'>
  readonly configureGate: (tenantId: string, supplierId: string, configuration: GateConfiguration) => Promise<void>
  readonly configureAccount: (tenantId: string, buyerId: string, configuration: AccountConfiguration) => Promise<void>
  /** Told of every document once it stands; null where it was removed. */
  readonly onPublished: (key: string, text: string | null) => void
  /** Told of what was left to the cron, and why. */
  readonly onFailure: (subject: PublishSubject, error: unknown) => void
  readonly sleep: (ms: number) => Promise<void>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** What a publish row is about. */
export type PublishSubject = Pick<PublishRow, 'tenantId' | 'kind' | 'subjectId'>

/** One subject, and all the rows that are served by publishing it once. */
interface Job extends PublishSubject {
  readonly ids: string[]
}

interface KvDocument {
  readonly key: string
  /** Null removes the document. */
  readonly text: string | null
}

/** At four platform calls each, one invocation's thousand is never reached. */
const MAX_JOBS = 200
const JOBS_AT_ONCE = 4
const PAGE_ROWS = 200
const MAX_PAGES = 10
/** How often a document is written anew because the configuration changed meanwhile. */
const MAX_ROUNDS = 5
/** KV takes one write a second for a key and refuses the next. */
const KV_RETRY_MS = 1_100
const KV_TRIES = 3
/** Long after an end, every edge knows of it: publishing may have failed for a while. */
const ENDS_KEPT_MS = 7 * 24 * 60 * 60 * 1_000

export class SnapshotPublisher {
  readonly #parts: PublisherParts

  constructor(parts: PublisherParts) {
    this.#parts = parts
  }

  /** Publishes these rows as far as possible; what fails is reported and stays for the cron. */
  async publish(publishIds: readonly string[]): Promise<void> {
    await this.#run(jobsOf(await this.#parts.queue.byIds(publishIds)))
  }

  /** Publishes what was left behind, the oldest first. @returns how many rows were published */
  async publishLeftovers(): Promise<number> {
    const rows: PublishRow[] = []
    for (let page = 0; page < MAX_PAGES; page++) {
      const found = await this.#parts.queue.page(rows.at(-1)?.id ?? '', PAGE_ROWS)
      rows.push(...found)
      if (found.length < PAGE_ROWS) break
    }
    return await this.#run(jobsOf(rows))
  }

  /** @returns how many rows are done */
  async #run(jobs: readonly Job[]): Promise<number> {
    const waiting = jobs.slice(0, MAX_JOBS)
    const done: Job[] = []
    const work = async () => {
      for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
        try {
          await this.#publishOne(job)
          done.push(job)
        } catch (error) {
          this.#parts.onFailure(job, error)
        }
      }
    }
    await Promise.all(Array.from({ length: JOBS_AT_ONCE }, work))
    return await this.#forget(done)
  }

  async #forget(jobs: readonly Job[]): Promise<number> {
    const idsByTenant = Map.groupBy(jobs, ({ tenantId }) => tenantId)
    let count = 0
    for (const [tenantId, theirs] of idsByTenant) {
      const ids = theirs.flatMap((job) => job.ids)
      await this.#parts.stores(tenantId).publishes.remove(ids)
      count += ids.length
    }
    return count
  }

  async #publishOne({ tenantId, kind, subjectId }: PublishSubject): Promise<void> {
    const stores = this.#parts.stores(tenantId)
    switch (kind) {
      case 'campaign':
        return await this.#putNewest(() => this.#loadCampaign(stores, subjectId))
      case 'credential':
        return await this.#putNewest(() => loadCredential(stores, subjectId))
      case 'oauth_client':
        return await this.#putNewest(() => loadOAuthClient(stores, subjectId, this.#parts.now()))
      case 'supplier': {
        const supplier = await stores.suppliers.read(subjectId)
        if (supplier === null) return
        const links = await stores.sourceLinks.ofSupplier(subjectId)
        const since = new Date(this.#parts.now() - ENDS_KEPT_MS).toISOString()
        const ends = await stores.credentialEnds.ofSupplier(subjectId, since)
        return await this.#parts.configureGate(tenantId, subjectId, compileGate(supplier, links, ends))
      }
      case 'supplier_campaigns':
        return await this.#putNewest(() => loadSupplierCampaigns(stores, tenantId, subjectId))
      case 'buyer': {
        const buyer = await stores.buyers.read(subjectId)
        if (buyer === null) return
        const contracts = await stores.buyerContracts.ofBuyer(subjectId)
        return await this.#parts.configureAccount(tenantId, subjectId, compileAccount(buyer, contracts))
      }
      default:
        return unreachable(kind)
    }
  }

  /** Writes what the database says until it says the same after the write as before. */
  async #putNewest(load: () => Promise<KvDocument | null>): Promise<void> {
    let document = await load()
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (document === null) return
      await this.#put(document)
      const newest = await load()
      if (newest?.text === document.text) return this.#parts.onPublished(document.key, document.text)
      document = newest
    }
    throw new Error('the configuration changed faster than it could be published')
  }

  async #put({ key, text }: KvDocument): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await (text === null ? this.#parts.kv.delete(key) : this.#parts.kv.put(key, text))
      } catch (error) {
        if (tries >= KV_TRIES) throw error
        await this.#parts.sleep(KV_RETRY_MS)
      }
    }
  }

  async #loadCampaign(stores: TenantStores, campaignId: string): Promise<KvDocument | null> {
    const configuration = await stores.configuration.campaign(campaignId)
    if (configuration === null) return null
    const key = campaignSnapshotKey(campaignId)
    if (configuration.campaign.archivedAt !== null) return { key, text: null }
    return { key, text: JSON.stringify(compileCampaign(configuration, this.#parts.compiler)) }
  }
}

async function loadCredential(stores: TenantStores, keyId: string): Promise<KvDocument | null> {
  const row = await stores.apiKeys.read(keyId)
  if (row === null) return null
  const credential = compileCredential(row, await supplierOf(stores, row))
  return { key: credentialSnapshotKey(row.hash), text: JSON.stringify(credential) }
}

async function loadSupplierCampaigns(stores: TenantStores, tenantId: string, supplierId: string): Promise<KvDocument> {
  const campaigns = await stores.sourceLinks.campaignsOf(supplierId)
  const document: SupplierCampaignsSnapshot = { schema: SNAPSHOT_SCHEMA, tenantId, campaigns }
  return { key: supplierCampaignsSnapshotKey(supplierId), text: JSON.stringify(document) }
}

async function loadOAuthClient(stores: TenantStores, clientId: string, now: number): Promise<KvDocument | null> {
  const client = await stores.oauthClients.read(clientId)
  if (client === null) return null
  const at = new Date(now).toISOString()
  const revokedTokens = await stores.oauthClients.revokedTokens(clientId, at, MAX_REVOKED_TOKENS + 1)
  const supplier = await supplierOf(stores, client)
  const credential = compileOAuthClient({ client, supplier, revokedTokens }, ACCESS_TOKEN_LIFE_MS)
  return { key: oauthClientSnapshotKey(clientId), text: JSON.stringify(credential) }
}

/** @returns the supplier that a credential speaks for, or null where it is nobody's or somebody else's */
async function supplierOf(stores: TenantStores, { role, subjectId }: Pick<ApiKeyRow, 'role' | 'subjectId'>) {
  return role !== 'supplier' || subjectId === null ? null : await stores.suppliers.read(subjectId)
}

function jobsOf(rows: readonly PublishRow[]): readonly Job[] {
  const jobs = new Map<string, Job>()
  for (const { id, tenantId, kind, subjectId } of rows) {
    const key = `${tenantId} ${kind} ${subjectId}`
    const job = jobs.get(key)
    if (job === undefined) jobs.set(key, { tenantId, kind, subjectId, ids: [id] })
    else job.ids.push(id)
  }
  return [...jobs.values()]
}
