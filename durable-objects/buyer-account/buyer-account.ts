/**
 * One per buyer: whether a sale to it may happen, decided at the moment of the award.
 *
 * A hold belongs to its attempt until that attempt ends. It never expires by itself, because a post that may have been taken
 * must stay counted: what stays open for long is asked about, and its auction says what became of it. Every call is
 * idempotent by auction and attempt. Counting and holding are one step without an await between them: no two auctions can
 * take the last place.
 */
import { DurableObject } from 'cloudflare:workers'
import type { AuctionRpc } from '../../src/contracts/auction'
import type { AccountBalance, BalanceAccountRpc, CreditOrder, CreditResult } from '../../src/contracts/balance'
import type {
  AccountConfiguration,
  BuyerAccountRpc,
  ReserveRequest,
  ReserveResult,
  SoldAttempt,
} from '../../src/contracts/buyer-account'
import type { AccountHealth, BuyerLineAccountRpc, PingShare, PingShareRequest } from '../../src/contracts/buyer-line'
import type { NoticeAccountRpc, ReachedLimit } from '../../src/contracts/buyer-notices'
import type { ReturnAccountRpc, SaleReturn } from '../../src/contracts/sale-return'
import type { CircuitNote } from '../../src/core/limits/circuit-notes'
import { DEFAULT_PINGS_PER_SECOND } from '../../src/core/limits/shares'
import { UsageCounter } from '../usage-counter'
import { AccountLimits } from './account-limits'
import { CapNotices, type CapNoticesServices, NOTICE_MS } from './cap-notices'
import { type Hold, Holds, type OpenHold } from './holds'
import { LineBook } from './line-book'
import { PrepaidBalance } from './prepaid-balance'
import { Returns } from './returns'

export interface BuyerAccountServices extends CapNoticesServices {
  readonly auction: (objectId: string) => AuctionRpc | null
}

/** Longer than any attempt takes to be on record in its auction, and a sale to be reported; a hold that is older is asked about. */
const UNRESOLVED_MS = 10 * 60 * 1_000
const MAX_ASKED = 200
/** How often what is over is looked through for what may be forgotten. */
const FORGET_EVERY_MS = 24 * 60 * 60 * 1_000
const CREDITS_SHOWN = 100
/** Since the beginning. */
const EVER = 0

