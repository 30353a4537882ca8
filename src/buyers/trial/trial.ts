/**
 * Tries a buyer contract out with one lead: renders ping and post, sends them where that is asked for, and shows what an
 * auction would make of the answers.
 *
 * Stores nothing and asks no account: a trial is no auction. To the live URLs goes nothing that an auction would not send.
 */
import type { AnswerReadingWire } from '../../contracts/answer-reading'
import type { ResolvedContract } from '../../contracts/buyer-contract'
import type { BuyerTrialOrder, BuyerTrialResult, TriedBid, TriedCall } from '../../contracts/buyer-trial'
import { toFilter } from '../../contracts/filter'
import { amountToMicros } from '../../contracts/money'
import type { PingAnswer } from '../../core/auction/events'
import { failedFilters } from '../../core/lead/filters'
import { readAnswer } from '../answer/read'
import { resolveContract } from '../contract/resolve'
import { encodePing, encodePost, type OutboundRequest, type PingInput } from '../encode'
import { type Captured, capturedFrom, type PingOutcome, readPingOutcome, withValidity } from '../ping-outcome'
import { readPostOutcome } from '../post-outcome'
import { type FailedFilters, judgeBid, showBid } from './bid'
import { type Exchange, exchange, type Sending, showCall } from './exchange'
import { rendered } from './rendered'
import { pingVerdict, postVerdict, showReading } from './shown'
import { masked, veilOver } from './veil'

export interface BuyerTrialServices extends Sending {
  /** Ids of an auction that will never be. */
  readonly newIds: () => { readonly auctionId: string; readonly leadId: string }
}

export async function tryBuyer(order: BuyerTrialOrder, services: BuyerTrialServices): Promise<BuyerTrialResult> {
  return new Trial(order, services).run()
}

/** In the Idempotency-Key, where an auction has the contract's id. */
const CONTRACT_ID = 'con_trial'

/** What came of the ping; both are null where the contract has none or it was not sent. */
interface Asked {
  readonly call: TriedCall | null
  readonly outcome: PingOutcome | null
}

class Trial {
  readonly #order: BuyerTrialOrder
  readonly #services: BuyerTrialServices
  readonly #contract: ResolvedContract
  readonly #input: PingInput
  readonly #failed: FailedFilters
  /** Access tokens that were sent, to be masked like the secrets that they were got with. */
  readonly #sentTokens: string[] = []

