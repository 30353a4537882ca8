/**
 * The exchange as its suppliers meet it: a served Gavel, two buyers that bid 40 and 30 until told otherwise, and a new market for
 * each test.
 */
import type { BidAnswer, PostAnswerWire } from '../../src/contracts/exchange-answer'
import { type HeaderValues, Operator, type Problem, type Reply, type Supplier } from './gavel-client'
import { bid, HttpBuyer, sold } from './http-buyer'
import { CONTACT_FIELDS, freshLead, guideContract, type Market, openMarket } from './market'
import { OPERATOR_KEY, ServedGavel } from './served-gavel'

type Bid = Extract<BidAnswer, { bid: object }>
type NoBid = Exclude<BidAnswer, Bid>
/** What a ping may be answered, with every member that one of the answers has. */
export type PingBody = Omit<Bid, 'bid' | 'id'> & Omit<NoBid, 'bid'> & Problem & { readonly bid: Bid['bid'] | null }
export type PostBody = Omit<PostAnswerWire, 'status'> &
  Omit<Problem, 'status'> & { readonly status: PostAnswerWire['status'] }

export const EXCHANGE_FIELDS = [
  ...CONTACT_FIELDS,
  { name: 'state', type: 'state' },
  { name: 'zip', type: 'zip' },
  { name: 'ai_quality_score', type: 'number' },
  { name: 'tcpa_consent', type: 'boolean' },
  { name: 'trustedform_cert_url', type: 'url' },
]

export const PINGED = { auction_id: 'a7f3c9e1', state: 'TX', zip3: '770', ai_quality_score: 0.84, tcpa_consent: true }

export type Opened = Market & { readonly vertical: string }

export interface Opening {
  readonly campaign?: object
  readonly link?: object
  /** Members of the two buyers' contracts. */
  readonly best?: object
  readonly second?: object
}

let lastVertical = 0

/** @returns a vertical that no other campaign of this test file has */
export function freshVertical(): string {
  lastVertical += 1
  return `vertical_${lastVertical}`
}

export class ExchangeStand {
  private constructor(
    readonly gavel: ServedGavel,
    readonly operator: Operator,
    readonly best: HttpBuyer,
    readonly second: HttpBuyer,
  ) {}

  static async start(): Promise<ExchangeStand> {
    const [best, second] = await Promise.all([HttpBuyer.start(), HttpBuyer.start()])
    const gavel = await ServedGavel.start()
    return new ExchangeStand(gavel, new Operator(gavel.url, OPERATOR_KEY), best, second)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.best.close(), this.second.close()])
    await this.gavel[Symbol.asyncDispose]()
  }

  async open({ campaign, link, best = {}, second = {} }: Opening = {}): Promise<Opened> {
    const vertical = freshVertical()
    const market = await openMarket(this.operator, {
      campaign: { vertical, fields: EXCHANGE_FIELDS, ...campaign },
      ...(link === undefined ? {} : { link }),
      buyers: { best: guideContract(this.best, best), second: guideContract(this.second, second) },
    })
    this.best.forget()
    this.second.forget()
    this.best.whenPinged(bid(40)).whenPosted(sold('best-1'))
    this.second.whenPinged(bid(30)).whenPosted(sold('second-1'))
    return { ...market, vertical }
  }
}

export function ping(supplier: Supplier, json: object, headers: HeaderValues = {}): Promise<Reply<PingBody>> {
  return supplier.call<PingBody>('POST', '/v1/ping', { json, headers })
}

export function post(supplier: Supplier, json: object, headers: HeaderValues = {}): Promise<Reply<PostBody>> {
  return supplier.call<PostBody>('POST', '/v1/post', { json, headers })
}

/** @returns an offer, and the post that goes with it @throws where there is no bid */
export async function offered({ supplier, vertical }: Opened, pinged: object = {}) {
  const { body, text } = await ping(supplier, { ...PINGED, vertical, ...pinged })
  if (body.bid === null || body.bid === undefined) throw new Error(`no bid: ${text}`)
  const person = freshLead()
  const lead = { ...person, address: { line1: '1200 Main St', city: 'Houston', state: 'TX', zip: '77002' } }
  return {
    offer: body,
    bid: body.bid,
    person,
    request: { auction_id: body.auction_id, bid_token: body.bid.bid_token, lead },
  }
}

export function problemOf({ status, body }: Reply<{ readonly error?: string }>) {
  return [status, body.error]
}
