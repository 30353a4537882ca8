/**
 * The run of one auction: the one way in which anything happens in it. A command is decided by src/core/auction, what must
 * survive is stored, and then what follows is done: pings, reservations, posts, what has to be told.
 *
 * *posting* is stored before the request leaves, and the storage holds back every request of this object until it is durable.
 */

import { type AuctionCommand, advance } from '../../src/core/auction/decide'
import type { AuctionEvent, PostAnswer } from '../../src/core/auction/events'
import { evolve } from '../../src/core/auction/evolve'
import { ABSENT, type AuctionState, type Closed, hasLead, isClosed } from '../../src/core/auction/state'
import { isAnswerable } from '../../src/core/auction/summary'
import { isUntold, windowEndOf } from '../../src/core/auction/timing'
import { publicIds, servesItsPost, withValidity } from '../buyer-line/buyer-line'
import { answerOf } from './answer'
import { BidWindow } from './bid-window'
import type { IdentityClaims } from './identity-claims'
import { AuctionMemory } from './memory'
import { offerAnswer } from './offer-answer'
import type { AuctionOutbox } from './outbox'
import { AuctionRecord, mustSurvive, type StoredAnswer } from './record'
import { AuctionSeller, nameOf, type SealedSecrets } from './seller'
import type { AuctionServices } from './services'
import { Watchdog } from './watchdog'

const MS_PER_SECOND = 1_000

export interface AuctionRunParts {
  readonly ctx: DurableObjectState
  readonly services: AuctionServices
  readonly claims: IdentityClaims
  readonly outbox: AuctionOutbox
}

export class AuctionRun {
  readonly watchdog: Watchdog
  readonly #ctx: DurableObjectState
  readonly #services: AuctionServices
  readonly #claims: IdentityClaims
  readonly #outbox: AuctionOutbox
  readonly #seller: AuctionSeller
  readonly #memory: AuctionMemory
  /** Sealed credentials by contract; in memory only. */
  #sealedSecrets: SealedSecrets | null = null
  /** The window whose pings are out. */
  #window: BidWindow | null = null
  /** Runs that are under way in this instance; after a restart there are none, whatever the record says. */
  #running = false
  readonly #waiting: (() => void)[] = []

  constructor({ ctx, services, claims, outbox }: AuctionRunParts) {
    this.#ctx = ctx
    this.#services = services
    this.#claims = claims
    this.#outbox = outbox
    this.watchdog = new Watchdog(ctx.storage, services.now)
    this.#seller = new AuctionSeller(services, ctx.id.toString())
    this.#memory = new AuctionMemory(() => AuctionRecord.load(ctx.storage.kv, services.recordSeals))
  }

  /** Null as long as there is no auction. */
  get record(): AuctionRecord | null {
    return this.#memory.record
  }

  get state(): AuctionState {
    return this.#memory.state
  }

  get isRunning(): boolean {
    return this.#running
  }

  /** Begins with what was just planned. */
  begin(record: AuctionRecord, planned: AuctionEvent, secrets: SealedSecrets): void {
    this.#memory.begin(record, evolve(ABSENT, planned))
    this.#sealedSecrets = secrets
  }

  /** Goes on with the lead that was posted to an offer, and its contracts' credentials. */
  goOn(secrets: SealedSecrets): void {
    this.#sealedSecrets = secrets
    this.#running = true
  }

  /** The same request has come again, to an instance that may have forgotten its credentials. */
  lend(secrets: SealedSecrets): void {
    this.#sealedSecrets ??= secrets
  }

  /** The record was changed by something that is no event. */
  reload(): void {
    this.#memory.refresh()
  }

