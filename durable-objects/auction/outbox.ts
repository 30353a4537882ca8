/**
 * Tells accounts, gate, index and database what came of an auction. Everything here may be said twice: accounts are idempotent
 * by attempt, the database by sequence, a retry by its number.
 *
 * The database comes last: once it has acknowledged, nothing is left to tell anyone. Accounts hear from here what they hold for
 * nothing, since others wait for that; what they sold goes with the report to the database, and is told before it is stored there.
 */
import type { SubmitLead } from '../../src/contracts/auction-lead'
import type { LeadProjection } from '../../src/contracts/projection'
import { type Attempt, type AttemptStage, type AuctionState, hasLead } from '../../src/core/auction/state'
import { bidsOf, leadOutcomeOf, salesOf, statusOf, unsoldReason } from '../../src/core/auction/summary'
import { isToldInVain, isUntold } from '../../src/core/auction/timing'
import { encodeAuctionId, encodeLeadId } from '../../src/security/public-ids'
import type { IdentityClaims } from './identity-claims'
import type { AuctionRecord } from './record'
import { sealedLead } from './sealed-lead'
import type { AuctionServices } from './services'

type BegunState = Exclude<AuctionState, { phase: 'absent' }>

export class AuctionOutbox {
  readonly #services: AuctionServices
  readonly #objectId: string
  /** Attempts whose hold was released by this instance; saying it again would be harmless, and a call. */
  readonly #released = new Set<number>()
  readonly #claims: IdentityClaims
  #isGateTold = false
  #isRotationTold = false

  constructor(services: AuctionServices, objectId: string, claims: IdentityClaims) {
    this.#claims = claims
    this.#services = services
    this.#objectId = objectId
  }

  /** Says everything that is not acknowledged. @throws where a part could not be said; say it again later */
  async flush(record: AuctionRecord, state: AuctionState): Promise<void> {
    if (state.phase === 'absent' || state.sequence === 0) return
    await this.#releaseHolds(record, state)
    await this.#claims.tell(record.lead, state)
    await this.#tellGate(record, state)
    await this.#tellRotation(record, state)
    if (!isUntold(state) || isToldInVain(state)) return
    await this.#services.project(await this.#projection(record, state, state.sequence))
  }

  /** Nobody took the offer: the turn that it was made in is free. Of leads, `flush` says it. */
  async giveTurnBack(record: AuctionRecord, state: AuctionState): Promise<void> {
    if (!hasLead(state)) await this.#tellRotation(record, state)
  }

  /** The lead did not become an auction: its place at the gate is free. */
  async cancel({ link, terms }: Pick<SubmitLead, 'link' | 'terms'>): Promise<void> {
    if (link.capped.leads) await this.#services.gate(terms.tenantId, link.supplierId).cancel(this.#objectId)
  }

  /** Asks for the retries whose time has come and whose message did not. */
  async retryDue(state: AuctionState, now: number): Promise<void> {
    if (state.phase === 'absent') return
    for (const { contractId, stage } of state.attempts) {
      if (stage.at !== 'unknown' || stage.retryAt === null || stage.retryAt > now) continue
      await this.enqueueRetry(contractId, stage.tryNumber + 1, 0)
    }
  }

  async enqueueRetry(contractId: string, tryNumber: number, delaySeconds: number): Promise<void> {
    const auctionId = encodeAuctionId(this.#objectId)
    await this.#services.retryLater({ kind: 'post_retry', auctionId, contractId, tryNumber }, delaySeconds)
  }

  async #releaseHolds(record: AuctionRecord, state: BegunState): Promise<void> {
    for (const { number, contractId, stage } of state.attempts) {
      if (this.#released.has(number) || !needsRelease(stage)) continue
      const buyerId = state.plan.contenders.find(({ id }) => id === contractId)?.buyerId ?? ''
      const account = this.#services.account(record.lead.terms.tenantId, buyerId)
      await account.release(this.#objectId, number, stage.since)
      this.#released.add(number)
    }
  }

  /** Gives back the supplier's place, or keeps it for good. While a post is unknown, the place stays taken. */
  async #tellGate({ lead }: AuctionRecord, state: AuctionState): Promise<void> {
    if (!lead.link.capped.leads || state.phase !== 'settled' || this.#isGateTold) return
    const gate = this.#services.gate(lead.terms.tenantId, lead.link.supplierId)
    const { status, payoutMicros } = leadOutcomeOf(state)
    await gate.settle(this.#objectId, status === 'sold', payoutMicros)
    this.#isGateTold = true
  }

  async #tellRotation({ lead: { terms } }: AuctionRecord, state: AuctionState): Promise<void> {
    if (terms.distribution !== 'round_robin' || state.phase !== 'settled' || this.#isRotationTold) return
    const sold = salesOf(state).map(({ contractId }) => contractId)
    await this.#services.rotation(terms.tenantId, terms.campaignId).settle(this.#objectId, sold)
    this.#isRotationTold = true
  }

  async #projection(record: AuctionRecord, state: AuctionState, sequence: number): Promise<LeadProjection> {
    const { terms, link, receivedAt } = record.lead
    const sales = salesOf(state)
    const [first] = sales
    return {
      kind: 'lead',
      auctionId: encodeAuctionId(this.#objectId),
      leadId: encodeLeadId(this.#objectId),
      sequence,
      tenantId: terms.tenantId,
      campaignId: terms.campaignId,
      supplierId: link.supplierId,
      status: statusOf(state),
      reason: unsoldReason(state),
      test: link.testMode,
      currency: terms.currency,
      receivedAt,
      settledAt: state.phase === 'settled' ? toIso(state.settledAt) : null,
      closeToPostMs: first === undefined ? null : first.acceptedAt - first.closedAt,
      sales: sales.map(({ contractId, buyerId, priceMicros, payoutMicros, acceptedAt, attempt }) => {
        return { contractId, buyerId, revenueMicros: priceMicros, payoutMicros, at: toIso(acceptedAt), attempt }
      }),
      bids: bidsOf(state).map(({ contractId, buyerId, priceMicros, reason, askedAt, answeredAt, attempt }) => {
        const durationMs = askedAt === null || answeredAt === null ? null : answeredAt - askedAt
        return { contractId, buyerId, priceMicros, reason, durationMs, ...(wasPosted(attempt) && { posted: true }) }
      }),
      ...(await sealedLead(record, this.#services)),
    }
  }
}

/**
 * Whether the account of an attempt that came to nothing may hold something for it: also of one that was granted too late, and of
 * one whose account could not be heard.
 */
function needsRelease(stage: AttemptStage): boolean {
  if (stage.at === 'denied') return stage.reason === 'not_reached' || stage.reason === 'account_denied'
  return stage.at === 'rejected'
}

function wasPosted(attempt: Attempt | null): boolean {
  return attempt !== null && attempt.stage.at !== 'reserving' && attempt.stage.at !== 'denied'
}

function toIso(at: number): string {
  return new Date(at).toISOString()
}
