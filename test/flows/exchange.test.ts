import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BidAnswer, PostAnswerWire } from '../../src/contracts/exchange-answer'
import { type HeaderValues, Operator, type Problem, type Reply, type Supplier } from '../support/gavel-client'
import { answer, bid, decline, HttpBuyer, refuse, sold } from '../support/http-buyer'
import { CONTACT_FIELDS, freshLead, guideContract, type Market, openMarket } from '../support/market'
import { OPERATOR_KEY, ServedGavel } from '../support/served-gavel'

type Bid = Extract<BidAnswer, { bid: object }>
type NoBid = Exclude<BidAnswer, Bid>

let gavel: ServedGavel
let operator: Operator
let best: HttpBuyer
let second: HttpBuyer

beforeAll(async () => {
  ;[best, second] = await Promise.all([HttpBuyer.start(), HttpBuyer.start()])
  gavel = await ServedGavel.start()
  operator = new Operator(gavel.url, OPERATOR_KEY)
})

afterAll(async () => {
  await Promise.all([best?.close(), second?.close()])
  await gavel?.[Symbol.asyncDispose]()
})

const FIELDS = [
  ...CONTACT_FIELDS,
  { name: 'state', type: 'state' },
  { name: 'zip', type: 'zip' },
  { name: 'ai_quality_score', type: 'number' },
  { name: 'tcpa_consent', type: 'boolean' },
  { name: 'trustedform_cert_url', type: 'url' },
]

let lastVertical = 0
/** @returns a vertical that no other campaign of these tests has */
const freshVertical = () => {
  lastVertical += 1
  return `vertical_${lastVertical}`
}

async function open(parts: { campaign?: object; best?: object; second?: object; link?: object } = {}) {
  const vertical = freshVertical()
  const market = await openMarket(operator, {
    campaign: { vertical, fields: FIELDS, ...parts.campaign },
    ...(parts.link === undefined ? {} : { link: parts.link }),
    buyers: { best: guideContract(best, parts.best ?? {}), second: guideContract(second, parts.second ?? {}) },
  })
  best.forget()
  second.forget()
  best.whenPinged(bid(40)).whenPosted(sold('best-1'))
  second.whenPinged(bid(30)).whenPosted(sold('second-1'))
  return { ...market, vertical }
}

type Opened = Market & { readonly vertical: string }

function ping(supplier: Supplier, json: object, headers: HeaderValues = {}) {
  return supplier.call<Bid & NoBid & Problem>('POST', '/v1/ping', { json, headers })
}

function post(supplier: Supplier, json: object, headers: HeaderValues = {}) {
  return supplier.call<PostAnswerWire & Problem>('POST', '/v1/post', { json, headers })
}

const PINGED = { auction_id: 'a7f3c9e1', state: 'TX', zip3: '770', ai_quality_score: 0.84, tcpa_consent: true }

/** @returns an offer, and the post that goes with it */
async function offered({ supplier, vertical }: Opened, pinged: object = {}) {
  const { body, text } = await ping(supplier, { ...PINGED, vertical, ...pinged })
  if (body.bid == null) throw new Error(`no bid: ${text}`)
  const person = freshLead()
  const lead = { ...person, address: { line1: '1200 Main St', city: 'Houston', state: 'TX', zip: '77002' } }
  return { offer: body, person, request: { auction_id: body.auction_id, bid_token: body.bid.bid_token, lead } }
}

const problemOf = ({ status, body }: Reply<Problem>) => [status, body.error]

describe('an auction in two calls', () => {
  it('offers what the supplier will be paid, and sells the lead for it', async () => {
    const market = await open({ best: { filters: [{ field: 'state', op: 'eq', value: 'TX' }] } })
    const { supplier, vertical } = market
    const { status, body } = await ping(supplier, { ...PINGED, vertical })
    expect(status).toBe(200)
    expect(body).toMatchObject({ auction_id: 'a7f3c9e1', bid: { amount: 30, currency: 'USD' } })
    expect(body.id).toMatch(/^auc_/)
    expect(body.bid.bid_token).toMatch(/^bid_/)
    expect(body.buyer_filters_passed).toEqual(['state', 'vertical'])
    const leftMs = Date.parse(body.bid.valid_until) - Date.now()
    expect(leftMs).toBeGreaterThan(290_000)
    expect(leftMs).toBeLessThanOrEqual(298_000)
    expect(best.posts).toEqual([])

    const person = freshLead()
    const lead = { ...person, address: { line1: '1200 Main St', city: 'Houston', state: 'TX', zip: '77002' } }
    const sale = await post(supplier, { auction_id: 'a7f3c9e1', bid_token: body.bid.bid_token, lead })
    expect(sale.status).toBe(201)
    expect(sale.body).toEqual({
      auction_id: 'a7f3c9e1',
      id: body.id,
      lead_uuid: body.id?.replace('auc_', 'ld_'),
      status: 'sold',
      buyer_lead_id: 'best-1',
      price: 30,
      currency: 'USD',
      redirect_url: null,
    })
    expect(best.posts).toHaveLength(1)
    expect(best.posts[0]?.body).toContain(person.phone)
    expect(second.posts).toEqual([])
  })
})
