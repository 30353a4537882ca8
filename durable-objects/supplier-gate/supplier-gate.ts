/**
 * One per supplier: what must not be stale when a lead comes in, and which auction a request key belongs to.
 */
import { DurableObject } from 'cloudflare:workers'
import type { AuctionRpc } from '../../src/contracts/auction'
import type {
  AdmitLead,
  AdmitResult,
  GateConfiguration,
  PingLease,
  PlacesAnswer,
  PlacesQuestion,
  SupplierGateRpc,
} from '../../src/contracts/supplier-gate'
import type { Cap } from '../../src/core/limits/cap'
import { ExpirySweep } from '../expiry-sweep'
import { UsageCounter } from '../usage-counter'
import { LEASES_TABLE, LeadLeases } from './lead-leases'
import { leasePings } from './ping-leases'
import { PlaceBook } from './place-book'
import { REQUEST_KEYS_TABLE, RequestKeys } from './request-keys'

export interface SupplierGateServices {
  readonly now: () => number
  readonly auction: (objectId: string) => AuctionRpc | null
}

/** Longer than any auction takes to say more than "open"; what is older is asked about. */
const OPEN_LEASE_MS = 10 * 60 * 1_000
const MAX_ASKED = 200

export class SupplierGateObject extends DurableObject implements SupplierGateRpc {
  readonly #services: SupplierGateServices
  readonly #keys: RequestKeys
  readonly #usage: UsageCounter
  readonly #leases: LeadLeases
  readonly #places: PlaceBook
  readonly #sweep: ExpirySweep
  #configuration: GateConfiguration | null

  constructor(ctx: DurableObjectState, env: Env, services: SupplierGateServices) {
    super(ctx, env)
    this.#services = services
    this.#keys = new RequestKeys(ctx.storage.sql)
    this.#places = new PlaceBook(ctx.storage.kv)
    this.#usage = new UsageCounter(ctx.storage.sql)
    this.#leases = new LeadLeases(ctx.storage.sql, this.#usage)
    this.#sweep = new ExpirySweep(ctx.storage, REQUEST_KEYS_TABLE, LEASES_TABLE)
    this.#configuration = ctx.storage.kv.get<GateConfiguration>('configuration') ?? null
  }

  /** Lets a lead in, and says which auction it belongs to: a known key's own, else the one that the caller minted. */
  async admit(request: AdmitLead): Promise<AdmitResult> {
    if (this.#configuration?.active === false) return { kind: 'refused', reason: 'unauthorized' }
    const { requestKey, fingerprint, auctionId, campaignId } = request
    const now = this.#services.now()
    if (this.#hasEnded(request.credentials ?? [], now)) return { kind: 'refused', reason: 'revoked' }
    const caps = request.takesPlace === false ? [] : this.#capsOf(campaignId)
    // Most keys are new, and most links have no cap: then the key's row is all that there is to do.
    if (requestKey !== null && caps.length === 0) {
      const isNew = this.#keys.putNew(requestKey, { auctionId, fingerprint }, now + request.rememberMs)
      if (isNew) await this.#sweep.keep(now)
      if (isNew) return { kind: 'admitted', auctionId }
    }
    const known = requestKey === null ? null : this.#keys.find(requestKey, now)
    if (known !== null && known.fingerprint !== fingerprint) return { kind: 'key_reused' }
    const object = known?.auctionId ?? auctionId
    if (caps.length > 0 && !this.#leases.take(object, campaignId, caps, now))
      return { kind: 'refused', reason: 'capped' }
    if (requestKey !== null && known === null) {
      this.#keys.put(requestKey, { auctionId, fingerprint }, now + request.rememberMs)
    }
    if (requestKey !== null || caps.length > 0) await this.#sweep.keep(now)
    return { kind: 'admitted', auctionId: object }
  }

  async askPlaces(question: PlacesQuestion): Promise<PlacesAnswer> {
    return this.#places.ask(question, this.#services.now())
  }

  async recall(requestKey: string, fingerprint: string): Promise<string | null> {
    const known = this.#keys.find(requestKey, this.#services.now())
    return known?.fingerprint === fingerprint ? known.auctionId : null
  }

  async holdPayout(auctionId: string, campaignId: string, payoutMicros: number): Promise<boolean> {
    return this.#leases.holdPayout(auctionId, payoutMicros, this.#capsOf(campaignId))
  }

  async settle(auctionId: string, sold: boolean, payoutMicros: number): Promise<void> {
    this.#leases.settle(auctionId, sold, payoutMicros)
  }

  async cancel(auctionId: string): Promise<void> {
    this.#leases.cancel(auctionId)
  }

  async leasePings(campaignId: string, wanted: number): Promise<PingLease> {
    const pingCaps = this.#configuration?.links[campaignId]?.pingCaps ?? []
    const leadCaps = this.#capsOf(campaignId)
    return leasePings(this.#usage, { campaignId, pingCaps, leadCaps, wanted, now: this.#services.now() })
  }

  async configure(configuration: GateConfiguration): Promise<void> {
    if (this.#configuration !== null && this.#configuration.version > configuration.version) return
    this.#configuration = configuration
    this.ctx.storage.kv.put('configuration', configuration)
  }

  /** Forgets what is over, and asks about places that an auction should have given back by now. */
  override async alarm(): Promise<void> {
    const now = this.#services.now()
    for (const auctionId of this.#leases.openSince(now - OPEN_LEASE_MS, MAX_ASKED)) await this.#ask(auctionId)
    this.#usage.compact(now)
    await this.#sweep.run(now)
  }

  async #ask(auctionId: string): Promise<void> {
    const { status, payoutMicros } = await this.#outcomeOf(auctionId)
    if (status === 'absent') this.#leases.cancel(auctionId)
    else if (status !== 'open') this.#leases.settle(auctionId, status === 'sold', payoutMicros)
  }

  async #outcomeOf(auctionId: string): ReturnType<AuctionRpc['leadOutcome']> {
    try {
      return (await this.#services.auction(auctionId)?.leadOutcome()) ?? { status: 'absent', payoutMicros: 0 }
    } catch {
      // Asked again with the next alarm; the others are not to wait for it.
      return { status: 'open', payoutMicros: 0 }
    }
  }

  /** The edge may believe in a credential for a minute after it has ended. */
  #hasEnded(credentials: readonly string[], now: number): boolean {
    const ends = this.#configuration?.ends ?? {}
    return credentials.some((id) => (ends[id] ?? Number.POSITIVE_INFINITY) <= now)
  }

  #capsOf(campaignId: string): readonly Cap[] {
    return this.#configuration?.links[campaignId]?.caps ?? []
  }
}