  constructor(order: BuyerTrialOrder, services: BuyerTrialServices) {
    const { contract, campaign, lead, piiFields, target } = order
    const now = services.now()
    this.#order = order
    this.#services = services
    this.#contract = resolveContract(contract)
    this.#input = {
      ...services.newIds(),
      contractId: CONTRACT_ID,
      lead,
      piiFields,
      vertical: campaign.vertical,
      subVertical: campaign.sub_vertical,
      floorMicros: amountToMicros(campaign.floor_price),
      expiresAt: new Date(now + campaign.bid_window_ms).toISOString(),
      now,
      target: target ?? 'live',
    }
    const failed = (filters: typeof campaign.filters) => failedFilters(filters.map(toFilter), lead, 'fail')
    this.#failed = { contract: failed(contract.filters ?? []), campaign: failed(campaign.filters) }
  }

  async run(): Promise<BuyerTrialResult> {
    // Both are rendered before either is sent: what does not render is told without having bothered the buyer.
    const ping = rendered('ping', () => encodePing(this.#contract, this.#input))
    const bare = rendered('post', () => this.#encodePost(null))
    if (!ping.ok || !bare.ok)
      return { ok: false, problems: [ping, bare].flatMap((one) => (one.ok ? [] : [one.problem])) }

    const asked = await this.#ask(ping.request)
    const captured = this.#captured(asked)
    const post = captured === null ? bare : rendered('post', () => this.#encodePost(captured))
    if (!post.ok) return { ok: false, problems: [post.problem] }
    const bid = this.#bid(asked)
    const sold = await this.#post(post.request, this.#whyNoPost(asked, bid))
    const { target, lead } = this.#order
    return { ok: true, report: { target, lead: { ...lead }, ping: asked.call, bid, post: sold } }
  }

  async #ask(request: OutboundRequest | null): Promise<Asked> {
    if (request === null) return { call: null, outcome: null }
    const { contract, campaign, lead, piiFields, currency } = this.#order
    const timeoutMs = Math.min(contract.ping?.request?.timeout_ms ?? campaign.bid_window_ms, campaign.bid_window_ms)
    const done = await this.#exchange('ping', request, { timeoutMs, notSent: this.#whyNoPing() })
    if (done.result === null) return { call: this.#show(done, null), outcome: null }
    if (done.result.kind === 'no_credentials') {
      const answer = { kind: 'no', reason: 'buyer_error', detail: done.result.reason } as const
      return { call: this.#show(done, null), outcome: { answer, captured: null, buyerReason: null, reading: null } }
    }
    const read = readPingOutcome(this.#contract, done.result, { lead, piiFields, currency })
    const outcome = { ...read, answer: withValidity(read.answer, read.captured) }
    const { reading, answer } = outcome
    if (reading === null) return { call: this.#show(done, null), outcome }
    const verdict = pingVerdict(judgeBid(answer, this.#order, this.#services.now()))
    return { call: this.#show(done, { ...showReading(reading, currency), verdict }), outcome }
  }

  async #post(request: OutboundRequest, notSent: string | null): Promise<TriedCall> {
    const { contract, campaign, lead, piiFields, currency } = this.#order
    const timeoutMs = contract.post.request.timeout_ms ?? campaign.post_timeout_ms
    const done = await this.#exchange('post', request, { timeoutMs, notSent })
    if (done.result?.kind !== 'response') return this.#show(done, null)
    const reading = showReading(readAnswer(this.#contract.post.answer, done.result), currency)
    const verdict = postVerdict(readPostOutcome(this.#contract, done.result, { lead, piiFields }))
    return this.#show(done, { ...reading, verdict })
  }

  async #exchange(
    call: 'ping' | 'post',
    request: OutboundRequest,
    { timeoutMs, notSent }: { readonly timeoutMs: number; readonly notSent: string | null },
  ): Promise<Exchange> {
    const contract = this.#contract
    const shown = await masked(request, contract, call, this.#services.now())
    if (notSent !== null) return { shown, notSent, result: null }
    const tokens: Sending['tokens'] = async (client) => {
      const answer = await this.#services.tokens(client)
      if (answer.ok) this.#sentTokens.push(answer.token)
      return answer
    }
    const { secrets } = this.#order
    const result = await exchange({ request, contract, call, secrets, timeoutMs }, { ...this.#services, tokens })
    return { shown, notSent: null, result }
  }

  #show(done: Exchange, reading: Omit<AnswerReadingWire, 'call'> | null): TriedCall {
    return showCall(done, reading, veilOver(this.#contract, this.#order.secrets, this.#sentTokens))
  }

  #encodePost(captured: Captured | null): OutboundRequest {
    const input = { ...this.#input, bidToken: captured?.bidToken ?? null, ping: captured?.captures ?? {} }
    return encodePost(this.#contract, input)
  }

  /** What the post can use of a yes, also where its price is none. */
  #captured({ outcome }: Asked): Captured | null {
    if (outcome === null || outcome.captured !== null) return outcome?.captured ?? null
    const { reading } = outcome
    return reading !== null && isYes(outcome) ? capturedFrom(reading, reading.bids[0] ?? null) : null
  }

  #bid({ call, outcome }: Asked): TriedBid {
    const { priceMicros } = this.#contract
    const fixed: PingAnswer | null = priceMicros === null ? null : { kind: 'bid', priceMicros }
    const isOwn = call !== null && (call.price !== null || call.bids.length > 0)
    const answer = call === null ? fixed : (outcome?.answer ?? null)
    return showBid(
      { answer, source: isOwn ? 'answer' : 'contract', failed: this.#failed, now: this.#services.now() },
      this.#order,
    )
  }

  #whyNoPing(): string | null {
    const { target } = this.#order
    if (target === null) return 'send is false'
    const { contract, campaign } = this.#failed
    return target === 'live' && contract.length + campaign.length > 0 ? 'filters keep this lead from the buyer' : null
  }

  /** A test URL often bids what it likes: there a yes is enough. */
  #whyNoPost({ call, outcome }: Asked, bid: TriedBid): string | null {
    const { target } = this.#order
    if (target === null) return 'send is false'
    if (target === 'live' && bid.passes !== true) return 'an auction would not have sold the lead for this'
    return call !== null && (outcome === null || !isYes(outcome)) ? 'the ping was not answered with a yes' : null
  }
}

/** Whether the buyer wants the lead, also where nothing can be made of its price. */
function isYes({ answer }: PingOutcome): boolean {
  return answer.kind === 'bid' || answer.reason === 'invalid_bid' || answer.reason === 'wrong_currency'
}
