/**
 * One per auction: drives the state machine of src/core/auction. Load, let core decide, persist, act.
 *
 * What is written, and when, is the whole safety of a sale: *posting* is stored before the request leaves, and the storage
 * holds back every request of this object until it is durable. Whatever dies, the record says whether a lead may already be
 * with a buyer.
 */
import { DurableObject } from 'cloudflare:workers'
import type {
  AuctionContract,
  AuctionRpc,
  AuctionView,
  ErasedPart,
  OfferResult,
  PostedLead,
  SubmitLead,
  SubmitResult,
  TakeResult,
} from '../../src/contracts/objects'
import { unpackContract } from '../../src/contracts/packed-contract'
import type { PostResolution, PostResolverRpc } from '../../src/contracts/unresolved'
import { type AuctionCommand, decide } from '../../src/core/auction/decide'
import type { AuctionEvent, PingAnswer, PostAnswer } from '../../src/core/auction/events'
import { evolve } from '../../src/core/auction/evolve'
import { ABSENT, type AuctionState, type Closed, hasLead, isClosed } from '../../src/core/auction/state'
import { attemptOutcomeOf, isAnswerable, type LeadOutcome, leadOutcomeOf } from '../../src/core/auction/summary'
import { nextWakeAt, RETENTION_MS, windowEndOf } from '../../src/core/auction/timing'
import { type Captured, publicIds } from '../buyer-line/buyer-line'
import { answerOf } from './answer'
import { BidWindow } from './bid-window'
import { exclusionsOf } from './exclusions'
import { IdentityClaims } from './identity-claims'
import { offerAnswer } from './offer-answer'
import { AuctionOutbox } from './outbox'
import { planOf } from './plan'
import { AuctionRecord } from './record'
import { AuctionSeller, nameOf, type SealedSecrets } from './seller'
import type { AuctionServices } from './services'
import { viewOf } from './view'

/** How long a twin of a running request waits for its answer. */
const TWIN_WAIT_MS = 5_000
/** How soon, and how late at most, the watchdog comes again for what is overdue. */
const WATCHDOG_SOONEST_MS = 1_000
const WATCHDOG_LATEST_MS = 10 * 60 * 1_000
const MS_PER_SECOND = 1_000

export class AuctionObject extends DurableObject implements AuctionRpc, PostResolverRpc {
  readonly #services: AuctionServices
  #record: AuctionRecord | null
  #state: AuctionState
  /** Sealed credentials by contract; in memory only. */
  #sealedSecrets: SealedSecrets | null = null
  /** The window whose pings are out. */
  #window: BidWindow | null = null
  /** The first request, while it claims the lead's identity. */
  #beginning: Promise<boolean> | null = null
  /** The lead that is being let in to the offer. */
  #taking: Promise<'taken' | 'expired' | 'duplicate'> | null = null
  /** Runs that are under way in this instance; after a restart there are none, whatever the record says. */
  #running = false
  readonly #waiting: (() => void)[] = []
  readonly #claims: IdentityClaims
  readonly #outbox: AuctionOutbox
  readonly #seller: AuctionSeller

  constructor(ctx: DurableObjectState, env: Env, services: AuctionServices) {
    super(ctx, env)
    this.#services = services
    this.#claims = new IdentityClaims(services, ctx.id.toString())
    this.#outbox = new AuctionOutbox(services, ctx.id.toString(), this.#claims)
    this.#seller = new AuctionSeller(services, ctx.id.toString())
    this.#record = AuctionRecord.load(ctx.storage.kv, services.recordSeals)
    this.#state = this.#record?.state() ?? ABSENT
  }

