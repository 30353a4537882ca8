/**
 * Mirrors durable-objects/buyer-account/: holds, caps, budgets, the prepaid balance and returns. Left out are ping shares,
 * circuits and the forgetting of what is long over.
 */
import type {
  AccountConfiguration,
  ReserveRequest,
  ReserveResult,
  SoldAttempt,
} from '../../src/contracts/buyer-account.ts'
import { type Cap, capWindowStart, fitsCap, type Usage } from '../../src/core/limits/cap.ts'
import type { Alarmed, Host } from '../engine/host.ts'
import { call } from '../engine/network.ts'
import { Outage, type Running } from '../engine/running.ts'
import type { AuctionObject } from './auction.ts'
import type { ReturnRow } from './sale-return.ts'
import { UsageCounter } from './usage.ts'

export interface Hold {
  readonly auctionId: string
  readonly attempt: number
  readonly status: 'held' | 'sold' | 'released'
  readonly contractId: string
  readonly priceMicros: number
  readonly at: number
}

const UNRESOLVED_MS = 10 * 60 * 1_000
const HOLD = 'hold '
const RETURN = 'return '

export interface AccountTerms {
  readonly configuration: AccountConfiguration
  /** Null where sales need no balance. */
  readonly creditMicros: number | null
}

export class BuyerAccountObject implements Alarmed {
  readonly #host: Host<BuyerAccountObject>
  readonly #usage: UsageCounter
  readonly #terms: AccountTerms
  readonly #auction: (id: string) => Host<AuctionObject>
  #isWatching = false

  constructor(host: Host<BuyerAccountObject>, terms: AccountTerms, auction: (id: string) => Host<AuctionObject>) {
    this.#host = host
    this.#usage = new UsageCounter(host)
    this.#terms = terms
    this.#auction = auction
  }

  reserve(request: ReserveRequest): ReserveResult {
    const { auctionId, attempt } = request
    const known = this.#find(auctionId, attempt)
    if (known?.status === 'released') return { granted: false, reason: 'account_denied' }
    if (known !== null && (known.status === 'sold' || isSame(known, request))) return { granted: true }
    if (known !== null && request.at < known.at) return { granted: false, reason: 'account_denied' }
    if (known !== null) this.#count(known, -1)
    const refused = this.#refusalOf(request)
    if (refused !== null) {
      if (known !== null) this.#bury(auctionId, attempt)
      return { granted: false, reason: refused }
    }
    const { contractId, priceMicros, at } = request
    const hold: Hold = { auctionId, attempt, status: 'held', contractId, priceMicros, at }
    this.#write(hold)
    this.#count(hold, 1)
    this.#watch()
    return { granted: true }
  }

  commit(sold: readonly SoldAttempt[]): void {
    for (const { auctionId, attempt } of sold) {
      const known = this.#find(auctionId, attempt)
      if (known?.status === 'held') this.#write({ ...known, status: 'sold' })
    }
  }

  release(auctionId: string, attempt: number, until: number): void {
    const known = this.#find(auctionId, attempt)
    if (known?.status === 'sold' || known?.status === 'released') return
    if (known !== null && known.at > until) return
    this.#bury(auctionId, attempt)
    if (known !== null) this.#count(known, -1)
  }

  /** A return counts once, however often it is told. */
  takeBack({ id, auctionId, contractId, revenueMicros, restoreCaps, soldAt }: ReturnRow): void {
    const key = `${RETURN}${id}`
    if (this.#host.disk.get(key) !== undefined) return
    const sold = this.holds().find((hold) => hold.auctionId === auctionId && hold.contractId === contractId)
    this.#host.put(key, restoreCaps ? 0 : revenueMicros)
    if (!restoreCaps) return
    this.#usage.add(contractId, sold?.at ?? soldAt, { count: -1, amountMicros: -revenueMicros })
  }

  /** What returns have given back to the balance. */
  get creditedMicros(): number {
    return this.#host.disk.rows<number>(RETURN).reduce((sum, priceMicros) => sum + priceMicros, 0)
  }

  *alarm(): Running<void> {
    this.#isWatching = false
    const before = this.#host.engine.now - UNRESOLVED_MS
    const old = this.holds().filter(({ status, at }) => status === 'held' && at < before)
    for (const held of old) yield* this.#ask(held)
    if (this.holds().some(({ status }) => status === 'held')) this.#watch()
  }

  holds(): readonly Hold[] {
    return this.#host.disk.rows<Hold>(HOLD)
  }

  /** What is counted, for checks. */
  get used(): Usage {
    return this.#usage.since(null, 0)
  }

  *#ask({ auctionId, attempt, contractId, at }: Hold): Running<void> {
    const outcome = yield* this.#outcomeOf(auctionId, attempt, contractId)
    if (outcome === 'sold') this.commit([{ auctionId, attempt }])
    if (outcome === 'over') this.release(auctionId, attempt, at)
  }

  *#outcomeOf(auctionId: string, attempt: number, contractId: string): Running<'open' | 'sold' | 'over'> {
    try {
      return yield* call(this.#host, this.#auction(auctionId), (auction) => auction.attemptOutcome(attempt, contractId))
    } catch (error) {
      if (!(error instanceof Outage)) throw error
      return 'open'
    }
  }

  #watch(): void {
    if (this.#isWatching) return
    this.#isWatching = true
    const at = this.#host.engine.now + UNRESOLVED_MS
    const set = this.#host.alarmAt
    if (set === null || set > at) this.#host.setAlarm(at)
  }

  #refusalOf({ contractId, priceMicros, at }: ReserveRequest): 'paused' | 'capped' | 'out_of_budget' | null {
    const { configuration, creditMicros } = this.#terms
    const isPaidFor = creditMicros === null || priceMicros <= creditMicros - this.#usage.since(null, 0).amountMicros
    if (!configuration.active) return 'paused'
    const exceeds = (cap: Cap, scope: string | null) =>
      !fitsCap(cap, this.#usage.since(scope, capWindowStart(cap, at)), priceMicros)
    const concerning = configuration.caps.filter((cap) => cap.contractId === null || cap.contractId === contractId)
    if (concerning.some((cap) => exceeds(cap, cap.contractId))) return 'capped'
    return !isPaidFor || configuration.budgets.some((budget) => exceeds(budget, null)) ? 'out_of_budget' : null
  }

  #count({ contractId, at, priceMicros }: Hold, sign: 1 | -1): void {
    this.#usage.add(contractId, at, { count: sign, amountMicros: sign * priceMicros })
  }

  #find(auctionId: string, attempt: number): Hold | null {
    return this.#host.disk.get<Hold>(`${HOLD}${auctionId} ${attempt}`) ?? null
  }

  #write(hold: Hold): void {
    this.#host.put(`${HOLD}${hold.auctionId} ${hold.attempt}`, hold)
  }

  /** The row stays as a tombstone. */
  #bury(auctionId: string, attempt: number): void {
    const { now } = this.#host.engine
    this.#write({ auctionId, attempt, status: 'released', contractId: '', priceMicros: 0, at: now })
  }
}

function isSame(hold: Hold, { contractId, priceMicros, at }: ReserveRequest): boolean {
  return hold.contractId === contractId && hold.priceMicros === priceMicros && hold.at === at
}
