/**
 * Mirrors durable-objects/auction/outbox.ts: what accounts hold for nothing and the identity index first, then gate and rotation, then the
 * database, whose report brings accounts what they sold.
 */
import { type AttemptStage, type AuctionState, hasLead } from '../../src/core/auction/state.ts'
import { leadOutcomeOf, salesOf, statusOf, unsoldReason } from '../../src/core/auction/summary.ts'
import { isToldInVain, isUntold } from '../../src/core/auction/timing.ts'
import type { Host, Instance } from '../engine/host.ts'
import { call } from '../engine/network.ts'
import type { Running } from '../engine/running.ts'
import type { IdentityClaims } from './identity-claims.ts'
import type { SubmittedLead } from './lead.ts'
import type { Projection } from './projection.ts'
import type { AuctionRecord } from './record.ts'
import type { AuctionServices } from './services.ts'

type BegunState = Exclude<AuctionState, { phase: 'absent' }>

/** Sealing the lead takes a moment, in which the object may die. */
const SEAL_MS = 1

export class AuctionOutbox {
  readonly #host: Host<Instance>
  readonly #services: AuctionServices
  readonly #claims: IdentityClaims
  readonly #released = new Set<number>()
  #isGateTold = false
  #isRotationTold = false

  constructor(host: Host<Instance>, services: AuctionServices, claims: IdentityClaims) {
    this.#host = host
    this.#services = services
    this.#claims = claims
  }

  *flush(record: AuctionRecord, state: AuctionState): Running<void> {
    if (state.phase === 'absent' || state.sequence === 0) return
    yield* this.#releaseHolds(state)
    yield* this.#claims.tell(record.identity, state)
    yield* this.#tellGate(record.lead, state)
    yield* this.#tellRotation(state)
    if (!isUntold(state) || isToldInVain(state)) return
    yield* this.#host.sleep(SEAL_MS)
    yield* this.#services.project(this.#host, this.#projection(record, state))
  }

  *giveTurnBack(state: AuctionState): Running<void> {
    if (state.phase !== 'absent' && !hasLead(state)) yield* this.#tellRotation(state)
  }

  *cancel({ capped }: SubmittedLead): Running<void> {
    if (capped.leads) yield* call(this.#host, this.#services.gate, (gate) => gate.cancel(this.#host.name))
  }

  *retryDue(state: AuctionState, now: number): Running<void> {
    if (state.phase === 'absent') return
    for (const { contractId, stage } of state.attempts) {
      if (stage.at !== 'unknown' || stage.retryAt === null || stage.retryAt > now) continue
      yield* this.enqueueRetry(contractId, stage.tryNumber + 1, 0)
    }
  }

  *enqueueRetry(contractId: string, tryNumber: number, delaySeconds: number): Running<void> {
    const message = { kind: 'post_retry', auctionId: this.#host.name, contractId, tryNumber } as const
    yield* this.#services.retryLater(this.#host, message, delaySeconds)
  }

  *#releaseHolds(state: BegunState): Running<void> {
    for (const { number, contractId, stage } of state.attempts) {
      if (this.#released.has(number) || !needsRelease(stage)) continue
      const buyerId = state.plan.contenders.find(({ id }) => id === contractId)?.buyerId ?? ''
      yield* call(this.#host, this.#services.account(buyerId), (account) =>
        account.release(this.#host.name, number, stage.since),
      )
      this.#released.add(number)
    }
  }

  *#tellGate({ capped }: SubmittedLead, state: AuctionState): Running<void> {
    if (!capped.leads || state.phase !== 'settled' || this.#isGateTold) return
    const { status, payoutMicros } = leadOutcomeOf(state)
    yield* call(this.#host, this.#services.gate, (gate) =>
      gate.settle(this.#host.name, status === 'sold', payoutMicros),
    )
    this.#isGateTold = true
  }

  *#tellRotation(state: BegunState): Running<void> {
    if (state.plan.distribution !== 'round_robin' || state.phase !== 'settled' || this.#isRotationTold) return
    const sold = salesOf(state).map(({ contractId }) => contractId)
    yield* call(this.#host, this.#services.rotation, (rotation) => rotation.settle(this.#host.name, sold))
    this.#isRotationTold = true
  }

  #projection({ lead }: AuctionRecord, state: BegunState): Projection {
    return {
      auctionId: this.#host.name,
      leadRef: lead.ref,
      sequence: state.sequence,
      status: statusOf(state),
      reason: unsoldReason(state),
      settledAt: state.phase === 'settled' ? state.settledAt : null,
      sales: salesOf(state).map(({ contractId, buyerId, priceMicros, payoutMicros, acceptedAt, attempt }) => {
        return { contractId, buyerId, revenueMicros: priceMicros, payoutMicros, at: acceptedAt, attempt }
      }),
    }
  }
}

function needsRelease(stage: AttemptStage): boolean {
  if (stage.at === 'denied') return stage.reason === 'not_reached' || stage.reason === 'account_denied'
  return stage.at === 'rejected'
}