  /** Nothing is left to do or to tell: whoever asks later is answered from storage. */
  rest(): void {
    if (this.state.phase !== 'settled' || isUntold(this.state) || this.#waiting.length > 0) return
    this.#memory.release()
    this.#window = null
    this.#sealedSecrets = null
  }

  /** Takes up the auction where the record stands, unless this instance is already at it. */
  resume(): void {
    if (this.#running || this.record === null) return
    this.#running = true
    if (this.state.phase === 'planned') {
      this.do({ type: 'open' })
      return
    }
    const asked = isClosed(this.state) ? this.state.attempts.filter(({ stage }) => stage.at === 'reserving') : []
    this.do({ type: 'recover' })
    for (const { contractId } of asked) this.#reserve(contractId)
  }

  /** Decides, stores what must survive, then acts. The one way in which anything happens here. */
  do(command: AuctionCommand): readonly AuctionEvent[] {
    const record = this.record
    if (record === null) return []
    const { events, state } = advance(this.state, command, this.#services.now())
    if (events.length === 0) return events
    const [told, wasAtRest] = [sequenceOf(this.state), isAnswerable(this.state)]
    record.events.push(...events)
    this.#memory.advance(state)
    if (record.answer === null && hasLead(this.state) && isAnswerable(this.state)) {
      record.answer = answerOf(this.#ctx.id.toString(), record.lead, this.state)
    }
    for (const event of events) {
      if (event.type === 'post_started') this.#seller.preparePost(record, this.state, event.contractId)
    }
    record.dropSpent(this.state)
    // Where nothing is under way, no alarm may come again, and the supplier is answered: that is not to be forgotten.
    if (events.some(mustSurvive) || (!wasAtRest && isAnswerable(this.state))) record.save()
    for (const event of events) this.#act(event)
    if (command.type === 'answer') this.#seller.reserveEarly(record, () => this.state)
    if (record.answer !== null) for (const resolve of this.#waiting.splice(0)) resolve()
    if (sequenceOf(this.state) > told) this.#ctx.waitUntil(this.#tell())
    return events
  }

  #act(event: AuctionEvent): void {
    switch (event.type) {
      case 'window_opened':
        this.#openWindow()
        return
      case 'window_closed':
        this.#window?.close()
        this.#ctx.waitUntil(this.#dropEarlyReservation())
        return
      case 'offered':
      case 'settled':
        if (!hasLead(this.state)) this.#ctx.waitUntil(this.#withoutLead(event.type))
        return
      case 'attempt_started':
        this.#reserve(event.contractId)
        return
      case 'post_started':
        this.#ctx.waitUntil(this.#post(event.contractId, event.tryNumber))
        return
      case 'retry_scheduled':
        this.#ctx.waitUntil(this.#scheduleRetry(event.contractId, event.retryAt))
        return
    }
  }

  #openWindow(): void {
    const record = this.record
    const state = this.state
    if (record === null || state.phase !== 'pinging') return
    this.#window = new BidWindow({
      services: this.#services,
      lead: record.lead,
      ids: publicIds(this.#ctx.id.toString()),
      contracts:
        record.erased !== null ? [] : record.contracts.filter(({ terms }) => terms.pings && terms.tier === state.tier),
      sealedSecrets: this.#sealedSecrets,
      windowMs: Math.max(0, windowEndOf(state) - this.#services.now()),
      onReport: (contractId, { askedAt, answer, captured }) => {
        if (captured !== null && servesItsPost(captured)) record.captured[contractId] = captured
        this.do({ type: 'answer', contractId, askedAt, answer: withValidity(answer, captured) })
      },
      onOver: (askedAt) => this.do({ type: 'close', askedAt }),
    })
    this.#ctx.waitUntil(this.#window.run())
  }

  #reserve(contractId: string): void {
    const state = this.state
    if (state.phase !== 'selling' || this.record === null) return
    if (state.attempts.find((attempt) => attempt.contractId === contractId)?.stage.at !== 'reserving') return
    const reserved = this.#seller.reserve(this.record, state, contractId)
    this.#ctx.waitUntil(reserved.then((denied) => this.do({ type: 'reservation', contractId, denied })))
  }

  /** Once the attempts of this close have taken what they can use of it. */
  async #dropEarlyReservation(): Promise<void> {
    await Promise.resolve()
    await this.#seller.dropEarly()
  }

  async #send(record: AuctionRecord, state: Closed, contractId: string): Promise<PostAnswer> {
    try {
      this.#sealedSecrets ??= await this.#services.sealedSecrets(record.lead.terms.campaignId)
    } catch {
      // Nothing has left this time; it says nothing of an earlier try.
      return { kind: 'rejected', reason: 'the credentials could not be read', parsed: false }
    }
    return await this.#seller.send(record, state, contractId, this.#sealedSecrets)
  }

