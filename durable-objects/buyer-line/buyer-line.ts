/**
 * How an object speaks to a buyer: encode, add credentials, send, decode. Everything a buyer can do wrong ends here as a
 * value; nothing thrown below reaches an auction.
 */
import { authorize, type TokenProvider } from '../../src/buyers/authorize'
import { encodePing, encodePost, type OutboundRequest, type PingInput } from '../../src/buyers/encode'
import { type Captured, readPingOutcome, readPostOutcome } from '../../src/buyers/outcome'
import { send } from '../../src/buyers/transport'
import type { AuctionContract, SubmitLead } from '../../src/contracts/objects'
import type { PingAnswer, PostAnswer } from '../../src/core/auction/events'
import { encodeAuctionId, encodeLeadId } from '../../src/security/public-ids'
import { checkBuyerUrl } from '../../src/security/url-guard'

export type { Captured, OutboundRequest }

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
  /** When the buyer's slot came, ms since 1970. */
  readonly askedAt: number
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
}

interface Call {
  readonly lead: LeadToSend
  readonly ids: AuctionIds
  readonly contract: AuctionContract
}

export class BuyerLine {
  readonly #services: BuyerLineServices

  constructor(services: BuyerLineServices) {
    this.#services = services
  }

  /** Asks for a bid. The buyer's clock starts now and ends with the window at the latest. */
  async ping(
    call: Call & { readonly sealed: string | null; readonly endsAt: number; readonly signal: AbortSignal },
  ): Promise<PingReport> {
    const askedAt = this.#services.now()
    const refuse = (answer: Extract<PingAnswer, { kind: 'no' }>): PingReport => ({ askedAt, answer, captured: null })
    try {
      const timeoutMs = Math.min(call.contract.terms.pingTimeoutMs, call.endsAt - askedAt)
      if (timeoutMs <= 0) return refuse({ kind: 'no', reason: 'timed_out', detail: 'no time left' })
      const request = encodePing(call.contract.endpoints, this.#input(call, call.endsAt))
      if (request === null) return refuse({ kind: 'no', reason: 'buyer_error', detail: 'no ping configured' })
      const authorized = await this.#authorize(request, call.contract, 'ping', call.sealed)
      if (!authorized.ok) return refuse({ kind: 'no', reason: 'buyer_error', detail: authorized.reason })
      const result = await send(authorized.request, { ...this.#sending, timeoutMs, signal: call.signal })
      const { fields, piiFields, terms } = call.lead
      const context = { lead: fields, piiFields, currency: terms.currency }
      const outcome = readPingOutcome(call.contract.endpoints, result, context)
      return { askedAt, answer: outcome.answer, captured: outcome.captured }
    } catch {
      return refuse({ kind: 'no', reason: 'buyer_error', detail: 'the ping could not be made' })
    }
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
    // Nothing has left this time: a clear no, though it says nothing of an earlier try.
    if (!authorized.ok) return { kind: 'rejected', reason: authorized.reason, parsed: false }
    const result = await send(authorized.request, { ...this.#sending, timeoutMs: call.timeoutMs })
    const { fields, piiFields } = call.lead
    return readPostOutcome(call.contract.endpoints, result, { lead: fields, piiFields })
  }

  get #sending() {
    return { allowLoopback: this.#services.allowLoopback, checkUrl: checkBuyerUrl }
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
    const secrets = sealed === null ? {} : JSON.parse(await this.#services.openSecrets(sealed))
    return authorize(request, contract.endpoints, call, { secrets, tokens: this.#services.tokens })
  }
}