  async offer(lead: SubmitLead): Promise<OfferResult> {
    const isFirst = this.#record === null && this.#beginning === null
    if (this.#record === null) await this.#beginOnce(lead)
    if (!isFirst) return (await this.replayOffer(lead.fingerprint)) ?? { kind: 'conflict' }
    await this.#waitForAnswer(Number.POSITIVE_INFINITY)
    const body = this.#record?.offerBody ?? null
    return body === null ? { kind: 'in_progress' } : { kind: 'answer', status: 200, body, replayed: false }
  }

  async replayOffer(fingerprint: string): Promise<OfferResult | null> {
    const record = this.#record
    if (record === null || record.lead.offer === undefined) return null
    if (record.firstFingerprint !== fingerprint) return { kind: 'conflict' }
    if (record.offerBody === null) await this.#waitForAnswer(TWIN_WAIT_MS)
    const body = record.offerBody
    return body === null ? { kind: 'in_progress' } : { kind: 'answer', status: 200, body, replayed: true }
  }

  async take(lead: PostedLead): Promise<TakeResult> {
    // One lead after the other: of two, the second finds the offer taken, or still there.
    while (this.#taking !== null) await this.#taking
    const record = this.#record
    if (record === null || record.lead.offer === undefined) return { kind: 'no_offer' }
    if (hasLead(this.#state)) {
      if (lead.fingerprint === record.lead.fingerprint) this.#sealedSecrets ??= lead.sealedSecrets
      return this.#replay(lead.fingerprint)
    }
    this.#taking = this.#letIn(record, lead).finally(() => {
      this.#taking = null
    })
    const outcome = await this.#taking
    if (outcome !== 'taken') return { kind: outcome }
    const answer = await this.#answered(Number.POSITIVE_INFINITY)
    return answer === null ? { kind: 'in_progress' } : { kind: 'answer', ...answer, replayed: false }
  }

  async submit(lead: SubmitLead): Promise<SubmitResult> {
    if (this.#record !== null) {
      // Another request may come from another campaign, whose credentials are not for these contracts.
      if (lead.fingerprint === this.#record.lead.fingerprint) this.#sealedSecrets ??= lead.sealedSecrets
      return this.#replay(lead.fingerprint)
    }
    // Twins that arrive while the identity is being claimed share that claim.
    const isFirst = this.#beginning === null
    if (!(await this.#beginOnce(lead))) return { kind: 'duplicate' }
    if (!isFirst) return this.#replay(lead.fingerprint)
    const answer = await this.#answered(Number.POSITIVE_INFINITY)
    return answer === null ? { kind: 'in_progress' } : { kind: 'answer', ...answer, replayed: false }
  }

  async replay(fingerprint: string): Promise<SubmitResult | null> {
    return hasLead(this.#state) ? this.#replay(fingerprint) : null
  }

  async #replay(fingerprint: string): Promise<SubmitResult> {
    if (this.#record?.lead.fingerprint !== fingerprint) return { kind: 'conflict' }
    if (this.#record.answer === null) this.#resume()
    const answer = await this.#answered(TWIN_WAIT_MS)
    return answer === null ? { kind: 'in_progress' } : { kind: 'answer', ...answer, replayed: true }
  }

  async view(tenantId: string): Promise<AuctionView | null> {
    if (this.#record === null || this.#record.lead.terms.tenantId !== tenantId) return null
    return viewOf(this.ctx.id.toString(), this.#record, this.#state)
  }

  async acknowledge(sequence: number): Promise<void> {
    const events = this.#do({ type: 'acknowledge', sequence })
    if (events.length === 0) return
    this.#record?.save()
    await this.#armWatchdog()
  }

  async erase(tenantId: string, part: ErasedPart): Promise<'erased' | 'absent'> {
    if (this.#record === null || this.#record.lead.terms.tenantId !== tenantId) return 'absent'
    this.#record.erase(part)
    this.#state = this.#record.state()
    return 'erased'
  }

  async attemptOutcome(attempt: number, contractId: string): Promise<'open' | 'sold' | 'over'> {
    return attemptOutcomeOf(this.#state, attempt, contractId)
  }

  async leadOutcome(): Promise<LeadOutcome> {
    return leadOutcomeOf(this.#state)
  }

  async retryPost(contractId: string, tryNumber: number): Promise<boolean> {
    return this.#do({ type: 'retry', contractId, tryNumber }).length > 0
  }

  async resolvePost({ contractId, outcome, reference }: PostResolution): Promise<boolean> {
    const isNews = this.#do({ type: 'resolve', contractId, outcome, reference }).length > 0
    // What is parked has no alarm; what is told now may have to be told again.
    if (isNews) await this.#armWatchdog()
    return isNews
  }

  /** The watchdog: picks up whatever a restart left, and says again what nobody acknowledged. */
  override async alarm(): Promise<void> {
    try {
      if (this.#record === null) return
      if (this.#isForgettable()) {
        await this.ctx.storage.deleteAll()
        return
      }
      if (this.#isEarly()) {
        await this.#armWatchdog()
        return
      }
      // Of what runs in this instance, only what had its time and did not use it is as good as gone.
      if (this.#running) this.#do({ type: 'watchdog' })
      else this.#resume()
      await this.#outbox.retryDue(this.#state, this.#services.now())
      await this.#outbox.flush(this.#record, this.#state)
    } catch (error) {
      this.#services.log('auction_watchdog_failed', { auctionId: this.ctx.id.toString(), error: nameOf(error) })
    }
    await this.#armWatchdog()
  }

  #beginOnce(lead: SubmitLead): Promise<boolean> {
    this.#beginning ??= this.#begin(lead).finally(() => {
      this.#beginning = null
    })
    return this.#beginning
  }

  /** @returns false where the lead's identity is another auction's; nothing is stored then */
  async #begin(lead: SubmitLead): Promise<boolean> {
    const contracts = lead.contracts.map(unpackContract)
    this.#services.line.prepare(lead, contracts)
    // A ping for an offer claims nothing: the lead that follows it does.
    if (lead.offer === undefined && !(await this.#claims.take(lead))) {
      await this.#outbox.cancel(lead)
      return false
    }
    const objectId = this.ctx.id.toString()
    const tieBreak = (buyerId: string) => this.#services.tieBreak(objectId, buyerId)
    const plan = planOf(lead, contracts, { tieBreak, turns: await this.#turns(lead, contracts) })
    const [planned] = decide(ABSENT, { type: 'plan', plan }, this.#services.now())
    if (planned === undefined) throw new Error('a plan was not taken')
    this.#record = AuctionRecord.begin(this.ctx.storage.kv, this.#services.recordSeals, lead, planned)
    this.#state = evolve(ABSENT, planned)
    this.#sealedSecrets = lead.sealedSecrets
    if (lead.offer === undefined) await this.#armWatchdog()
    this.#resume()
    return true
  }

  /** Lets a lead in to the offer. Nothing is claimed or kept of one that comes too late or is known already. */
  async #letIn(record: AuctionRecord, lead: PostedLead): Promise<'taken' | 'expired' | 'duplicate'> {
    const posted = { terms: record.lead.terms, link: lead.link, identity: lead.identity }
    const receivedAt = this.#services.now()
    const state = this.#state
    if (state.phase !== 'offered' || receivedAt >= state.offer.validUntil) {
      await this.#outbox.cancel(posted)
      return 'expired'
    }
    if (!(await this.#claims.take(posted))) {
      await this.#outbox.cancel(posted)
      return 'duplicate'
    }
    const { sealedSecrets, contractIds, refusals, ...part } = lead
    record.post(part)
    this.#sealedSecrets = sealedSecrets
    this.#running = true
    const exclusions = exclusionsOf(state.plan, { contractIds, refusals })
    if (this.#do({ type: 'take', receivedAt, exclusions }).length > 0) {
      await this.#armWatchdog()
      return 'taken'
    }
    record.post(null)
    await this.#claims.drop(posted)
    await this.#outbox.cancel(posted)
    return 'expired'
  }

  /** Tells the supplier what it is offered, or that there is no bid. From here on the auction is kept. */
  async #showOffer(record: AuctionRecord): Promise<void> {
    const { lead } = record
    if (lead.offer === undefined) return
    const [objectId, state] = [this.ctx.id.toString(), this.#state]
    record.saveOffer(await offerAnswer({ services: this.#services, objectId, lead, order: lead.offer, state }))
    await this.#armWatchdog()
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** There is no lead yet, or there never was one. */
  async #withoutLead(reached: 'offered' | 'settled'): Promise<void> {
    const record = this.#record
    if (record === null) return
    if (record.offerBody === null) await this.#showOffer(record)
    if (reached === 'settled') await this.#giveTurnBack(record)
  }

  /** Best effort: a turn that is not given back is forgotten in time. */
  async #giveTurnBack(record: AuctionRecord): Promise<void> {
    try {
      await this.#outbox.giveTurnBack(record, this.#state)
    } catch (error) {
      this.#services.log('turn_not_given_back', { auctionId: this.ctx.id.toString(), error: nameOf(error) })
    }
  }

  /** Whose turn it is; null where the distribution has no turns. */
  async #turns({ terms }: SubmitLead, contracts: readonly AuctionContract[]): Promise<readonly string[] | null> {
    if (terms.distribution !== 'round_robin') return null
    const rotation = this.#services.rotation(terms.tenantId, terms.campaignId)
    return rotation.order(
      this.ctx.id.toString(),
      contracts.map((contract) => contract.terms.id),
    )
  }

  /** Takes up the auction where the record stands, unless this instance is already at it. */
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

  /** Decides, stores what must survive, then acts. The one way in which anything happens here. */
  #do(command: AuctionCommand): readonly AuctionEvent[] {
    const record = this.#record
    if (record === null) return []
    const events = decide(this.#state, command, this.#services.now())
    if (events.length === 0) return events
    const [told, wasAtRest] = [sequenceOf(this.#state), isAnswerable(this.#state)]
    for (const event of events) this.#state = evolve(this.#state, event)
    record.events.push(...events)
    if (record.answer === null && hasLead(this.#state) && isAnswerable(this.#state)) {
      record.answer = answerOf(this.ctx.id.toString(), record.lead, this.#state)
    }
    for (const event of events) {
      if (event.type === 'post_started') this.#seller.preparePost(record, this.#state, event.contractId)
    }
    record.dropPosts(this.#state)
    // Where nothing is under way, no alarm may come again, and the supplier is answered: that is not to be forgotten.
    if (events.some(mustSurvive) || (!wasAtRest && isAnswerable(this.#state))) record.save()
    for (const event of events) this.#act(event)
    if (command.type === 'answer') this.#seller.reserveEarly(record, () => this.#state)
    if (record.answer !== null) for (const resolve of this.#waiting.splice(0)) resolve()
    if (sequenceOf(this.#state) > told) this.ctx.waitUntil(this.#tell())
    return events
  }

  #act(event: AuctionEvent): void {
    switch (event.type) {
      case 'window_opened':
        this.#openWindow()
        return
      case 'window_closed':
        this.#window?.close()
        this.ctx.waitUntil(this.#dropEarlyReservation())
        return
      case 'offered':
      case 'settled':
        if (!hasLead(this.#state)) this.ctx.waitUntil(this.#withoutLead(event.type))
        return
      case 'attempt_started':
        this.#reserve(event.contractId)
        return
      case 'post_started':
        this.ctx.waitUntil(this.#post(event.contractId, event.tryNumber))
        return
      case 'retry_scheduled':
        this.ctx.waitUntil(this.#scheduleRetry(event.contractId, event.retryAt))
        return
    }
  }

  #openWindow(): void {
    const record = this.#record
    const state = this.#state
    if (record === null || state.phase !== 'pinging') return
    this.#window = new BidWindow({
      services: this.#services,
      lead: record.lead,
      ids: publicIds(this.ctx.id.toString()),
      contracts:
        record.erased !== null ? [] : record.contracts.filter(({ terms }) => terms.pings && terms.tier === state.tier),
      sealedSecrets: this.#sealedSecrets,
      windowMs: Math.max(0, windowEndOf(state) - this.#services.now()),
      onReport: (contractId, { askedAt, answer, captured }) => {
        if (captured !== null) record.captured[contractId] = captured
        this.#do({ type: 'answer', contractId, askedAt, answer: withValidity(answer, captured) })
      },
      onOver: (askedAt) => this.#do({ type: 'close', askedAt }),
    })
    this.ctx.waitUntil(this.#window.run())
  }

  #reserve(contractId: string): void {
    const state = this.#state
    if (state.phase !== 'selling' || this.#record === null) return
    if (state.attempts.find((attempt) => attempt.contractId === contractId)?.stage.at !== 'reserving') return
    const reserved = this.#seller.reserve(this.#record, state, contractId)
    this.ctx.waitUntil(reserved.then((denied) => this.#do({ type: 'reservation', contractId, denied })))
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
    const [record, state] = [this.#record, this.#state]
    if (record === null || !isClosed(state)) return
    // The request would wait for this by itself, but with the buyer's clock running.
    await this.ctx.storage.sync()
    const answer = await this.#send(record, state, contractId)
    this.#do({ type: 'post_answer', contractId, tryNumber, answer })
  }

  /** Tells accounts and database what came of it; what does not get through is told again by the watchdog. */
  async #tell(): Promise<void> {
    if (this.#record === null) return
    try {
      await this.#outbox.flush(this.#record, this.#state)
    } catch (error) {
      this.#services.log('outbox_failed', { auctionId: this.ctx.id.toString(), error: nameOf(error) })
    }
  }

  async #scheduleRetry(contractId: string, retryAt: number): Promise<void> {
    await this.#armWatchdog()
    const attempts = this.#state.phase === 'absent' ? [] : this.#state.attempts
    const stage = attempts.find((attempt) => attempt.contractId === contractId)?.stage
    if (stage?.at !== 'unknown') return
    const delaySeconds = Math.max(0, Math.ceil((retryAt - this.#services.now()) / MS_PER_SECOND))
    await this.#outbox.enqueueRetry(contractId, stage.tryNumber + 1, delaySeconds)
  }

  async #answered(waitMs: number): Promise<{ status: 201 | 202; body: string } | null> {
    if (this.#record === null || this.#record.answer === null) await this.#waitForAnswer(waitMs)
    if (this.#record === null || this.#record.answer === null) return null
    await this.#freeUnsold(this.#record)
    return this.#record.answer
  }

  /** A lead that nobody bought may come again as soon as its supplier has heard of it. */
  async #freeUnsold(record: AuctionRecord): Promise<void> {
    if (this.#state.phase !== 'settled' || this.#state.outcome !== 'unsold') return
    try {
      await this.#claims.tell(record.lead, this.#state)
    } catch (error) {
      // Told again with everything else that was not heard.
      this.#services.log('identity_not_freed', { auctionId: this.ctx.id.toString(), error: nameOf(error) })
    }
  }

  async #waitForAnswer(waitMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
      if (Number.isFinite(waitMs)) setTimeout(resolve, waitMs)
    })
  }

  async #armWatchdog(): Promise<void> {
    const due = nextWakeAt(this.#state)
    if (due === null) return
    const now = this.#services.now()
    // What is overdue was just tried: as long again as it has been overdue, so that an outage does not end in a flood.
    const pause = Math.min(Math.max(now - due, WATCHDOG_SOONEST_MS), WATCHDOG_LATEST_MS)
    await this.ctx.storage.setAlarm(Math.max(due, now + pause))
  }

  /** Whether the alarm is one that was set before the auction moved on. */
  #isEarly(): boolean {
    const due = nextWakeAt(this.#state)
    return due !== null && due > this.#services.now() + 100
  }

  #isForgettable(): boolean {
    const state = this.#state
    if (state.phase !== 'settled' || state.acknowledged < state.sequence) return false
    return this.#services.now() >= state.settledAt + RETENTION_MS
  }
}

/** Events after which a restart must find them; everything else can be asked or decided again. */
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

/** Until when the buyer stands by its bid, where it said so. */
function withValidity(answer: PingAnswer, captured: Captured | null): PingAnswer {
  if (answer.kind === 'no' || captured === null || captured.validUntil === null) return answer
  return { ...answer, validUntil: captured.validUntil }
}

/** Grows with everything that accounts and database must be told. */
function sequenceOf(state: AuctionState): number {
  return state.phase === 'absent' ? 0 : state.sequence
}
