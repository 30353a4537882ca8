/**
 * One per supplier: what must not be stale when a lead comes in, and which auction a request key belongs to.
 *
 * A key is written down before the auction hears of it: whatever dies after that, the same request finds the same auction.
 */
import { DurableObject } from 'cloudflare:workers'
import type { AdmitLead, AdmitResult, GateConfiguration, SupplierGateRpc } from '../src/contracts/objects'
import { ExpirySweep } from './expiry-sweep'

interface KeyRow extends Record<string, SqlStorageValue> {
  auction_id: string
  fingerprint: string
  expires_at: number
}

export interface SupplierGateServices {
  readonly now: () => number
}

export class SupplierGateObject extends DurableObject implements SupplierGateRpc {
  readonly #sql: SqlStorage
  readonly #now: () => number
  readonly #sweep: ExpirySweep
  #configuration: GateConfiguration | null

  constructor(ctx: DurableObjectState, env: Env, services: SupplierGateServices) {
    super(ctx, env)
    this.#now = services.now
    this.#sql = ctx.storage.sql
    this.#sweep = new ExpirySweep(ctx.storage, 'request_keys')
    // WITHOUT ROWID: one billed row a key.
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS request_keys (
      request_key TEXT PRIMARY KEY, auction_id TEXT NOT NULL, fingerprint TEXT NOT NULL, expires_at INTEGER NOT NULL
    ) WITHOUT ROWID`)
    this.#configuration = ctx.storage.kv.get<GateConfiguration>('configuration') ?? null
  }

  /** Lets a lead in, and says which auction it belongs to: a known key's own, else the one that the caller minted. */
  async admit(request: AdmitLead): Promise<AdmitResult> {
    if (this.#configuration?.active === false) return { kind: 'refused', reason: 'unauthorized' }
    if (request.requestKey === null) return { kind: 'admitted', auctionId: request.auctionId }
    const now = this.#now()
    const known = this.#find(request.requestKey, now)
    if (known !== null) {
      if (known.fingerprint !== request.fingerprint) return { kind: 'key_reused' }
      return { kind: 'admitted', auctionId: known.auction_id }
    }
    this.#sql.exec(
      'INSERT OR REPLACE INTO request_keys (request_key, auction_id, fingerprint, expires_at) VALUES (?, ?, ?, ?)',
      request.requestKey,
      request.auctionId,
      request.fingerprint,
      now + request.rememberMs,
    )
    await this.#sweep.keep(now)
    return { kind: 'admitted', auctionId: request.auctionId }
  }

  async recall(requestKey: string, fingerprint: string): Promise<string | null> {
    const known = this.#find(requestKey, this.#now())
    return known?.fingerprint === fingerprint ? known.auction_id : null
  }

  async configure(configuration: GateConfiguration): Promise<void> {
    if (this.#configuration !== null && this.#configuration.version > configuration.version) return
    this.#configuration = configuration
    this.ctx.storage.kv.put('configuration', configuration)
  }

  override async alarm(): Promise<void> {
    await this.#sweep.run(this.#now())
  }

  #find(key: string, now: number): KeyRow | null {
    const [row] = this.#sql
      .exec<KeyRow>('SELECT auction_id, fingerprint, expires_at FROM request_keys WHERE request_key = ?', key)
      .toArray()
    return row !== undefined && row.expires_at > now ? row : null
  }
}
