/**
 * One per buyer: whether a sale to it may happen, decided at the moment of the award.
 *
 * A hold belongs to its attempt until that attempt ends. It never expires by itself, because a post that may have been taken
 * must stay counted: what stays open for long is asked about, and its auction says what became of it. Every call is
 * idempotent by auction and attempt. Counting and holding are one step without an await between them: no two auctions can
 * take the last place.
 */
import { DurableObject } from 'cloudflare:workers'
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
import { LineBook } from './line-book'

interface HoldRow extends Record<string, SqlStorageValue> {
  status: 'held' | 'sold' | 'released'
  contract_id: string
  price_micros: number
  at: number
}

export interface BuyerAccountServices {
  readonly now: () => number
  readonly auction: (objectId: string) => AuctionRpc | null
}

/** Longer than any attempt takes to be on record in its auction; a hold that is older is asked about. */
const UNRESOLVED_MS = 10 * 60 * 1_000
const MAX_ASKED = 200

const TOMBSTONE: HoldRow = { status: 'released', contract_id: '', price_micros: 0, at: 0 }

export class BuyerAccountObject extends DurableObject implements BuyerAccountRpc, BuyerLineAccountRpc {
  readonly #sql: SqlStorage
  readonly #usage: UsageCounter
  readonly #services: BuyerAccountServices
  readonly #lineBook: LineBook
  /** Whether an alarm is known to be set. */
  #isWatching = false
  #configuration: AccountConfiguration | null

  constructor(ctx: DurableObjectState, env: Env, services: BuyerAccountServices) {
    super(ctx, env)
    this.#services = services
    this.#sql = ctx.storage.sql
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS holds (
      auction_id TEXT NOT NULL, attempt INTEGER NOT NULL, status TEXT NOT NULL, contract_id TEXT NOT NULL,
      price_micros INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (auction_id, attempt)
    ) WITHOUT ROWID`)
    this.#usage = new UsageCounter(ctx.storage.sql)
    this.#lineBook = new LineBook(ctx.storage.kv)
    this.#configuration = ctx.storage.kv.get<AccountConfiguration>('configuration') ?? null
  }

  async reserve(request: ReserveRequest): Promise<ReserveResult> {
    const known = this.#find(request.auctionId, request.attempt)
    if (known?.status === 'released') return deny('account_denied')
    if (known !== null && (known.status === 'sold' || isSame(known, request))) return { granted: true }
    // The attempt begins anew, with another bid: a restart had forgotten the first. What was held for that is given up.
    if (known !== null) this.#count(known, -1)
    const refused = this.#refusalOf(request)
    if (refused !== null) {
      if (known !== null) this.#write(request.auctionId, request.attempt, TOMBSTONE)
      return deny(refused)
    }
    const { contractId, priceMicros, at } = request
    this.#write(request.auctionId, request.attempt, {
      status: 'held',
      contract_id: contractId,
      price_micros: priceMicros,
      at,
    })
    this.#count({ contract_id: contractId, price_micros: priceMicros, at }, 1)
    await this.#watch()
    return { granted: true }
  }

  async commit(auctionId: string, attempt: number): Promise<void> {
    this.#sql.exec(
      "UPDATE holds SET status = 'sold' WHERE auction_id = ? AND attempt = ? AND status = 'held'",
      auctionId,
      attempt,
    )
  }

  async release(auctionId: string, attempt: number): Promise<void> {
    const known = this.#find(auctionId, attempt)
    if (known?.status === 'sold' || known?.status === 'released') return
    // The row stays as a tombstone: a reserve that was delayed on its way must not come to hold what is over.
    this.#write(auctionId, attempt, TOMBSTONE)
    if (known !== null) this.#count(known, -1)
  }

  async configure(configuration: AccountConfiguration): Promise<void> {
    if (this.#configuration !== null && this.#configuration.version > configuration.version) return
    this.#configuration = configuration
    this.ctx.storage.kv.put('configuration', configuration)
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

  /**
   * Asks about holds that nobody resolved: an auction that died before its attempt was on record has begun anew and knows
   * nothing of it.
   */
  override async alarm(): Promise<void> {
    this.#isWatching = false
    const before = this.#services.now() - UNRESOLVED_MS
    const stale = this.#sql
      .exec<{ auction_id: string; attempt: number; contract_id: string }>(
        "SELECT auction_id, attempt, contract_id FROM holds WHERE status = 'held' AND at < ? LIMIT ?",
        before,
        MAX_ASKED,
      )
      .toArray()
    for (const { auction_id, attempt, contract_id } of stale) await this.#ask(auction_id, attempt, contract_id)
    const [row] = this.#sql.exec<{ held: number }>("SELECT COUNT(*) AS held FROM holds WHERE status = 'held'").toArray()
    if ((row?.held ?? 0) > 0) await this.#watch()
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
    if ((await this.ctx.storage.getAlarm()) === null)
      await this.ctx.storage.setAlarm(this.#services.now() + UNRESOLVED_MS)
  }

  #refusalOf({ contractId, priceMicros, at }: ReserveRequest): 'paused' | 'capped' | 'out_of_budget' | null {
    const configuration = this.#configuration
    if (configuration === null) return null
    if (!configuration.active) return 'paused'
    const exceeds = (cap: Cap, scope: string | null) =>
      !fitsCap(cap, this.#usage.since(scope, capWindowStart(cap, at)), priceMicros)
    const concerning = configuration.caps.filter((cap) => cap.contractId === null || cap.contractId === contractId)
    if (concerning.some((cap) => exceeds(cap, cap.contractId))) return 'capped'
    return configuration.budgets.some((budget) => exceeds(budget, null)) ? 'out_of_budget' : null
  }

  #count(hold: Pick<HoldRow, 'contract_id' | 'price_micros' | 'at'>, sign: 1 | -1): void {
    const { contract_id: scope, price_micros: amountMicros, at } = hold
    this.#usage.add({ scope, at, count: sign, amountMicros: sign * amountMicros })
  }

  #find(auctionId: string, attempt: number): HoldRow | null {
    const rows = this.#sql
      .exec<HoldRow>(
        'SELECT status, contract_id, price_micros, at FROM holds WHERE auction_id = ? AND attempt = ?',
        auctionId,
        attempt,
      )
      .toArray()
    return rows[0] ?? null
  }

  #write(auctionId: string, attempt: number, hold: HoldRow): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO holds (auction_id, attempt, status, contract_id, price_micros, at) VALUES (?, ?, ?, ?, ?, ?)',
      auctionId,
      attempt,
      hold.status,
      hold.contract_id,
      hold.price_micros,
      hold.at,
    )
  }
}

function isSame(hold: HoldRow, { contractId, priceMicros }: ReserveRequest): boolean {
  return hold.contract_id === contractId && hold.price_micros === priceMicros
}

function deny(reason: Exclude<ReserveResult, { granted: true }>['reason']): ReserveResult {
  return { granted: false, reason }
}
