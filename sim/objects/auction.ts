/**
 * Mirrors durable-objects/auction/run.ts (and auction.ts): load, let core decide, persist, act. Left out are views and credentials.
 */
import type { PostResolution } from '../../src/contracts/unresolved.ts'
import { type AuctionCommand, advance, decide } from '../../src/core/auction/decide.ts'
import type { AuctionEvent } from '../../src/core/auction/events.ts'
import { evolve } from '../../src/core/auction/evolve.ts'
import { ABSENT, type AuctionState, hasLead, isClosed } from '../../src/core/auction/state.ts'
import { attemptOutcomeOf, isAnswerable, type LeadOutcome, leadOutcomeOf } from '../../src/core/auction/summary.ts'
import { isUntold, nextWakeAt, RETENTION_MS, windowEndOf } from '../../src/core/auction/timing.ts'
import type { Alarmed, Host } from '../engine/host.ts'
import { Latch } from '../engine/latch.ts'
import { call } from '../engine/network.ts'
import { Outage, type Running, waitFor } from '../engine/running.ts'
import { answerOf, offerBodyOf } from './answer.ts'
import { BidWindow } from './bid-window.ts'
import { IdentityClaims } from './identity-claims.ts'
import type { LeadResult, OfferResult, PostedLead, SubmittedLead } from './lead.ts'
import { AuctionOutbox } from './outbox.ts'
import { AuctionRecord } from './record.ts'
import { AuctionSeller } from './seller.ts'
import type { AuctionServices } from './services.ts'

const TWIN_WAIT_MS = 5_000
const WATCHDOG_SOONEST_MS = 1_000
const WATCHDOG_LATEST_MS = 10 * 60 * 1_000
const MS_PER_SECOND = 1_000

export class AuctionObject implements Alarmed {
  readonly #host: Host<AuctionObject>
  readonly #services: AuctionServices
  #record: AuctionRecord | null
  #state: AuctionState
  #window: BidWindow | null = null
  #beginning: Latch<boolean> | null = null
  #taking: Latch<'taken' | 'expired' | 'duplicate'> | null = null
  #running = false
  readonly #waiting: (() => void)[] = []
  readonly #claims: IdentityClaims
  readonly #outbox: AuctionOutbox
  readonly #seller: AuctionSeller

  constructor(host: Host<AuctionObject>, services: AuctionServices) {
    this.#host = host
    this.#services = services
    this.#claims = new IdentityClaims(host, services)
    this.#outbox = new AuctionOutbox(host, services, this.#claims)
    this.#seller = new AuctionSeller(host, services)
    this.#record = AuctionRecord.load(host)
    this.#state = this.#record?.state() ?? ABSENT
  }

