/**
 * One per auction: what others may ask of it. Who comes first begins it, who comes again is told the same, and the watchdog
 * takes it up wherever it was left; what happens in between is its run.
 */
import { DurableObject } from 'cloudflare:workers'
import type { AuctionRpc, ErasedPart, OfferResult, SubmitResult, TakeResult } from '../../src/contracts/auction'
import type { AuctionContract, PostedLead, SubmitLead } from '../../src/contracts/auction-lead'
import type { AuctionView } from '../../src/contracts/auction-view'
import type { PostFacts } from '../../src/contracts/inquiry'
import { unpackContract } from '../../src/contracts/packed-contract'
import type { PostResolution, PostResolverRpc } from '../../src/contracts/unresolved'
import { type AuctionCommand, decide } from '../../src/core/auction/decide'
import { ABSENT, type AuctionState, hasLead } from '../../src/core/auction/state'
import { attemptOutcomeOf, type LeadOutcome, leadOutcomeOf } from '../../src/core/auction/summary'
import { exclusionsOf } from './exclusions'
import { IdentityClaims } from './identity-claims'
import { AuctionOutbox } from './outbox'
import { planOf } from './plan'
import { AuctionRecord } from './record'
import { AuctionRun } from './run'
import { nameOf } from './seller'
import type { AuctionServices } from './services'
import { postFactsOf, viewOf } from './view'

/** How long a twin of a running request waits for its answer. */
const TWIN_WAIT_MS = 5_000

export class AuctionObject extends DurableObject implements AuctionRpc, PostResolverRpc {
  readonly #services: AuctionServices
  readonly #claims: IdentityClaims
  readonly #outbox: AuctionOutbox
  readonly #run: AuctionRun
  /** The first request, while it claims the lead's identity. */
  #beginning: Promise<boolean> | null = null
  /** The lead that is being let in to the offer. */
  #taking: Promise<'taken' | 'expired' | 'duplicate'> | null = null

  constructor(ctx: DurableObjectState, env: Env, services: AuctionServices) {
    super(ctx, env)
    this.#services = services
    this.#claims = new IdentityClaims(services, ctx.id.toString())
    this.#outbox = new AuctionOutbox(services, ctx.id.toString(), this.#claims)
    this.#run = new AuctionRun({ ctx, services, claims: this.#claims, outbox: this.#outbox })
  }