  async #post(contractId: string, tryNumber: number): Promise<void> {
    const [record, state] = [this.record, this.state]
    if (record === null || !isClosed(state)) return
    // The request would wait for this by itself, but with the buyer's clock running.
    await this.#ctx.storage.sync()
    const answer = await this.#send(record, state, contractId)
    this.do({ type: 'post_answer', contractId, tryNumber, answer })
  }

  /** There is no lead yet, or there never was one. */
  async #withoutLead(reached: 'offered' | 'settled'): Promise<void> {
    const record = this.record
    if (record === null) return
    if (record.offerBody === null) await this.#showOffer(record)
    if (reached === 'settled') await this.#giveTurnBack(record)
  }

  /** Tells the supplier what it is offered, or that there is no bid. From here on the auction is kept. */
  async #showOffer(record: AuctionRecord): Promise<void> {
    const { lead } = record
    if (lead.offer === undefined) return
    const [objectId, state] = [this.#ctx.id.toString(), this.state]
    record.saveOffer(await offerAnswer({ services: this.#services, objectId, lead, order: lead.offer, state }))
    await this.watchdog.arm(this.state)
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** Best effort: a turn that is not given back is forgotten in time. */
  async #giveTurnBack(record: AuctionRecord): Promise<void> {
    try {
      await this.#outbox.giveTurnBack(record, this.state)
    } catch (error) {
      this.#services.log('turn_not_given_back', { auctionId: this.#ctx.id.toString(), error: nameOf(error) })
    }
  }

  /** Tells accounts and database what came of it; what does not get through is told again by the watchdog. */
  async #tell(): Promise<void> {
    if (this.record === null) return
    try {
      await this.#outbox.flush(this.record, this.state)
    } catch (error) {
      this.#services.log('outbox_failed', { auctionId: this.#ctx.id.toString(), error: nameOf(error) })
    }
  }

  async #scheduleRetry(contractId: string, retryAt: number): Promise<void> {
    await this.watchdog.arm(this.state)
    const attempts = this.state.phase === 'absent' ? [] : this.state.attempts
    const stage = attempts.find((attempt) => attempt.contractId === contractId)?.stage
    if (stage?.at !== 'unknown') return
    const delaySeconds = Math.max(0, Math.ceil((retryAt - this.#services.now()) / MS_PER_SECOND))
    await this.#outbox.enqueueRetry(contractId, stage.tryNumber + 1, delaySeconds)
  }

  /** Waits for the answer to the supplier. @returns null where it took longer */
  async answered(waitMs: number): Promise<StoredAnswer | null> {
    if (this.record === null || this.record.answer === null) await this.waitForAnswer(waitMs)
    if (this.record === null || this.record.answer === null) return null
    await this.#freeUnsold(this.record)
    return this.record.answer
  }

  /** A lead that nobody bought may come again as soon as its supplier has heard of it. */
  async #freeUnsold(record: AuctionRecord): Promise<void> {
    if (this.state.phase !== 'settled' || this.state.outcome !== 'unsold') return
    try {
      await this.#claims.tell(record.lead, this.state)
    } catch (error) {
      // Told again with everything else that was not heard.
      this.#services.log('identity_not_freed', { auctionId: this.#ctx.id.toString(), error: nameOf(error) })
    }
  }

  /** Waits until there is something to say: the answer, or the offer. */
  async waitForAnswer(waitMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
      if (Number.isFinite(waitMs)) setTimeout(resolve, waitMs)
    })
  }
}

/** Grows with everything that accounts and database must be told. */
function sequenceOf(state: AuctionState): number {
  return state.phase === 'absent' ? 0 : state.sequence
}