  *offer(lead: SubmittedLead): Running<OfferResult> {
    const isFirst = this.#record === null && this.#beginning === null
    if (this.#record === null) yield* this.#beginOnce(lead)
    if (!isFirst) return (yield* this.replayOffer(lead.fingerprint)) ?? { kind: 'conflict' }
    yield* this.#waitForAnswer(null)
    const body = this.#record?.offerBody ?? null
    return body === null ? { kind: 'in_progress' } : { kind: 'answer', body }
  }

  *replayOffer(fingerprint: string): Running<OfferResult | null> {
    const record = this.#record
    if (record === null || record.lead.plan.mode === 'direct') return null
    if (record.lead.fingerprint !== fingerprint) return { kind: 'conflict' }
    if (record.offerBody === null) yield* this.#waitForAnswer(TWIN_WAIT_MS)
    const body = record.offerBody
    return body === null ? { kind: 'in_progress' } : { kind: 'answer', body }
  }

  *take(lead: PostedLead): Running<LeadResult> {
    while (this.#taking !== null) yield* this.#taking.wait()
    const record = this.#record
    if (record === null || record.lead.plan.mode === 'direct') return { kind: 'no_offer' }
    if (hasLead(this.#state)) return yield* this.#replay(lead.fingerprint)
    const taking = new Latch<'taken' | 'expired' | 'duplicate'>(this.#host.engine)
    this.#taking = taking
    const over = () => {
      this.#taking = null
    }
    this.#host.spawn(this.#settled(taking, this.#letIn(record, lead), over))
    const outcome = yield* taking.wait()
    if (outcome !== 'taken') return { kind: outcome }
    return (yield* this.#answered(null)) ?? { kind: 'in_progress' }
  }

  *submit(lead: SubmittedLead): Running<LeadResult> {
    if (this.#record !== null) return yield* this.#replay(lead.fingerprint)
    const isFirst = this.#beginning === null
    if (!(yield* this.#beginOnce(lead))) return { kind: 'duplicate' }
    if (!isFirst) return yield* this.#replay(lead.fingerprint)
    return (yield* this.#answered(null)) ?? { kind: 'in_progress' }
  }

  *replay(fingerprint: string): Running<LeadResult | null> {
    return hasLead(this.#state) ? yield* this.#replay(fingerprint) : null
  }

  *#replay(fingerprint: string): Running<LeadResult> {
    if (this.#record?.fingerprint !== fingerprint) return { kind: 'conflict' }
    if (this.#record.answer === null) this.#resume()
    return (yield* this.#answered(TWIN_WAIT_MS)) ?? { kind: 'in_progress' }
  }

  acknowledge(sequence: number): void {
    const events = this.#do({ type: 'acknowledge', sequence })
    if (events.length === 0) return
    this.#record?.save()
    this.#armWatchdog()
    this.#rest()
  }

  /** As durable-objects/auction/memory.ts lets go of it all; read at once, as everything is asked again in the end. */
  #rest(): void {
    const state = this.#state
    if (state.phase !== 'settled' || isUntold(state) || this.#waiting.length > 0) return
    this.#record = AuctionRecord.load(this.#host)
    this.#state = this.#record?.state() ?? ABSENT
    this.#window = null
  }

  attemptOutcome(attempt: number, contractId: string): 'open' | 'sold' | 'over' {
    return attemptOutcomeOf(this.#state, attempt, contractId)
  }

  leadOutcome(): LeadOutcome {
    return leadOutcomeOf(this.#state)
  }

  retryPost(contractId: string, tryNumber: number): boolean {
    return this.#do({ type: 'retry', contractId, tryNumber }).length > 0
  }

  resolvePost({ contractId, outcome, reference }: PostResolution): boolean {
    const isNews = this.#do({ type: 'resolve', contractId, outcome, reference }).length > 0
    if (isNews) this.#armWatchdog()
    return isNews
  }

  *alarm(): Running<void> {
    try {
      if (this.#record === null) return
      if (this.#isForgettable()) {
        this.#host.deleteAll()
        return
      }
      if (this.#isEarly()) {
        this.#armWatchdog()
        return
      }
      if (this.#running) this.#do({ type: 'watchdog' })
      else this.#resume()
      yield* this.#outbox.retryDue(this.#state, this.#host.engine.now)
      yield* this.#outbox.flush(this.#record, this.#state)
    } catch (error) {
      if (!(error instanceof Outage)) throw error
    }
    this.#armWatchdog()
  }

  /** What the object believes now; for checks, never for drivers. */
  get state(): AuctionState {
    return this.#state
  }

  *#beginOnce(lead: SubmittedLead): Running<boolean> {
    let beginning = this.#beginning
    if (beginning === null) {
      beginning = new Latch<boolean>(this.#host.engine)
      this.#beginning = beginning
      const over = () => {
        this.#beginning = null
      }
      this.#host.spawn(this.#settled(beginning, this.#begin(lead), over))
    }
    return yield* beginning.wait()
  }

  /** Runs something that several may wait for, as a promise with `finally` does. */
  *#settled<T>(latch: Latch<T>, running: Running<T>, over: () => void): Running<void> {
    try {
      const value = yield* running
      over()
      latch.resolve(value)
    } catch (error) {
      over()
      if (!(error instanceof Outage)) throw error
      latch.reject(error)
    }
  }

  *#begin(lead: SubmittedLead): Running<boolean> {
    const { mode } = lead.plan
    if (mode === 'direct' && !(yield* this.#claims.take(lead.identity))) {
      yield* this.#outbox.cancel(lead)
      return false
    }
    const plan = { ...lead.plan, turns: yield* this.#turns(lead) }
    const [planned] = decide(ABSENT, { type: 'plan', plan }, this.#host.engine.now)
    if (planned === undefined) throw new Error('a plan was not taken')
    this.#record = AuctionRecord.begin(this.#host, lead, planned)
    this.#state = evolve(ABSENT, planned)
    if (mode === 'direct') this.#armWatchdog()
    this.#resume()
    return true
  }

  *#letIn(record: AuctionRecord, lead: PostedLead): Running<'taken' | 'expired' | 'duplicate'> {
    const receivedAt = this.#host.engine.now
    const state = this.#state
    if (state.phase !== 'offered' || receivedAt >= state.offer.validUntil) {
      yield* this.#outbox.cancel(record.lead)
      return 'expired'
    }
    if (!(yield* this.#claims.take(lead.identity))) {
      yield* this.#outbox.cancel(record.lead)
      return 'duplicate'
    }
    record.post(lead)
    this.#running = true
    if (this.#do({ type: 'take', receivedAt, exclusions: lead.exclusions }).length > 0) {
      this.#armWatchdog()
      return 'taken'
    }
    record.post(null)
    yield* this.#claims.drop(lead.identity)
    yield* this.#outbox.cancel(record.lead)
    return 'expired'
  }

  *#withoutLead(reached: 'offered' | 'settled'): Running<void> {
    const record = this.#record
    if (record === null) return
    if (record.offerBody === null) {
      // Signing the token takes a moment.
      const state = this.#state
      yield* this.#host.sleep(1)
      record.saveOffer(offerBodyOf(this.#host.name, state))
      this.#armWatchdog()
      this.#answerAll()
    }
    if (reached !== 'settled') return
    try {
      yield* this.#outbox.giveTurnBack(this.#state)
    } catch (error) {
      if (!(error instanceof Outage)) throw error
    }
  }

  *#turns({ plan }: SubmittedLead): Running<readonly string[] | null> {
    if (plan.distribution !== 'round_robin') return null
    const ids = plan.contenders.map(({ id }) => id)
    return yield* call(this.#host, this.#services.rotation, (rotation) => rotation.order(this.#host.name, ids))
  }

  #resume(): void {
    if (this.#running || this.#record === null) return
    this.#running = true
    if (this.#state.phase === 'planned') {
      this.#do({ type: 'open' })
      return
    }
    const asked = isClosed(this.#state) ? this.#state.attempts.filter(({ stage }) => stage.at === 'reserving') : []
    this.#do({ type: 'recover' })
    for (const { contractId } of asked) this.#reserve(contractId)
  }

  #do(command: AuctionCommand): readonly AuctionEvent[] {
    const record = this.#record
    if (record === null) return []
    const { events, state } = advance(this.#state, command, this.#host.engine.now)
    if (events.length === 0) return events
    const [told, wasAtRest] = [sequenceOf(this.#state), isAnswerable(this.#state)]
    this.#state = state
    record.events.push(...events)
    if (record.answer === null && hasLead(this.#state) && isAnswerable(this.#state)) {
      record.answer = answerOf(this.#state)
    }
    for (const event of events) {
      if (event.type === 'post_started') this.#seller.preparePost(record, this.#state, event.contractId)
    }
    if (events.some(mustSurvive) || (!wasAtRest && isAnswerable(this.#state))) record.save()
    for (const event of events) this.#act(event)
    if (command.type === 'answer') this.#seller.reserveEarly(() => this.#state)
    if (record.answer !== null && this.#waiting.length > 0) this.#answerAll()
    if (sequenceOf(this.#state) > told) this.#host.spawn(this.#tell())
    return events
  }

  #act(event: AuctionEvent): void {
    const { engine, name } = this.#host
    if (engine.story !== null) engine.tell(name, storyOf(event))
    switch (event.type) {
      case 'window_opened':
        this.#openWindow()
        return
      case 'window_closed':
        this.#window?.close()
        this.#host.engine.soon(() => this.#host.spawn(this.#seller.dropEarly()))
        return
      case 'offered':
      case 'settled':
        if (!hasLead(this.#state)) this.#host.spawn(this.#withoutLead(event.type))
        return
      case 'attempt_started':
        this.#reserve(event.contractId)
        return
      case 'post_started':
        this.#host.spawn(this.#post(event.contractId, event.tryNumber))
        return
      case 'retry_scheduled':
        this.#host.spawn(this.#scheduleRetry(event.contractId, event.retryAt))
        return
    }
  }

  #openWindow(): void {
    const state = this.#state
    if (state.phase !== 'pinging') return
    this.#window = new BidWindow({
      host: this.#host,
      services: this.#services,
      contractIds: state.plan.contenders.filter(({ pings, tier }) => pings && tier === state.tier).map(({ id }) => id),
      windowMs: Math.max(0, windowEndOf(state) - this.#host.engine.now),
      onReport: (contractId, askedAt, answer) => this.#do({ type: 'answer', contractId, askedAt, answer }),
      onOver: (askedAt) => this.#do({ type: 'close', askedAt }),
    })
    this.#window.run()
  }

  #reserve(contractId: string): void {
    const [record, state] = [this.#record, this.#state]
    if (state.phase !== 'selling' || record === null) return
    if (state.attempts.find((attempt) => attempt.contractId === contractId)?.stage.at !== 'reserving') return
    this.#host.spawn(this.#reserved(contractId, this.#seller.reserve(record, state, contractId)))
  }

  *#reserved(contractId: string, asking: ReturnType<AuctionSeller['reserve']>): Running<void> {
    const denied = yield* asking
    this.#do({ type: 'reservation', contractId, denied })
  }

  *#post(contractId: string, tryNumber: number): Running<void> {
    const [record, state] = [this.#record, this.#state]
    if (record === null || !isClosed(state)) return
    yield* this.#host.sync()
    const answer = yield* this.#seller.send(record, state, contractId)
    this.#do({ type: 'post_answer', contractId, tryNumber, answer })
  }

  *#tell(): Running<void> {
    if (this.#record === null) return
    try {
      yield* this.#outbox.flush(this.#record, this.#state)
    } catch (error) {
      if (!(error instanceof Outage)) throw error
    }
  }

  *#scheduleRetry(contractId: string, retryAt: number): Running<void> {
    this.#armWatchdog()
    const attempts = this.#state.phase === 'absent' ? [] : this.#state.attempts
    const stage = attempts.find((attempt) => attempt.contractId === contractId)?.stage
    if (stage?.at !== 'unknown') return
    const delaySeconds = Math.max(0, Math.ceil((retryAt - this.#host.engine.now) / MS_PER_SECOND))
    yield* this.#outbox.enqueueRetry(contractId, stage.tryNumber + 1, delaySeconds)
  }

  *#answered(waitMs: number | null): Running<LeadResult | null> {
    if (this.#record === null || this.#record.answer === null) yield* this.#waitForAnswer(waitMs)
    if (this.#record === null || this.#record.answer === null) return null
    yield* this.#freeUnsold(this.#record)
    return { kind: 'answer', ...this.#record.answer }
  }

  *#freeUnsold({ identity }: AuctionRecord): Running<void> {
    if (this.#state.phase !== 'settled' || this.#state.outcome !== 'unsold') return
    try {
      yield* this.#claims.tell(identity, this.#state)
    } catch (error) {
      if (!(error instanceof Outage)) throw error
    }
  }

  #waitForAnswer(waitMs: number | null): Running<void> {
    const { engine } = this.#host
    return waitFor((wake) => {
      const resolve = () => wake.resolve()
      this.#waiting.push(resolve)
      if (waitMs !== null) engine.atInLife(engine.now + waitMs, this.#host, resolve)
    })
  }

  #answerAll(): void {
    for (const resolve of this.#waiting.splice(0)) this.#host.engine.soon(resolve)
  }

  #armWatchdog(): void {
    const due = nextWakeAt(this.#state)
    if (due === null) return
    const { now } = this.#host.engine
    const pause = Math.min(Math.max(now - due, WATCHDOG_SOONEST_MS), WATCHDOG_LATEST_MS)
    this.#host.setAlarm(Math.max(due, now + pause))
  }

  #isEarly(): boolean {
    const due = nextWakeAt(this.#state)
    return due !== null && due > this.#host.engine.now + 100
  }

  #isForgettable(): boolean {
    const state = this.#state
    if (state.phase !== 'settled' || state.acknowledged < state.sequence) return false
    return this.#host.engine.now >= state.settledAt + RETENTION_MS
  }
}

function mustSurvive(event: AuctionEvent): boolean {
  switch (event.type) {
    case 'post_started':
    case 'settled':
    case 'retry_scheduled':
    case 'parked':
    case 'resolved':
    case 'post_answered':
      return true
    default:
      return false
  }
}

function sequenceOf(state: AuctionState): number {
  return state.phase === 'absent' ? 0 : state.sequence
}

function storyOf(event: AuctionEvent): string {
  switch (event.type) {
    case 'planned':
      return 'planned'
    case 'post_answered':
      return `post_answered ${event.contractId}: ${event.answer.kind}`
    case 'post_started':
      return `post_started ${event.contractId}, try ${event.tryNumber}`
    case 'settled':
      return `settled ${event.outcome}`
    default:
      return 'contractId' in event ? `${event.type} ${event.contractId}` : event.type
  }
}
