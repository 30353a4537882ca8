/**
 * How an object speaks to a buyer: encode, add credentials, send, decode. Everything a buyer can do wrong ends here as a
 * value; nothing thrown below reaches an auction.
 */
import { authorize, type TokenProvider } from '../../src/buyers/authorize'
import { healthOfPing, healthOfPost } from '../../src/buyers/call-health'
import type { CutOffs } from '../../src/buyers/cut-offs'
import { encodePing, encodePost, type OutboundRequest, type PingInput } from '../../src/buyers/encode'
import { type Captured, readPingOutcome, readPostOutcome, servesItsPost, withValidity } from '../../src/buyers/outcome'
import { answerAsTestBuyer } from '../../src/buyers/test-buyer'
import { send } from '../../src/buyers/transport'
import type { AuctionContract, SubmitLead } from '../../src/contracts/auction-lead'
import type { PingAnswer, PostAnswer } from '../../src/core/auction/events'
import type { CallHealth } from '../../src/core/limits/circuit'
import { encodeAuctionId, encodeLeadId } from '../../src/security/public-ids'
import { checkBuyerUrl } from '../../src/security/url-guard'
import type { CircuitName, Circuits } from './circuits'
import type { PingPermit, PingRates } from './ping-rates'

export type { Captured, OutboundRequest }
export { servesItsPost, withValidity }

/** What of a lead is needed to speak about it. */
export type LeadToSend = Pick<SubmitLead, 'fields' | 'piiFields' | 'terms'>

export interface AuctionIds {
  readonly auctionId: string
  readonly leadId: string
}

/** @param objectId the auction's object id, 64 hex characters */
export function publicIds(objectId: string): AuctionIds {
  return { auctionId: encodeAuctionId(objectId), leadId: encodeLeadId(objectId) }
}

export interface PingReport {
  /** When the buyer was asked, ms since 1970; null where it was passed over. */
  readonly askedAt: number | null
  readonly answer: PingAnswer
  /** Null where there is nothing to remember. */
  readonly captured: Captured | null
}

export interface BuyerLineServices {
  readonly allowLoopback: boolean
  readonly now: () => number
  /** Opens a contract's sealed credentials. */
  readonly openSecrets: (sealed: string) => Promise<string>
  /** Gives access tokens of buyers with OAuth. */
  readonly tokens: TokenProvider
  readonly circuits: Circuits
  readonly rates: PingRates
}

interface Call {
  readonly lead: LeadToSend
  readonly ids: AuctionIds
  readonly contract: AuctionContract
}

type PingCall = Call & { readonly sealed: string | null; readonly endsAt: number; readonly cutOffs: CutOffs }
type Party = Pick<Call, 'lead' | 'contract'>

export class BuyerLine {
  readonly #services: BuyerLineServices

  constructor(services: BuyerLineServices) {
    this.#services = services
  }

  /** Has ready what the pings of an auction will need, while that has other things to wait for. */
  prepare(lead: LeadToSend, contracts: readonly AuctionContract[]): void {
    const { tenantId } = lead.terms
    const first = Math.min(...contracts.map(({ terms }) => terms.tier))
    for (const { terms } of contracts) {
      if (terms.pings && terms.tier === first) this.#services.rates.prepare({ tenantId, buyerId: terms.buyerId })
    }
  }

  /** Asks for a bid, unless the buyer is passed over. Its clock starts now and ends with the window at the latest. */
  async ping(call: PingCall): Promise<PingReport> {
    const { circuits, rates } = this.#services
    if (circuits.isOpen(circuitOf(call, 'ping')) || this.isPostCircuitOpen(call)) return passedOver('circuit_open')
    const { tenantId } = call.lead.terms
    const permit = await rates.take({ tenantId, buyerId: call.contract.terms.buyerId })
    if (permit === null) return passedOver('rate_limited')
    try {
      if (!circuits.admit(circuitOf(call, 'ping'))) return passedOver('circuit_open')
      const startedAt = this.#services.now()
      const { report, health } = await this.#ask(call, permit)
      circuits.ended(circuitOf(call, 'ping'), health, startedAt)
      return report
    } finally {
      permit.release()
    }
  }

