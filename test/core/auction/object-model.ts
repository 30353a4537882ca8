/**
 * The object around the state machine, as far as its laws need one: it writes the record where the real one does, tells the
 * database what is written, and dies at will.
 */
import { type AuctionCommand, decide } from '../../../src/core/auction/decide'
import type { AuctionEvent } from '../../../src/core/auction/events'
import { evolve, replay } from '../../../src/core/auction/evolve'
import type { AuctionPlan } from '../../../src/core/auction/plan'
import { ABSENT, type AuctionState } from '../../../src/core/auction/state'
import { START } from '../../support/auction-factories'

/** Events after which the object writes. */
const MUST_SURVIVE: readonly AuctionEvent['type'][] = [
  'offered',
  'post_started',
  'post_answered',
  'retry_scheduled',
  'parked',
  'settled',
]

/** What a crash leaves: the whole record as last written, or only up to its last event that must survive. */
export type Durability = 'whole_record' | 'last_vital_event'

/** A post that left for a buyer. The world remembers it whatever the object forgets. */
export interface Sent {
  readonly contractId: string
  readonly buyerId: string
  readonly attempt: number
  readonly tryNumber: number
}

export class ObjectModel {
  readonly plan: AuctionPlan
  readonly sent: Sent[] = []
  events: AuctionEvent[] = []
  state: AuctionState = ABSENT
  now = START
  /** The highest sequence that the database may have heard of. */
  told = 0
  readonly #durability: Durability
  #written = 0

  constructor(plan: AuctionPlan, durability: Durability) {
    this.plan = plan
    this.#durability = durability
    this.do({ type: 'plan', plan })
  }

  do(command: AuctionCommand): readonly AuctionEvent[] {
    const events = decide(this.state, command, this.now)
    for (const event of events) this.state = evolve(this.state, event)
    this.events.push(...events)
    if (command.type === 'acknowledge' || events.some((event) => this.#mustSurvive(event))) this.#write()
    for (const event of events) if (event.type === 'post_started') this.#send(event.contractId, event.tryNumber)
    return events
  }

  /** Lets the time pass until the contract's next try is due. */
  waitForRetry(contractId: string): void {
    const attempts = this.state.phase !== 'absent' ? this.state.attempts : []
    const stage = attempts.find((attempt) => attempt.contractId === contractId)?.stage
    if (stage?.at === 'unknown') this.now = Math.max(this.now, stage.retryAt ?? this.now)
  }

  crash(): void {
    this.events = this.events.slice(0, this.#written)
    this.state = replay(this.events)
    if (this.state.phase === 'absent') this.do({ type: 'plan', plan: this.plan })
  }

  /** A ping for an offer is not worth a write before it is answered: the supplier would ping again. */
  #mustSurvive({ type }: AuctionEvent): boolean {
    return MUST_SURVIVE.includes(type) || (type === 'planned' && this.plan.mode === 'direct')
  }

  #write(): void {
    const last = this.events.findLastIndex((event) => this.#mustSurvive(event) || event.type === 'acknowledged')
    this.#written = this.#durability === 'whole_record' ? this.events.length : last + 1
    const written = replay(this.events.slice(0, this.#written))
    if (written.phase !== 'absent') this.told = Math.max(this.told, written.sequence)
  }

  #send(contractId: string, tryNumber: number): void {
    const attempt =
      this.state.phase !== 'absent' && this.state.attempts.find((candidate) => candidate.contractId === contractId)
    const buyerId = this.plan.contenders.find(({ id }) => id === contractId)?.buyerId
    if (!attempt || buyerId === undefined) throw new Error('a post without an attempt')
    this.sent.push({ contractId, buyerId, attempt: attempt.number, tryNumber })
  }
}
