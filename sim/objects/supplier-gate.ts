/**
 * Mirrors durable-objects/supplier-gate/: request keys, and places and payouts under a cap. Left out are credentials and ping
 * caps; its alarm comes as long as places are open.
 */
import type { AdmitLead, AdmitResult } from '../../src/contracts/supplier-gate.ts'
import type { LeadOutcome } from '../../src/core/auction/summary.ts'
import { type Cap, capWindowStart, fitsCap } from '../../src/core/limits/cap.ts'
import type { Alarmed, Host } from '../engine/host.ts'
import { call } from '../engine/network.ts'
import { Outage, type Running } from '../engine/running.ts'
import type { AuctionObject } from './auction.ts'
import { UsageCounter } from './usage.ts'

const OPEN_LEASE_MS = 10 * 60 * 1_000
const SWEEP_EVERY_MS = 30 * 60 * 1_000
const KEY = 'key '
const LEASE = 'lease '

interface KeyRow {
  readonly auctionId: string
  readonly fingerprint: string
  readonly expiresAt: number
}

export interface Lease {
  readonly auctionId: string
  readonly campaignId: string
  readonly payoutMicros: number
  readonly at: number
  readonly settled: boolean
}

export class SupplierGateObject implements Alarmed {
  readonly #host: Host<SupplierGateObject>
  readonly #usage: UsageCounter
  readonly #caps: readonly Cap[]
  readonly #auction: (id: string) => Host<AuctionObject>

  constructor(host: Host<SupplierGateObject>, caps: readonly Cap[], auction: (id: string) => Host<AuctionObject>) {
    this.#host = host
    this.#usage = new UsageCounter(host)
    this.#caps = caps
    this.#auction = auction
  }

  admit(request: AdmitLead): AdmitResult {
    const { requestKey, fingerprint, auctionId, campaignId } = request
    const { now } = this.#host.engine
    const known = requestKey === null ? null : this.#findKey(requestKey)
    if (known !== null && known.fingerprint !== fingerprint) return { kind: 'key_reused' }
    const object = known?.auctionId ?? auctionId
    const caps = request.takesPlace === false ? [] : this.#caps
    if (caps.length > 0 && !this.#take(object, campaignId, now)) return { kind: 'refused', reason: 'capped' }
    if (requestKey !== null && known === null) {
      this.#host.put(`${KEY}${requestKey}`, { auctionId, fingerprint, expiresAt: now + request.rememberMs })
    }
    if (caps.length > 0) this.#keepSweeping()
    return { kind: 'admitted', auctionId: object }
  }

  recall(requestKey: string, fingerprint: string): string | null {
    const known = this.#findKey(requestKey)
    return known?.fingerprint === fingerprint ? known.auctionId : null
  }

  *holdPayout(auctionId: string, payoutMicros: number): Running<boolean> {
    const lease = this.#findLease(auctionId)
    if (lease === null || lease.settled) return true
    const added = payoutMicros - lease.payoutMicros
    const change = { at: lease.at, count: 0, amountMicros: added }
    if (added > 0 && !this.#caps.every((cap) => this.#fits(cap, lease.campaignId, change))) return false
    this.#put({ ...lease, payoutMicros })
    this.#usage.add(lease.campaignId, change.at, change)
    return true
  }

  settle(auctionId: string, sold: boolean, payoutMicros: number): void {
    const lease = this.#findLease(auctionId)
    if (lease === null || lease.settled) return
    const paid = sold ? payoutMicros : 0
    this.#put({ ...lease, payoutMicros: paid, settled: true })
    this.#usage.add(lease.campaignId, lease.at, { count: sold ? 0 : -1, amountMicros: paid - lease.payoutMicros })
  }

  cancel(auctionId: string): void {
    const lease = this.#findLease(auctionId)
    if (lease === null || lease.settled) return
    this.#host.put(`${LEASE}${auctionId}`, undefined)
    this.#usage.add(lease.campaignId, lease.at, { count: -1, amountMicros: -lease.payoutMicros })
  }

  *alarm(): Running<void> {
    const before = this.#host.engine.now - OPEN_LEASE_MS
    for (const { auctionId, at } of this.#open()) if (at < before) yield* this.#ask(auctionId)
    if (this.#open().length > 0) this.#keepSweeping()
  }

  leases(): readonly Lease[] {
    return this.#host.disk.rows<Lease>(LEASE)
  }

  #take(auctionId: string, campaignId: string, at: number): boolean {
    if (this.#findLease(auctionId) !== null) return true
    if (!this.#caps.every((cap) => this.#fits(cap, campaignId, { at, count: 1, amountMicros: 0 }))) return false
    this.#put({ auctionId, campaignId, payoutMicros: 0, at, settled: false })
    this.#usage.add(campaignId, at, { count: 1, amountMicros: 0 })
    return true
  }

  *#ask(auctionId: string): Running<void> {
    const { status, payoutMicros } = yield* this.#outcomeOf(auctionId)
    if (status === 'absent') this.cancel(auctionId)
    else if (status !== 'open') this.settle(auctionId, status === 'sold', payoutMicros)
  }

  *#outcomeOf(auctionId: string): Running<LeadOutcome> {
    try {
      return yield* call(this.#host, this.#auction(auctionId), (auction) => auction.leadOutcome())
    } catch (error) {
      if (!(error instanceof Outage)) throw error
      return { status: 'open', payoutMicros: 0 }
    }
  }

  #fits(cap: Cap, campaignId: string, change: { at: number; count: number; amountMicros: number }): boolean {
    const used = this.#usage.since(campaignId, capWindowStart(cap, change.at))
    if (change.amountMicros === 0 && cap.amountMicros !== null && used.amountMicros >= cap.amountMicros) return false
    const seen = change.count === 0 ? { ...used, count: used.count - 1 } : used
    return fitsCap(cap, seen, change.amountMicros)
  }

  #keepSweeping(): void {
    if (this.#host.alarmAt === null) this.#host.setAlarm(this.#host.engine.now + SWEEP_EVERY_MS)
  }

  #open(): readonly Lease[] {
    return this.leases().filter(({ settled }) => !settled)
  }

  #findKey(requestKey: string): KeyRow | null {
    const row = this.#host.disk.get<KeyRow>(`${KEY}${requestKey}`)
    return row === undefined || row.expiresAt <= this.#host.engine.now ? null : row
  }

  #findLease(auctionId: string): Lease | null {
    return this.#host.disk.get<Lease>(`${LEASE}${auctionId}`) ?? null
  }

  #put(lease: Lease): void {
    this.#host.put(`${LEASE}${lease.auctionId}`, lease)
  }
}