export class BuyerAccountObject
  extends DurableObject
  implements BuyerAccountRpc, BuyerLineAccountRpc, BalanceAccountRpc, NoticeAccountRpc, ReturnAccountRpc
{
  readonly #holds: Holds
  readonly #balance: PrepaidBalance
  readonly #returns: Returns
  readonly #usage: UsageCounter
  readonly #limits: AccountLimits
  readonly #services: BuyerAccountServices
  readonly #lineBook: LineBook
  readonly #notices: CapNotices
  /** Whether an alarm is known to be set for what is held. */
  #isWatching = false
  #forgotAt = 0
  #configuration: AccountConfiguration | null

  constructor(ctx: DurableObjectState, env: Env, services: BuyerAccountServices) {
    super(ctx, env)
    this.#services = services
    this.#holds = new Holds(ctx.storage.sql)
    this.#balance = new PrepaidBalance(ctx.storage)
    this.#returns = new Returns(ctx.storage.sql)
    this.#usage = new UsageCounter(ctx.storage.sql)
    this.#limits = new AccountLimits(this.#usage)
    this.#lineBook = new LineBook(ctx.storage.kv)
    this.#notices = new CapNotices(ctx, services)
    this.#configuration = ctx.storage.kv.get<AccountConfiguration>('configuration') ?? null
  }

  async reserve(request: ReserveRequest): Promise<ReserveResult> {
    const { auctionId, attempt, contractId, priceMicros, at } = request
    const hold: Hold = { status: 'held', contract_id: contractId, price_micros: priceMicros, at }
    const refusal = this.#refusalOf(request)
    // Most attempts are new and fit: then the hold's row says both.
    if (refusal === null && this.#holds.putNew(auctionId, attempt, hold)) {
      this.#count(hold, 1)
      await this.#watch()
      return { granted: true }
    }
    const known = this.#holds.find(auctionId, attempt)
    if (known === null && refusal !== null) return this.#refuse(refusal, request)
    if (known?.status === 'released') return deny('account_denied')
    if (known !== null && (known.status === 'sold' || isSame(known, request))) return { granted: true }
    // Of a beginning that a restart forgot, delayed on its way: the later one may be with the buyer already.
    if (known !== null && request.at < known.at) return deny('account_denied')
    // The attempt begins anew: a restart had forgotten the first, and maybe its bid. What was held for that is given up.
    if (known !== null) this.#count(known, -1)
    const refusalAnew = this.#refusalOf(request)
    if (refusalAnew !== null) {
      // Uncounted and buried in one turn: a crash between them would leave a hold that is counted no more.
      this.#holds.bury(auctionId, attempt, this.#services.now())
      return this.#refuse(refusalAnew, request)
    }
    this.#holds.write(auctionId, attempt, hold)
    this.#count(hold, 1)
    await this.#watch()
    return { granted: true }
  }

  async commit(sold: readonly SoldAttempt[]): Promise<void> {
    // Nothing is awaited between them: all of it is stored together, notices included, or nothing is.
    const news = sold.map((attempt) => this.#holds.sell(attempt)).filter((hold) => hold !== null)
    const reached = news.flatMap(({ contract_id: contractId, at }) =>
      this.#limits.reachedAt(this.#configuration, contractId, at).map((limit) => ({ limit, at })),
    )
    await this.#notices.add(reached)
  }

  async acknowledgeNotice(key: string): Promise<void> {
    this.#notices.acknowledge(key)
  }

  async release(auctionId: string, attempt: number, until: number): Promise<void> {
    const known = this.#holds.find(auctionId, attempt)
    if (known?.status === 'sold' || known?.status === 'released') return
    // Meant for a beginning that a restart forgot, and delayed on its way: the later one may be with the buyer already.
    if (known !== null && known.at > until) return
    this.#holds.bury(auctionId, attempt, this.#services.now())
    if (known !== null) this.#count(known, -1)
  }

  async configure(configuration: AccountConfiguration): Promise<void> {
    if (this.#configuration !== null && this.#configuration.version > configuration.version) return
    this.#configuration = configuration
    this.ctx.storage.kv.put('configuration', configuration)
    if (configuration.prepaid === true) this.#balance.begin(this.#usedMicros, this.#services.now())
  }

  /**
   * A prepaid balance gets the price back in any case: as usage that is no more where caps get their place back, else as a
   * credit. What was not paid from it is not given to it.
   */
  async takeBack(sale: SaleReturn): Promise<void> {
    if (!this.#returns.note(sale)) return
    const { returnId, auctionId, contractId, priceMicros, restoreCaps } = sale
    const at = this.#holds.soldAt(auctionId, contractId) ?? sale.soldAt
    const isPaidFor = this.#balance.paidFor(at)
    if (restoreCaps) {
      this.#count({ contract_id: contractId, price_micros: priceMicros, at }, -1)
      if (!isPaidFor) this.#balance.forgetSpentBefore(priceMicros)
    } else if (isPaidFor) {
      const id = returnId.replace(/^ret_/, 'crd_')
      const order = { id, key: null, reference: `return ${returnId}`, fingerprint: returnId, note: null }
      this.#balance.credit({ ...order, amountMicros: priceMicros }, this.#usedMicros, this.#services.now())
    }
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

  override async alarm(): Promise<void> {
    await this.#lookAfterHolds()
    // Sooner than the holds need it; they are looked after each time.
    if (await this.#notices.tell()) await this.ctx.storage.setAlarm(this.#services.now() + NOTICE_MS)
  }

  /**
   * Asks about holds that nobody resolved: an auction that died before its attempt was on record has begun anew and knows
   * nothing of it, and the report of a sale may be late. Once a day it forgets what has been over for long.
   */
  async #lookAfterHolds(): Promise<void> {
    this.#isWatching = false
    const now = this.#services.now()
    for (const hold of this.#holds.openSince(now - UNRESOLVED_MS, MAX_ASKED)) {
      await this.#ask(hold)
    }
    if (now - this.#forgotAt >= FORGET_EVERY_MS) {
      this.#forgotAt = now
      this.#notices.forget(now)
      this.#usage.compact(now)
      // Nothing that is kept, nothing to come again for.
      if (this.#holds.forget(now) === 0) return
    }
    if (this.#holds.open().count > 0) return this.#watch()
    this.#isWatching = false
    await this.ctx.storage.setAlarm(now + FORGET_EVERY_MS)
  }

  async #ask({ auction_id: auctionId, attempt, contract_id: contractId, at }: OpenHold): Promise<void> {
    const outcome = await this.#outcomeOf(auctionId, attempt, contractId)
    if (outcome === 'sold') await this.commit([{ auctionId, attempt }])
    if (outcome === 'over') await this.release(auctionId, attempt, at)
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

  #refusalOf(request: ReserveRequest): Refusal | null {
    if (this.#configuration?.active === false) return { reason: 'paused', passed: [] }
    const passed = this.#limits.passedBy(this.#configuration, request)
    if (passed.some(({ kind }) => kind === 'cap')) return { reason: 'capped', passed }
    const isPaidFor = !this.#isPrepaid || request.priceMicros <= this.#balance.left(this.#usedMicros)
    return isPaidFor && passed.length === 0 ? null : { reason: 'out_of_budget', passed }
  }

  async #refuse({ reason, passed }: Refusal, { at }: ReserveRequest): Promise<ReserveResult> {
    await this.#notices.add(passed.map((limit) => ({ limit, at })))
    return deny(reason)
  }

  #count(hold: Pick<Hold, 'contract_id' | 'price_micros' | 'at'>, sign: 1 | -1): void {
    const { contract_id: scope, price_micros: amountMicros, at } = hold
    this.#usage.add({ scope, at, count: sign, amountMicros: sign * amountMicros })
  }
}

interface Refusal {
  readonly reason: 'paused' | 'capped' | 'out_of_budget'
  /** The limits that the sale would pass. */
  readonly passed: readonly ReachedLimit[]
}

/** The same beginning of the attempt; another one has begun at another time. */
function isSame(hold: Hold, { contractId, priceMicros, at }: ReserveRequest): boolean {
  return hold.contract_id === contractId && hold.price_micros === priceMicros && hold.at === at
}

function deny(reason: Exclude<ReserveResult, { granted: true }>['reason']): ReserveResult {
  return { granted: false, reason }
}
