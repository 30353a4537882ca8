/** Mirrors durable-objects/auction/seller.ts: asking the buyer's account, and sending the post. Circuits are left out. */
import type { ReserveRequest } from '../../src/contracts/buyer-account.ts'
import type { PostAnswer } from '../../src/core/auction/events.ts'
import { type LikelyAttempt, likelyAttempt } from '../../src/core/auction/likely.ts'
import type { AuctionState, Closed } from '../../src/core/auction/state.ts'
import { isClosed } from '../../src/core/auction/state.ts'
import { postTimeoutMs } from '../../src/core/auction/timing.ts'
import type { BidReason } from '../../src/core/reasons.ts'
import type { Host, Instance } from '../engine/host.ts'
import { call } from '../engine/network.ts'
import { Outage, type Running } from '../engine/running.ts'
import { EarlyReservation } from './early-reservation.ts'
import type { AuctionRecord } from './record.ts'
import type { AuctionServices } from './services.ts'

/** How long the last buyer may be out before the leader's reservation is asked for. */
const EARLY_MS = 20

export class AuctionSeller {
  readonly #host: Host<Instance>
  readonly #services: AuctionServices
  readonly #early: EarlyReservation

  constructor(host: Host<Instance>, services: AuctionServices) {
    this.#host = host
    this.#services = services
    this.#early = new EarlyReservation(host)
  }

  *reserve(record: AuctionRecord, state: Closed, contractId: string): Running<BidReason | null> {
    const attempt = state.attempts.find((candidate) => candidate.contractId === contractId)
    const contender = state.plan.contenders.find(({ id }) => id === contractId)
    if (attempt === undefined || contender === undefined) return 'account_denied'
    const { number, priceMicros, stage } = attempt
    const auctionId = this.#host.name
    try {
      const account = this.#services.account(contender.buyerId)
      const request = this.#request({ contractId, attempt: number, priceMicros }, stage.since)
      if (!(yield* this.#early.take(contender.buyerId, request))) {
        const result = yield* call(this.#host, account, (buyer) => buyer.reserve(request))
        if (!result.granted) return result.reason
      }
      if (yield* this.#holdPayout(record, state)) return null
      yield* call(this.#host, account, (buyer) => buyer.release(auctionId, number, request.at))
      return 'capped'
    } catch (error) {
      if (!(error instanceof Outage)) throw error
      return 'account_denied'
    }
  }

  reserveEarly(state: () => AuctionState): void {
    if (likelyAttempt(state(), this.#host.engine.now) === null) return
    this.#early.plan(EARLY_MS, () => this.#askEarly(state()))
  }

  #askEarly(state: AuctionState): void {
    const { now } = this.#host.engine
    const likely = likelyAttempt(state, now)
    if (likely === null || state.phase === 'absent') return
    const buyerId = state.plan.contenders.find(({ id }) => id === likely.contractId)?.buyerId ?? ''
    this.#early.ask(buyerId, this.#services.account(buyerId), this.#request(likely, now))
  }

  *dropEarly(): Running<void> {
    try {
      yield* this.#early.drop()
    } catch (error) {
      if (!(error instanceof Outage)) throw error
    }
  }

  #request({ contractId, attempt, priceMicros }: LikelyAttempt, at: number): ReserveRequest {
    return { auctionId: this.#host.name, attempt, contractId, priceMicros, at }
  }

  *#holdPayout({ lead }: AuctionRecord, state: Closed): Running<boolean> {
    if (!lead.capped.payouts) return true
    const live = state.attempts.filter(({ stage }) => stage.at !== 'rejected' && stage.at !== 'denied')
    const payoutMicros = live.reduce((sum, attempt) => sum + attempt.payoutMicros, 0)
    return yield* call(this.#host, this.#services.gate, (gate) => gate.holdPayout(this.#host.name, payoutMicros))
  }

  preparePost(record: AuctionRecord, state: AuctionState, contractId: string): void {
    if (record.posts[contractId] !== undefined || !isClosed(state)) return
    const attempt = state.attempts.find((candidate) => candidate.contractId === contractId)
    if (attempt === undefined) return
    const auctionId = this.#host.name
    record.posts[contractId] = {
      auctionId,
      contractId,
      leadRef: record.lead.ref,
      priceMicros: attempt.priceMicros,
      idempotencyKey: `post_${auctionId}_${contractId}`,
    }
  }

  *send(record: AuctionRecord, state: Closed, contractId: string): Running<PostAnswer> {
    const request = record.posts[contractId]
    if (request === undefined) return { kind: 'rejected', reason: 'the post could not be rendered', parsed: true }
    const timeoutMs = postTimeoutMs(state, contractId, this.#host.engine.now)
    const stage = state.attempts.find((attempt) => attempt.contractId === contractId)?.stage
    const tryNumber = stage?.at === 'posting' ? stage.tryNumber : 1
    return yield* this.#services.post(this.#host, { ...request, tryNumber }, timeoutMs)
  }
}
