/**
 * One per buyer: whether a sale to it may happen, decided at the moment of the award.
 *
 * A hold belongs to its attempt until that attempt ends. It never expires by itself, because a post that may have been taken
 * must stay counted: what stays open for long is asked about, and its auction says what became of it. Every call is
 * idempotent by auction and attempt. Counting and holding are one step without an await between them: no two auctions can
 * take the last place.
 */
import { DurableObject } from 'cloudflare:workers'
import type { AccountBalance, BalanceAccountRpc, CreditOrder, CreditResult } from '../../src/contracts/balance'
import type { AccountHealth, BuyerLineAccountRpc, PingShare, PingShareRequest } from '../../src/contracts/buyer-line'
import type {
  AccountConfiguration,
  AuctionRpc,
  BuyerAccountRpc,
  ReserveRequest,
  ReserveResult,
} from '../../src/contracts/objects'
import { type Cap, capWindowStart, fitsCap } from '../../src/core/limits/cap'
import type { CircuitNote } from '../../src/core/limits/circuit-notes'
import { DEFAULT_PINGS_PER_SECOND } from '../../src/core/limits/shares'
import { UsageCounter } from '../usage-counter'
import { type Hold, Holds } from './holds'
import { LineBook } from './line-book'
import { PrepaidBalance } from './prepaid-balance'

export interface BuyerAccountServices {
  readonly now: () => number
  readonly auction: (objectId: string) => AuctionRpc | null
}

/** Longer than any attempt takes to be on record in its auction; a hold that is older is asked about. */
const UNRESOLVED_MS = 10 * 60 * 1_000
const MAX_ASKED = 200
/** How often what is over is looked through for what may be forgotten. */
const FORGET_EVERY_MS = 24 * 60 * 60 * 1_000
const CREDITS_SHOWN = 100
/** Since the beginning. */
const EVER = 0