  async #ask(call: PingCall, permit: PingPermit): Promise<{ report: PingReport; health: CallHealth }> {
    const { contract, lead } = call
    const askedAt = this.#services.now()
    const refuse = (answer: Extract<PingAnswer, { kind: 'no' }>, health: CallHealth = { kind: 'unheard' }) => {
      return { report: { askedAt, answer, captured: null }, health }
    }
    try {
      const timeoutMs = Math.min(contract.terms.pingTimeoutMs, call.endsAt - askedAt)
      if (timeoutMs <= 0) return refuse({ kind: 'no', reason: 'timed_out', detail: 'no time left' })
      const request = encodePing(contract.endpoints, this.#input(call, call.endsAt))
      if (request === null) return refuse({ kind: 'no', reason: 'buyer_error', detail: 'no ping configured' })
      const authorized = await this.#authorize(request, contract, 'ping', call.sealed)
      if (!authorized.ok) {
        const { reason } = authorized
        return refuse({ kind: 'no', reason: 'buyer_error', detail: reason }, { kind: 'failed', reason })
      }
      permit.sent()
      const result = await send(authorized.request, { ...this.#sending, timeoutMs, cutOffs: call.cutOffs })
      if (result.kind === 'response') permit.answered()
      const context = { lead: lead.fields, piiFields: lead.piiFields, currency: lead.terms.currency }
      const outcome = readPingOutcome(contract.endpoints, result, context)
      const usualMs = Math.min(contract.terms.pingTimeoutMs, lead.terms.bidWindowMs)
      const time = { tookMs: this.#services.now() - askedAt, timeoutMs, usualMs }
      const health = healthOfPing(result, outcome, time)
      return { report: { askedAt, answer: outcome.answer, captured: outcome.captured }, health }
    } catch {
      return refuse({ kind: 'no', reason: 'buyer_error', detail: 'the ping could not be made' })
    }
  }

  /** Whether a post would be turned away for the buyer's own sake. */
  isPostCircuitOpen(party: Party): boolean {
    return this.#services.circuits.isOpen(circuitOf(party, 'post'))
  }

  /** A post is about to be sent. @returns false where it must not be */
  admitPost(party: Party): boolean {
    return this.#services.circuits.admit(circuitOf(party, 'post'))
  }

  /** Renders the post, without credentials; the same input gives the same bytes. */
  encodePost(call: Call & { readonly captured: Captured | null; readonly expiresAt: number }): OutboundRequest {
    const { captured } = call
    return encodePost(call.contract.endpoints, {
      ...this.#input(call, call.expiresAt),
      bidToken: captured?.bidToken ?? null,
      ping: captured?.captures ?? {},
    })
  }

  /** Sends a post once. Never throws: what is not a clear yes or no is unknown. */
  async post(call: {
    readonly lead: LeadToSend
    readonly contract: AuctionContract
    readonly sealed: string | null
    readonly request: OutboundRequest
    readonly timeoutMs: number
  }): Promise<PostAnswer> {
    const authorized = await this.#authorize(call.request, call.contract, 'post', call.sealed).catch(
      () => ({ ok: false, reason: 'the credentials could not be read' }) as const,
    )
    const { lead, contract, timeoutMs } = call
    if (!authorized.ok) {
      const { reason } = authorized
      this.#services.circuits.ended(circuitOf(call, 'post'), { kind: 'failed', reason }, this.#services.now())
      // Nothing has left this time: a clear no, though it says nothing of an earlier try.
      return { kind: 'rejected', reason, parsed: false }
    }
    const sentAt = this.#services.now()
    const result = await send(authorized.request, { ...this.#sending, timeoutMs })
    const { fields, piiFields } = lead
    const answer = readPostOutcome(contract.endpoints, result, { lead: fields, piiFields }, this.#services.now())
    const time = { tookMs: this.#services.now() - sentAt, timeoutMs, usualMs: contract.terms.postTimeoutMs }
    const health = healthOfPost(contract.endpoints, { result, answer, time })
    this.#services.circuits.ended(circuitOf(call, 'post'), health, sentAt)
    return answer
  }

  get #sending() {
    return { allowLoopback: this.#services.allowLoopback, checkUrl: checkBuyerUrl, standIn: answerAsTestBuyer }
  }

  #input({ lead, ids, contract }: Call, expiresAt: number): PingInput {
    return {
      contractId: contract.terms.id,
      auctionId: ids.auctionId,
      leadId: ids.leadId,
      lead: lead.fields,
      piiFields: lead.piiFields,
      vertical: lead.terms.vertical,
      subVertical: lead.terms.subVertical,
      floorMicros: lead.terms.floorMicros,
      expiresAt: new Date(expiresAt).toISOString(),
      now: this.#services.now(),
    }
  }

  async #authorize(request: OutboundRequest, contract: AuctionContract, call: 'ping' | 'post', sealed: string | null) {
    const { tokens, now } = this.#services
    const secrets = sealed === null ? {} : JSON.parse(await this.#services.openSecrets(sealed))
    return authorize(request, contract.endpoints, call, { secrets, tokens, now: now() })
  }
}

function passedOver(reason: 'circuit_open' | 'rate_limited'): PingReport {
  return { askedAt: null, answer: { kind: 'no', reason, detail: null }, captured: null }
}

function circuitOf({ lead, contract }: Party, call: CircuitName['call']): CircuitName {
  const { id: contractId, buyerId } = contract.terms
  return { tenantId: lead.terms.tenantId, buyerId, contractId, call }
}
