/**
 * The independent ledger: what buyers bid and really took, and what suppliers were told. It sees the world and nothing of what
 * is ours; every line is checked as it is written.
 */
import type { Contender } from '../../src/core/auction/plan.ts'
import type { Engine } from '../engine/engine.ts'
import type { ToldOutcome } from '../objects/answer.ts'
import type { PostCopy, PostRequest } from '../objects/services.ts'
import type { Scenario } from '../world/scenario.ts'
import { hold } from './broken.ts'

export interface Take {
  readonly leadRef: string
  readonly auctionId: string
  readonly contractId: string
  readonly buyerId: string
  readonly priceMicros: number
}

interface Bid {
  readonly auctionId: string
  readonly contractId: string
  readonly priceMicros: number
  readonly answerAt: number
  readonly endsAt: number
}

/** Copies of one post that have left. */
interface Copies {
  readonly firstAt: number
  readonly count: number
}

/** The least time from the first copy to the second, third, …: what the schedule of retries adds up to, less what a queue may be early. */
const COPY_DELAYS_MS: readonly number[] = [1_000, 3_000, 7_000, 15_000, 31_000, 151_000]
const EARLY_MS = 500
/** A first try uses a bid before it has ended; or one by an offer that was taken before, and whose lead was then let in and reserved for. */
const LET_IN_MS = 5_000

interface Promise {
  readonly auctionId: string
  readonly payoutMicros: number
  readonly validUntil: number
}

export class Ledger {
  readonly takes: Take[] = []
  /** The answer to each lead, as first told. */
  readonly answers = new Map<string, string>()
  readonly promises: Promise[] = []
  readonly #engine: Engine
  readonly #scenario: Scenario
  readonly #bids: Bid[] = []
  readonly #copies = new Map<string, Copies>()
  readonly #impostors = new Set<string>()
  /** When leads arrived at offers, by auction. */
  readonly #arrivals = new Map<string, number>()

  constructor(engine: Engine, scenario: Scenario) {
    this.#engine = engine
    this.#scenario = scenario
  }

  bid(auctionId: string, { id }: Contender, bid: Omit<Bid, 'auctionId' | 'contractId'>): void {
    const { priceMicros, answerAt, endsAt } = bid
    this.#bids.push({ auctionId, contractId: id, priceMicros, answerAt, endsAt })
  }