export class BuyerAccountObject
  extends DurableObject
  implements BuyerAccountRpc, BuyerLineAccountRpc, BalanceAccountRpc
{
  readonly #holds: Holds
  readonly #balance: PrepaidBalance
  readonly #usage: UsageCounter
  readonly #services: BuyerAccountServices
  readonly #lineBook: LineBook
  /** Whether an alarm is known to be set for what is held. */
  #isWatching = false
  #forgotAt = 0
  #configuration: AccountConfiguration | null

  constructor(ctx: DurableObjectState, env: Env, services: BuyerAccountServices) {
    super(ctx, env)
    this.#services = services
    this.#holds = new Holds(ctx.storage.sql)
    this.#balance = new PrepaidBalance(ctx.storage)
    this.#usage = new UsageCounter(ctx.storage.sql)
    this.#lineBook = new LineBook(ctx.storage.kv)
    this.#configuration = ctx.storage.kv.get<AccountConfiguration>('configuration') ?? null
  }

  async reserve(request: ReserveRequest): Promise<ReserveResult> {
    const { auctionId, attempt } = request
    const known = this.#holds.find(auctionId, attempt)
    if (known?.status === 'released') return deny('account_denied')
    if (known !== null && (known.status === 'sold' || isSame(known, request))) return { granted: true }
    // Of a beginning that a restart forgot, delayed on its way: the later one may be with the buyer already.
    if (known !== null && request.at < known.at) return deny('account_denied')
    // The attempt begins anew: a restart had forgotten the first, and maybe its bid. What was held for that is given up.
    if (known !== null) this.#count(known, -1)
    const refused = this.#refusalOf(request)
    if (refused !== null) {
      if (known !== null) this.#holds.bury(auctionId, attempt, this.#services.now())
      return deny(refused)
    }
    const { contractId, priceMicros, at } = request
    const hold: Hold = { status: 'held', contract_id: contractId, price_micros: priceMicros, at }
    this.#holds.write(auctionId, attempt, hold)
    this.#count(hold, 1)
    await this.#watch()
    return { granted: true }
  }

  async commit(auctionId: string, attempt: number): Promise<void> {
    this.#holds.sell(auctionId, attempt)
  }

  async release(auctionId: string, attempt: number): Promise<void> {
    const known = this.#holds.find(auctionId, attempt)
    if (known?.status === 'sold' || known?.status === 'released') return
    this.#holds.bury(auctionId, attempt, this.#services.now())
    if (known !== null) this.#count(known, -1)
  }

  async configure(configuration: AccountConfiguration): Promise<void> {
    if (this.#configuration !== null && this.#configuration.version > configuration.version) return
    this.#configuration = configuration
    this.ctx.storage.kv.put('configuration', configuration)
    if (configuration.prepaid === true) this.#balance.begin(this.#usedMicros)
  }

  async credit(order: CreditOrder): Promise<CreditResult> {
    return this.#balance.credit(order, this.#usedMicros, this.#services.now())
  }

  async balance(): Promise<AccountBalance> {
    return {
      prepaid: this.#isPrepaid,
      balanceMicros: this.#balance.left(this.#usedMicros),
      heldMicros: this.#holds.open().amountMicros,
      spentMicros: this.#balance.spent(this.#usedMicros),
      creditedMicros: this.#balance.creditedMicros,
      credits: this.#balance.credits(CREDITS_SHOWN),
    }
  }

  async sharePings(request: PingShareRequest): Promise<PingShare> {
    return this.#lineBook.share(request, this.#pingsPerSecond, this.#services.now())
  }

  async noteCircuit(note: CircuitNote): Promise<void> {
    this.#lineBook.note(note, this.#services.now())
  }

  async health(): Promise<AccountHealth> {
    return this.#lineBook.health(this.#pingsPerSecond, this.#services.now())
  }

  get #pingsPerSecond(): number {
    return this.#configuration?.pingsPerSecond ?? DEFAULT_PINGS_PER_SECOND
  }

  /** Everything that was ever held or sold. */
  get #usedMicros(): number {
    return this.#usage.since(null, EVER).amountMicros
  }

  /** As the operator says; where nothing is said, from the first credit on. */
  get #isPrepaid(): boolean {
    return this.#configuration?.prepaid ?? this.#balance.hasBegun
  }

  /**
   * Asks about holds that nobody resolved: an auction that died before its attempt was on record has begun anew and knows
   * nothing of it. Once a day it forgets what has been over for long.
   */
  override async alarm(): Promise<void> {
    this.#isWatching = false
    const now = this.#services.now()
    for (const hold of this.#holds.openSince(now - UNRESOLVED_MS, MAX_ASKED)) {
      await this.#ask(hold.auction_id, hold.attempt, hold.contract_id)
    }
    if (now - this.#forgotAt >= FORGET_EVERY_MS) {
      this.#forgotAt = now
      this.#usage.compact(now)
      // Nothing that is kept, nothing to come again for.
      if (this.#holds.forget(now) === 0) return
    }
    if (this.#holds.open().count > 0) return this.#watch()
    this.#isWatching = false
    await this.ctx.storage.setAlarm(now + FORGET_EVERY_MS)
  }

  async #ask(auctionId: string, attempt: number, contractId: string): Promise<void> {
    const outcome = await this.#outcomeOf(auctionId, attempt, contractId)
    if (outcome === 'sold') await this.commit(auctionId, attempt)
    if (outcome === 'over') await this.release(auctionId, attempt)
  }

  async #outcomeOf(auctionId: string, attempt: number, contractId: string): Promise<'open' | 'sold' | 'over'> {
    try {
      return (await this.#services.auction(auctionId)?.attemptOutcome(attempt, contractId)) ?? 'over'
    } catch {
      // Asked again with the next alarm; the others are not to wait for it.
      return 'open'
    }
  }

  async #watch(): Promise<void> {
    if (this.#isWatching) return
    this.#isWatching = true
    const at = this.#services.now() + UNRESOLVED_MS
    const set = await this.ctx.storage.getAlarm()
    if (set === null || set > at) await this.ctx.storage.setAlarm(at)
  }

  #refusalOf({ contractId, priceMicros, at }: ReserveRequest): 'paused' | 'capped' | 'out_of_budget' | null {
    const isPaidFor = !this.#isPrepaid || priceMicros <= this.#balance.left(this.#usedMicros)
    const configuration = this.#configuration
    if (configuration === null) return isPaidFor ? null : 'out_of_budget'
    if (!configuration.active) return 'paused'
    const exceeds = (cap: Cap, scope: string | null) =>
      !fitsCap(cap, this.#usage.since(scope, capWindowStart(cap, at)), priceMicros)
    const concerning = configuration.caps.filter((cap) => cap.contractId === null || cap.contractId === contractId)
    if (concerning.some((cap) => exceeds(cap, cap.contractId))) return 'capped'
    return !isPaidFor || configuration.budgets.some((budget) => exceeds(budget, null)) ? 'out_of_budget' : null
  }

  #count(hold: Pick<Hold, 'contract_id' | 'price_micros' | 'at'>, sign: 1 | -1): void {
    const { contract_id: scope, price_micros: amountMicros, at } = hold
    this.#usage.add({ scope, at, count: sign, amountMicros: sign * amountMicros })
  }
}

/** The same beginning of the attempt; another one has begun at another time. */
function isSame(hold: Hold, { contractId, priceMicros, at }: ReserveRequest): boolean {
  return hold.contract_id === contractId && hold.price_micros === priceMicros && hold.at === at
}

function deny(reason: Exclude<ReserveResult, { granted: true }>['reason']): ReserveResult {
  return { granted: false, reason }
}