  get #record(): AuctionRecord | null {
    return this.#run.record
  }

  get #state(): AuctionState {
    return this.#run.state
  }

  async offer(lead: SubmitLead): Promise<OfferResult> {
    const isFirst = this.#record === null && this.#beginning === null
    if (this.#record === null) await this.#beginOnce(lead)
    if (!isFirst) return (await this.replayOffer(lead.fingerprint)) ?? { kind: 'conflict' }
    await this.#run.waitForAnswer(Number.POSITIVE_INFINITY)
    const body = this.#run.record?.offerBody ?? null
    return body === null ? { kind: 'in_progress' } : { kind: 'answer', status: 200, body, replayed: false }
  }

  async replayOffer(fingerprint: string): Promise<OfferResult | null> {
    const record = this.#record
    if (record === null || record.lead.offer === undefined) return null
    if (record.firstFingerprint !== fingerprint) return { kind: 'conflict' }
    if (record.offerBody === null) await this.#run.waitForAnswer(TWIN_WAIT_MS)
    const body = record.offerBody
    return body === null ? { kind: 'in_progress' } : { kind: 'answer', status: 200, body, replayed: true }
  }

  async take(lead: PostedLead): Promise<TakeResult> {
    // One lead after the other: of two, the second finds the offer taken, or still there.
    while (this.#taking !== null) await this.#taking
    const record = this.#record
    if (record === null || record.lead.offer === undefined) return { kind: 'no_offer' }
    if (hasLead(this.#state)) {
      if (lead.fingerprint === record.lead.fingerprint) this.#run.lend(lead.sealedSecrets)
      return this.#replay(lead.fingerprint)
    }
    this.#taking = this.#letIn(record, lead).finally(() => {
      this.#taking = null
    })
    const outcome = await this.#taking
    if (outcome !== 'taken') return { kind: outcome }
    const answer = await this.#run.answered(Number.POSITIVE_INFINITY)
    return answer === null ? { kind: 'in_progress' } : { kind: 'answer', ...answer, replayed: false }
  }

  async submit(lead: SubmitLead): Promise<SubmitResult> {
    if (this.#record !== null) {
      // Another request may come from another campaign, whose credentials are not for these contracts.
      if (lead.fingerprint === this.#record.lead.fingerprint) this.#run.lend(lead.sealedSecrets)
      return this.#replay(lead.fingerprint)
    }
    // Twins that arrive while the identity is being claimed share that claim.
    const isFirst = this.#beginning === null
    if (!(await this.#beginOnce(lead))) return { kind: 'duplicate' }
    if (!isFirst) return this.#replay(lead.fingerprint)
    const answer = await this.#run.answered(Number.POSITIVE_INFINITY)
    return answer === null ? { kind: 'in_progress' } : { kind: 'answer', ...answer, replayed: false }
  }

  async replay(fingerprint: string): Promise<SubmitResult | null> {
    return hasLead(this.#state) ? this.#replay(fingerprint) : null
  }

  async #replay(fingerprint: string): Promise<SubmitResult> {
    if (this.#record?.lead.fingerprint !== fingerprint) return { kind: 'conflict' }
    if (this.#record.answer === null) this.#run.resume()
    const answer = await this.#run.answered(TWIN_WAIT_MS)
    return answer === null ? { kind: 'in_progress' } : { kind: 'answer', ...answer, replayed: true }
  }

  async view(tenantId: string): Promise<AuctionView | null> {
    if (this.#record === null || this.#record.lead.terms.tenantId !== tenantId) return null
    return viewOf(this.ctx.id.toString(), this.#record, this.#state)
  }

  async acknowledge(sequence: number): Promise<void> {
    await this.#keep({ type: 'acknowledge', sequence })
  }

  async tellingDied(sequence: number): Promise<void> {
    await this.#keep({ type: 'telling_died', sequence })
  }

  async tellAgain(tenantId: string): Promise<void> {
    if (this.#record === null || this.#record.lead.terms.tenantId !== tenantId) return
    await this.#keep({ type: 'tell_again' })
    await this.#outbox.flush(this.#record, this.#state)
  }

  /** Stores what the command leads to, and sets the watchdog by it. */
  async #keep(command: AuctionCommand): Promise<void> {
    if (this.#run.do(command).length === 0) return
    if (command.type === 'acknowledge') this.#record?.saveAcknowledgements()
    else this.#record?.save()
    await this.#run.watchdog.arm(this.#state)
    this.#run.rest()
  }

  async erase(tenantId: string, part: ErasedPart): Promise<'erased' | 'absent'> {
    if (this.#record === null || this.#record.lead.terms.tenantId !== tenantId) return 'absent'
    this.#record.erase(part)
    this.#run.reload()
    return 'erased'
  }

  async attemptOutcome(attempt: number, contractId: string): Promise<'open' | 'sold' | 'over'> {
    return attemptOutcomeOf(this.#state, attempt, contractId)
  }

  async leadOutcome(): Promise<LeadOutcome> {
    return leadOutcomeOf(this.#state)
  }

  async retryPost(contractId: string, tryNumber: number): Promise<boolean> {
    return this.#run.do({ type: 'retry', contractId, tryNumber }).length > 0
  }

  async postFacts(tenantId: string, contractId: string): Promise<PostFacts | null> {
    const record = this.#record
    if (record === null || record.lead.terms.tenantId !== tenantId) return null
    return postFactsOf(record, contractId)
  }

  async resolvePost(resolution: PostResolution): Promise<boolean> {
    const isNews = this.#run.do({ type: 'resolve', ...resolution }).length > 0
    // What is parked has no alarm; what is told now may have to be told again.
    if (isNews) await this.#run.watchdog.arm(this.#state)
    return isNews
  }

  /** The watchdog: picks up whatever a restart left, and says again what nobody acknowledged. */
  override async alarm(): Promise<void> {
    try {
      if (this.#record === null) return
      if (this.#run.watchdog.isForgettable(this.#state)) {
        await this.ctx.storage.deleteAll()
        return
      }
      if (this.#run.watchdog.isEarly(this.#state)) {
        await this.#run.watchdog.arm(this.#state)
        return
      }
      // Of what runs in this instance, only what had its time and did not use it is as good as gone.
      if (this.#run.isRunning) this.#run.do({ type: 'watchdog' })
      else this.#run.resume()
      await this.#outbox.retryDue(this.#state, this.#services.now())
      await this.#outbox.flush(this.#record, this.#state)
    } catch (error) {
      this.#services.log('auction_watchdog_failed', { auctionId: this.ctx.id.toString(), error: nameOf(error) })
    }
    await this.#run.watchdog.arm(this.#state)
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
    const objectId = this.ctx.id.toString()
    const sealing = AuctionRecord.seal(this.#services.recordSeals, lead)
    const ordering = Promise.all(contracts.map(({ terms }) => this.#services.tieBreak(objectId, terms.buyerId)))
    // A ping for an offer claims nothing: the lead that follows it does.
    if (lead.offer === undefined && !(await this.#claims.take(lead))) {
      await this.#outbox.cancel(lead)
      return false
    }
    const begun = await sealing
    const plan = planOf(lead, contracts, { tieBreaks: await ordering, turns: await this.#turns(lead, contracts) })
    const [planned] = decide(ABSENT, { type: 'plan', plan }, this.#services.now())
    if (planned === undefined) throw new Error('a plan was not taken')
    const { kv } = this.ctx.storage
    const record = AuctionRecord.begin({ kv, seals: this.#services.recordSeals, lead, begun, planned })
    this.#run.begin(record, planned, lead.sealedSecrets)
    if (lead.offer === undefined) await this.#run.watchdog.arm(this.#state)
    this.#run.resume()
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
    this.#run.goOn(sealedSecrets)
    const exclusions = exclusionsOf(state.plan, { contractIds, refusals })
    if (this.#run.do({ type: 'take', receivedAt, exclusions }).length > 0) {
      await this.#run.watchdog.arm(this.#state)
      return 'taken'
    }
    record.post(null)
    await this.#claims.drop(posted)
    await this.#outbox.cancel(posted)
    return 'expired'
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
}