  /** A copy of a lead leaves for a buyer. */
  posted(request: PostCopy, terms: Contender): void {
    this.#count(request, terms)
    if (this.copies(request) > 1) return
    const { priceMicros, auctionId } = request
    const { now } = this.#engine
    const isInTime = (bid: Bid) =>
      bid.auctionId === auctionId &&
      bid.contractId === terms.id &&
      bid.answerAt <= bid.endsAt &&
      (request.tryNumber > 1 || now < bid.answerAt + terms.bidValidMs + LET_IN_MS)
    const wasBid = terms.pings
      ? this.#bids.some((bid) => isInTime(bid) && bid.priceMicros === priceMicros)
      : priceMicros === terms.priceMicros
    hold(wasBid, 5, () => `${terms.id} is sold to for ${priceMicros}, which it did not bid in time`)
    const promise = this.promises.find((candidate) => candidate.auctionId === auctionId)
    const isTimely = promise === undefined || (this.#arrivals.get(auctionId) ?? now) < promise.validUntil
    hold(isTimely, 5, () => `${terms.id} is sold to, and no lead had come while the offer held`)
    const isWithin =
      Number.isSafeInteger(priceMicros) &&
      priceMicros >= Math.max(0, this.#scenario.plan.floorMicros, terms.minBidMicros ?? 0) &&
      priceMicros <= (terms.maxBidMicros ?? priceMicros)
    hold(isWithin, 5, () => `${terms.id} is sold to for ${priceMicros}, which is out of bounds`)
  }

  /** A lead arrives at an offer, in time or not. */
  arrived(auctionId: string): void {
    if (!this.#arrivals.has(auctionId)) this.#arrivals.set(auctionId, this.#engine.now)
  }

  /** How many copies have left under the key of this post. */
  copies({ idempotencyKey }: PostRequest): number {
    return this.#copies.get(idempotencyKey)?.count ?? 0
  }

  /** Who does not honour keys gets one copy; who does gets the others by the schedule, however often it was told to send. */
  #count({ idempotencyKey }: PostRequest, { id, onUnknown }: Contender): void {
    const { now } = this.#engine
    const { firstAt, count } = this.#copies.get(idempotencyKey) ?? { firstAt: now, count: 0 }
    this.#copies.set(idempotencyKey, { firstAt, count: count + 1 })
    if (count === 0) return
    hold(onUnknown === 'retry', 1, () => `${id} does not honour keys, and is sent copy ${count + 1}`)
    const least = COPY_DELAYS_MS[Math.min(count, COPY_DELAYS_MS.length) - 1] ?? 0
    const passed = now - firstAt
    hold(passed >= least - EARLY_MS * count, 7, () => `copy ${count + 1} for ${id} leaves after ${passed} ms`)
  }

  /** A buyer takes a lead: from here on it is sold, whoever knows of it. */
  took({ leadRef, auctionId, priceMicros }: PostRequest, { id: contractId, buyerId }: Contender): void {
    const { plan } = this.#scenario
    this.#engine.tell(contractId, `takes ${leadRef} for ${priceMicros}`)
    const earlier = this.takes.filter((take) => take.leadRef === leadRef)
    hold(earlier.length < plan.maxSells, 1, () => `${leadRef} is taken by ${contractId}, once too often`)
    hold(!earlier.some((take) => take.buyerId === buyerId), 1, () => `${buyerId} takes ${leadRef} a second time`)
    this.takes.push({ leadRef, auctionId, contractId, buyerId, priceMicros })
    this.#checkLimits(buyerId)
    this.#checkSupplierLimits()
    this.#checkIdentities()
    this.#checkPromise(auctionId, leadRef)
  }

  /** What a buyer says when it is asked by a person. */
  hasTaken(auctionId: string, contractId: string): boolean {
    return this.takes.some((take) => take.auctionId === auctionId && take.contractId === contractId)
  }

  /** What the supplier was told of its lead. */
  told(ref: string, body: string): void {
    const first = this.answers.get(ref) ?? body
    hold(first === body, 7, () => `${ref} was answered ${first}, then ${body}`)
    hold(!this.#impostors.has(ref), 7, () => `${ref} was answered, and so was another lead under its key`)
    this.answers.set(ref, first)
  }

  /** The supplier's own request is taken for another one under its key. */
  mistaken(ref: string): void {
    hold(false, 7, () => `${ref} is told that another lead came under its key, and none did`)
  }

  /** What the supplier was told of another lead under the same key. */
  toldImpostor(ref: string): void {
    this.#impostors.add(ref)
    hold(!this.answers.has(ref), 7, () => `${ref} was answered, and so was another lead under its key`)
  }

  promised(auctionId: string, { payoutMicros, validUntil }: Omit<Promise, 'auctionId'>): void {
    this.promises.push({ auctionId, payoutMicros, validUntil })
  }

  /** What the supplier is owed for a sale, by the terms of the scenario. */
  payoutFor(priceMicros: number): number {
    const { cost } = this.#scenario.plan.payout
    return cost.mode === 'fixed' ? cost.amountMicros : Math.floor((priceMicros * 3) / 4)
  }

  /** Answers say what is true, and stays true. */
  checkAnswers(): void {
    for (const [ref, body] of this.answers) {
      const { status, payoutMicros } = JSON.parse(body) as ToldOutcome
      const takes = this.takes.filter(({ leadRef }) => leadRef === ref)
      const owed = takes.reduce((sum, { priceMicros }) => sum + this.payoutFor(priceMicros), 0)
      hold(status !== 'unsold' || takes.length === 0, 2, () => `${ref} was told to be unsold, and is sold`)
      hold(status !== 'sold' || takes.length > 0, 2, () => `${ref} was told to be sold, and is not`)
      hold(payoutMicros <= owed, 2, () => `${ref} was told to be paid ${payoutMicros}, and ${owed} are owed`)
    }
  }

  #checkLimits(buyerId: string): void {
    const account = this.#scenario.buyers.find((buyer) => buyer.buyerId === buyerId)?.account
    if (account === undefined) throw new Error(`no buyer ${buyerId}`)
    const { configuration, creditMicros } = account
    const bought = this.takes.filter((take) => take.buyerId === buyerId)
    const spent = bought.reduce((sum, { priceMicros }) => sum + priceMicros, 0)
    hold(configuration.active, 6, () => `${buyerId} is paused and buys`)
    hold(spent <= (creditMicros ?? spent), 6, () => `${buyerId} has spent ${spent} of ${creditMicros}`)
    for (const { count, amountMicros } of configuration.caps) {
      hold(bought.length <= (count ?? bought.length), 6, () => `${buyerId} has bought ${bought.length} of ${count}`)
      hold(spent <= (amountMicros ?? spent), 6, () => `${buyerId} has bought for ${spent} of ${amountMicros}`)
    }
  }

  #checkSupplierLimits(): void {
    const leads = new Set(this.takes.map(({ leadRef }) => leadRef)).size
    const paid = this.takes.reduce((sum, { priceMicros }) => sum + this.payoutFor(priceMicros), 0)
    for (const { count, amountMicros } of this.#scenario.gateCaps) {
      hold(leads <= (count ?? leads), 6, () => `${leads} leads of the supplier are sold of ${count}`)
      hold(paid <= (amountMicros ?? paid), 6, () => `the supplier is paid ${paid} of ${amountMicros}`)
    }
  }

  /** One person's data is sold once in the campaign's window, whichever lead it comes in. */
  #checkIdentities(): void {
    const persons = new Map<string, string>()
    for (const { ref, identity } of this.#scenario.leads) {
      if (identity === null || !this.takes.some(({ leadRef }) => leadRef === ref)) continue
      const person = identity.keys.join()
      const other = persons.get(person)
      hold(other === undefined, 1, () => `${ref} and ${other} are one person, and both sold`)
      persons.set(person, ref)
    }
  }

  #checkPromise(auctionId: string, leadRef: string): void {
    const promise = this.promises.find((candidate) => candidate.auctionId === auctionId)
    if (promise === undefined) return
    const owed = this.takes
      .filter((take) => take.leadRef === leadRef)
      .reduce((sum, { priceMicros }) => sum + this.payoutFor(priceMicros), 0)
    hold(owed >= promise.payoutMicros, 7, () => `${leadRef} pays ${owed}, and ${promise.payoutMicros} were promised`)
  }
}
