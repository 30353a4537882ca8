/**
 * The two steps of an attempt that reach outside: asking the buyer's account, and sending the post. Both end as values.
 */

import type { ReserveRequest } from '../../src/contracts/buyer-account'
import type { PostAnswer } from '../../src/core/auction/events'
import { type LikelyAttempt, likelyAttempt } from '../../src/core/auction/likely'
import { type AuctionState, type Closed, isClosed } from '../../src/core/auction/state'
import { deadlineOf, postTimeoutMs } from '../../src/core/auction/timing'
import type { BidReason } from '../../src/core/reasons'
import { publicIds } from '../buyer-line/buyer-line'
import { EarlyReservation } from './early-reservation'
import type { AuctionRecord } from './record'
import type { AuctionServices } from './services'

/** Sealed credentials by contract. */
export type SealedSecrets = { readonly [contractId: string]: string }

export class AuctionSeller {
  readonly #services: AuctionServices
  readonly #objectId: string
  readonly #early = new EarlyReservation()

  constructor(services: AuctionServices, objectId: string) {
    this.#services = services
    this.#objectId = objectId
  }

  /** Asks the buyer's account to hold the price. @returns why not, or null where it is held */
  async reserve(record: AuctionRecord, state: Closed, contractId: string): Promise<BidReason | null> {
    const attempt = state.attempts.find((candidate) => candidate.contractId === contractId)
    const contender = state.plan.contenders.find(({ id }) => id === contractId)
    if (attempt === undefined || contender === undefined) return 'account_denied'
    const { number, priceMicros, stage } = attempt
    const { line } = this.#services
    const contract = record.contracts.find(({ terms }) => terms.id === contractId)
    if (contract === undefined) return 'account_denied'
    const party = { lead: record.lead, contract }
    if (line.isPostCircuitOpen(party)) return 'circuit_open'
    try {
      const account = this.#services.account(record.lead.terms.tenantId, contender.buyerId)
      const request = this.#request(record, { contractId, attempt: number, priceMicros }, stage.since)
      if (!(await this.#early.take(contender.buyerId, request))) {
        const result = await account.reserve(request)
        if (!result.granted) return result.reason
      }
      const denied = (await this.#holdPayout(record, state)) ? null : 'capped'
      if (denied === null && line.admitPost(party)) return null
      await account.release(this.#objectId, number, request.at)
      return denied ?? 'circuit_open'
    } catch (error) {
      // An account that cannot be asked denies: selling past a cap would be worse than the next bidder.
      this.#services.log('reserve_failed', { contractId, error: nameOf(error) })
      return 'account_denied'
    }
  }

  /** Has the likely winner's reservation asked for, should the last buyer stay out. Waits for nothing. */
  reserveEarly(record: AuctionRecord, state: () => AuctionState): void {
    if (likelyAttempt(state(), this.#services.now()) === null) return
    this.#early.plan(this.#services.earlyReservationMs, () => this.#askEarly(record, state()))
  }

  #askEarly(record: AuctionRecord, state: AuctionState): void {
    const now = this.#services.now()
    const likely = likelyAttempt(state, now)
    const contract = record.contracts.find(({ terms }) => terms.id === likely?.contractId)
    if (likely === null || contract === undefined) return
    if (this.#services.line.isPostCircuitOpen({ lead: record.lead, contract })) return
    const { buyerId } = contract.terms
    const account = this.#services.account(record.lead.terms.tenantId, buyerId)
    this.#early.ask(buyerId, account, this.#request(record, likely, now))
  }

  /** Gives back an early reservation that the close made no use of. */
  async dropEarly(): Promise<void> {
    try {
      await this.#early.drop()
    } catch (error) {
      this.#services.log('early_reservation_not_dropped', { auctionId: this.#objectId, error: nameOf(error) })
    }
  }

  #request({ lead }: AuctionRecord, { contractId, attempt, priceMicros }: LikelyAttempt, at: number): ReserveRequest {
    // A test is delivered and counted, and left out of money: no budget or balance pays for it.
    const heldMicros = lead.link.testMode ? 0 : priceMicros
    return { auctionId: this.#objectId, attempt, contractId, priceMicros: heldMicros, at }
  }

  /** What the supplier may still be paid in this campaign; asked only where there is a cap by amount. */
  async #holdPayout({ lead }: AuctionRecord, state: Closed): Promise<boolean> {
    if (!lead.link.capped.payouts) return true
    const live = state.attempts.filter(({ stage }) => stage.at !== 'rejected' && stage.at !== 'denied')
    const payoutMicros = live.reduce((sum, attempt) => sum + attempt.payoutMicros, 0)
    const gate = this.#services.gate(lead.terms.tenantId, lead.link.supplierId)
    return gate.holdPayout(this.#objectId, lead.terms.campaignId, payoutMicros)
  }

  /** Renders the post once, into the record; every try of it sends the same bytes. */
  preparePost(record: AuctionRecord, state: AuctionState, contractId: string): void {
    const contract = record.contracts.find(({ terms }) => terms.id === contractId)
    if (contract === undefined || record.erased !== null || record.posts[contractId] !== undefined || !isClosed(state))
      return
    const captured = record.captured[contractId] ?? null
    try {
      record.posts[contractId] = this.#services.line.encodePost({
        lead: record.lead,
        ids: publicIds(this.#objectId),
        contract,
        captured,
        expiresAt: deadlineOf(state),
      })
    } catch (error) {
      this.#services.log('post_not_rendered', { contractId, error: nameOf(error) })
    }
  }

  /** Sends the prepared post. Never throws: what is neither a clear yes nor a clear no is unknown. */
  async send(record: AuctionRecord, state: Closed, contractId: string, sealed: SealedSecrets): Promise<PostAnswer> {
    const { lead, contracts, posts } = record
    const contract = contracts.find(({ terms }) => terms.id === contractId)
    const request = posts[contractId]
    // Nothing is sent any more: a clear no for a first post, while one whose outcome is unknown stays so.
    if (record.erased !== null) return { kind: 'rejected', reason: 'the lead was erased', parsed: false }
    if (contract === undefined || request === undefined) {
      // What may be sent again is kept from its first sending on, and nothing else is sent twice: this was never rendered.
      return { kind: 'rejected', reason: 'the post could not be rendered', parsed: true }
    }
    const timeoutMs = postTimeoutMs(state, contractId, this.#services.now())
    try {
      const call = { lead, contract, sealed: sealed[contractId] ?? null, request, timeoutMs }
      return await this.#services.line.post(call)
    } catch (error) {
      this.#services.log('post_failed', { contractId, error: nameOf(error) })
      return { kind: 'unknown', reason: 'internal_error' }
    }
  }
}

/** An error's kind; its words may quote what was sent. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}
