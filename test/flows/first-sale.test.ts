import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { LeadAnswer } from '../../src/contracts/lead-answer'
import type { AuctionWire, LeadWire } from '../../src/contracts/lead-record'
import { Operator, type PingReply, type Reply } from '../support/gavel-client'
import { after, answer, bid, decline, HttpBuyer, type ReceivedCall, refuse, sold } from '../support/http-buyer'
import type { Market } from '../support/market'
import {
  CONTACT_FIELDS,
  fixedContract,
  freshLead,
  guideContract,
  openMarket,
  standardContract,
} from '../support/market'
import { OPERATOR_KEY, ServedGavel } from '../support/served-gavel'

/** Two bid in the standard dialect, three in the guide's; foxtrot has no ping and takes leads at its price. */
const NAMES = ['alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot'] as const
type Name = (typeof NAMES)[number]

const LEAD_ID = /^ld_[0-9A-Za-z]{43}$/
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const NOTHING_PERSONAL = /Maria|Garcia|512555|mail\.test|Congress/
const WITHIN_SECONDS = { timeout: 15_000, interval: 200 }

const CAMPAIGN = {
  name: 'Auto insurance, Texas',
  sub_vertical: 'non_standard',
  floor_price: 5,
  fields: [
    ...CONTACT_FIELDS,
    { name: 'address', type: 'string' },
    { name: 'city', type: 'string', pii: true },
    { name: 'state', type: 'state', required: true, required_on: 'ping' },
    { name: 'zip', type: 'zip' },
    { name: 'currently_insured', type: 'boolean' },
    { name: 'ai_quality_score', type: 'number' },
  ],
  filters: [{ field: 'state', op: 'in', value: ['TX', 'FL', 'CA'] }],
}

const PINGED = { state: 'TX', zip: '77002', currently_insured: true, ai_quality_score: 0.84 }
const PERSON = freshLead({ address: '12 Congress Ave', city: 'Austin' })

const STANDARD_BID = {
  auction_id: 'their-own',
  bid: { amount: 120, currency: 'USD', bid_token: 'bid_of_alpha', valid_until: '2099-01-01T00:00:00Z' },
}
const STANDARD_NO = {
  auction_id: 'their-own',
  bid: null,
  reject_reason: 'below_score_threshold',
  reject_detail: 'ai_quality_score 0.84 < 0.90',
}

/** A contract that says everything itself, as the operator of a buyer with its own format writes it. */
const written = ({ pingUrl, postUrl }: HttpBuyer) => ({
  status: 'active' as const,
  price: 40,
  priority: 1,
  weight: 1,
  min_bid: 5,
  max_bid: 500,
  filters: [{ field: 'state', op: 'in' as const, value: ['TX', 'FL', 'CA'] }],
  ping: {
    enabled: true,
    request: {
      url: pingUrl,
      format: 'json' as const,
      timeout_ms: 1_500,
      template: { state: '{{state}}', zip3: '{{zip | slice: 0, 3}}', score: '{{ai_quality_score}}', via: 'gavel' },
    },
    answer: { accepted: [{ path: 'accepted', op: 'eq' as const, value: true }], price: ['bid_price', 'data.price'] },
  },
  post: {
    request: { url: postUrl, template: { first_name: '{{first_name}}', phone: '{{phone}}' } },
    answer: { accepted: [{ on: 'status' as const, op: 'eq' as const, value: 201 }], reference: ['id'] },
  },
  ping_pii: [],
  caps: [],
  schedule: null,
  suppression_list_ids: [],
  preset: null,
})

let gavel: ServedGavel
let operator: Operator
let market: Market
let buyers: Record<Name, HttpBuyer>

beforeAll(async () => {
  gavel = await ServedGavel.start()
  operator = new Operator(gavel.url, OPERATOR_KEY)
  const started = await Promise.all(NAMES.map(async (name) => [name, await HttpBuyer.start()] as const))
  buyers = Object.fromEntries(started) as Record<Name, HttpBuyer>
  buyers.alpha.whenPinged(after(80, answer(200, STANDARD_BID))).whenPosted(answer(201, { buyer_lead_id: 'a-77' }))
  buyers.bravo.whenPinged(after(20, answer(200, { accepted: true, data: { price: '100.50' } })))
  buyers.charlie.whenPinged(decline())
  buyers.delta.whenPinged(answer(200, STANDARD_NO))
  buyers.echo.whenPinged(bid(300))
  market = await openMarket(operator, {
    campaign: CAMPAIGN,
    link: { cost_mode: 'revenue_share', cost_percent: 75 },
    buyers: {
      alpha: standardContract(buyers.alpha),
      bravo: written(buyers.bravo),
      charlie: guideContract(buyers.charlie),
      delta: standardContract(buyers.delta),
      echo: guideContract(buyers.echo, { filters: [{ field: 'state', op: 'eq', value: 'FL' }] }),
      foxtrot: fixedContract(buyers.foxtrot, 40),
    },
  })
})

afterAll(async () => {
  await Promise.all(Object.values(buyers ?? {}).map((buyer) => buyer.close()))
  await gavel?.[Symbol.asyncDispose]()
})

describe('the first lead, from the ping to the profit', () => {
  let ping: Reply<PingReply>
  let answered: Reply<LeadAnswer>
  let lead: LeadWire
  let auction: AuctionWire

  const bidsByName = () => Object.fromEntries(auction.bids.map((bid) => [bid.buyer_name, bid]))

  it('is accepted as a ping, and no buyer hears of it', async () => {
    const before = Date.now()
    ping = await market.supplier.ping(market.campaignId, PINGED)
    expect(ping.status).toBe(200)
    expect(ping.body).toEqual({
      accepted: true,
      ping_id: expect.any(String),
      message: 'Lead accepted',
      expires_at: expect.stringMatching(INSTANT),
    })
    const lifeMs = Date.parse(ping.body.expires_at ?? '') - before
    expect(lifeMs).toBeGreaterThan(29 * 60_000)
    expect(lifeMs).toBeLessThan(31 * 60_000)
    for (const { pings, posts } of Object.values(buyers)) expect([...pings, ...posts]).toEqual([])
  })

  it('has a ping id of three parts that begins with the campaign and shows no pinged value', () => {
    const parts = (ping.body.ping_id ?? '').split('.')
    expect(parts).toHaveLength(3)
    expect(parts[0]).toMatch(/^eyJjaWQiOi[A-Za-z0-9_-]*$/)
    const payload = Buffer.from(parts[0] ?? '', 'base64url').toString()
    expect(payload.startsWith('{"cid":"')).toBe(true)
    expect(JSON.parse(payload)).toMatchObject({ cid: market.campaignId })
    expect(payload).not.toMatch(/77002|"TX"|0\.84/)
  })

  it('is sold to the best bid, and the supplier is told what it is paid', async () => {
    const fields = { ...PINGED, ...PERSON, flo_ping_id: ping.body.ping_id }
    answered = await market.supplier.ingest(market.campaignId, fields)
    expect(answered.status).toBe(201)
    expect(answered.headers.get('content-type')).toMatch(/^application\/json/)
    expect(answered.headers.get('x-request-id')).toMatch(/^req_[0-9A-HJKMNP-TV-Z]{26}$/)
    expect(answered.body).toEqual({
      data: {
        id: expect.stringMatching(LEAD_ID),
        status: 'ACCEPTED',
        buyer_id: market.buyerIds.alpha,
        campaign_id: market.campaignId,
        price: 90,
        currency: 'USD',
        redirect_url: null,
      },
    })
  })

  it('is there for its supplier at once', async () => {
    const { status, body } = await market.supplier.lead(answered.body.data.id)
    expect([status, body]).toEqual([200, answered.body])
  })

  it('is there for the operator at once, with its money to the cent', async () => {
    const reply = await operator.lead(answered.body.data.id)
    expect(reply.status).toBe(200)
    lead = reply.body
    expect(lead).toEqual({
      id: answered.body.data.id,
      auction_id: answered.body.data.id.replace('ld_', 'auc_'),
      status: 'sold',
      campaign_id: market.campaignId,
      supplier_id: market.supplier.id,
      buyer_id: market.buyerIds.alpha,
      revenue: 120,
      payout: 90,
      profit: 30,
      margin_percent: 25,
      currency: 'USD',
      reason: null,
      received_at: expect.stringMatching(INSTANT),
      settled_at: expect.stringMatching(INSTANT),
      test: false,
      fields: { ...PINGED, ...PERSON },
      feedback: null,
      returns: [],
    })
  })

  it('shows at once who bid what, and why that buyer won', async () => {
    const reply = await operator.auction(lead.auction_id)
    expect(reply.status).toBe(200)
    auction = reply.body
    expect(auction).toMatchObject({ id: lead.auction_id, lead_id: lead.id, status: 'sold', phase: 'settled' })
    expect(auction).toMatchObject({ revenue: 120, payout: 90, profit: 30, margin_percent: 25, floor_price: 5 })
    expect(auction.bids).toHaveLength(NAMES.length)
    const lost = { result: 'lost', post: null }
    expect(bidsByName()).toMatchObject({
      alpha: { result: 'won', amount: 120, reason: null, post: { outcome: 'accepted', tries: 1, reference: 'a-77' } },
      bravo: { ...lost, amount: 100.5, reason: 'outbid' },
      charlie: { ...lost, amount: null, reason: 'declined', detail: 'not wanted' },
      delta: { ...lost, amount: null, reason: 'declined', detail: 'ai_quality_score 0.84 < 0.90' },
      echo: { ...lost, amount: null, reason: 'filtered', detail: 'state must be FL', asked_at_ms: null },
      foxtrot: { ...lost, amount: 40, reason: 'outbid', asked_at_ms: null },
    })
  })

  it('tells how long everything took', () => {
    const { alpha, bravo } = bidsByName()
    const closedAt = auction.closed_at_ms ?? Number.NaN
    expect(alpha?.duration_ms).toBeGreaterThanOrEqual(75)
    expect(bravo?.duration_ms).toBeGreaterThanOrEqual(15)
    expect(auction.close_cause).toBe('all_answered')
    expect(closedAt).toBeGreaterThanOrEqual(75)
    expect(closedAt).toBeLessThan(2_000)
    expect(alpha?.post?.started_at_ms).toBeGreaterThanOrEqual(closedAt)
    expect(auction.close_to_post_ms).toBe((alpha?.post?.ended_at_ms ?? Number.NaN) - closedAt)
    const steps = auction.trace.map(({ step }) => step)
    expect(steps[0]).toBe('planned')
    expect(steps).toEqual(expect.arrayContaining(['window_closed', 'reserving', 'posting', 'accepted', 'settled']))
    const offsets = auction.trace.map(({ at_ms }) => at_ms)
    expect(offsets).toEqual([...offsets].sort((left, right) => left - right))
  })

  it('keeps personal data out of the auction that it shows', () => {
    expect(JSON.stringify(auction)).not.toMatch(NOTHING_PERSONAL)
  })

  it('was pinged in the standard dialect with our auction and everything that is not personal', () => {
    const { body, headers } = onlyOne(buyers.alpha.pings)
    expect(headers['content-type']).toMatch(/^application\/json/)
    expect(JSON.parse(body)).toEqual({
      auction_id: auction.id,
      vertical: 'auto_insurance',
      sub_vertical: 'non_standard',
      expires_at: expect.stringMatching(INSTANT),
      ...PINGED,
    })
  })

  it('was pinged by the template where there is one, with the types of its values', () => {
    const { body } = onlyOne(buyers.bravo.pings)
    expect(JSON.parse(body)).toEqual({ state: 'TX', zip3: '770', score: 0.84, via: 'gavel' })
  })

  it('was pinged with all fields that are not personal where there is no template', () => {
    expect(JSON.parse(onlyOne(buyers.charlie.pings).body)).toEqual(PINGED)
  })

  it('was pinged under a key of the auction and the contract, and with nothing personal anywhere', async () => {
    for (const name of ['alpha', 'bravo', 'charlie', 'delta'] as const) {
      const ping = onlyOne(buyers[name].pings)
      expect(ping.headers['idempotency-key']).toBe(`ping_${auction.id}_${await contractId(name)}`)
      expect(JSON.stringify(ping)).not.toMatch(NOTHING_PERSONAL)
    }
  })

  it('never reached the buyers whom it is not for', () => {
    expect(buyers.echo.pings).toEqual([])
    for (const name of NAMES) expect(buyers[name].posts).toHaveLength(name === 'alpha' ? 1 : 0)
  })

  it('was posted to the winner as a whole, with the token of its own bid', async () => {
    const { body, headers } = onlyOne(buyers.alpha.posts)
    expect(headers['idempotency-key']).toBe(`post_${auction.id}_${await contractId('alpha')}`)
    const { address, city, ...contact } = PERSON
    expect(JSON.parse(body)).toEqual({
      auction_id: auction.id,
      bid_token: 'bid_of_alpha',
      lead: {
        lead_uuid: lead.id,
        ...contact,
        currently_insured: true,
        ai_quality_score: 0.84,
        address: { line1: address, city, state: 'TX', zip: '77002' },
      },
    })
  })

  it('is in the list of leads within seconds, as it was shown at once', async () => {
    await vi.waitFor(async () => {
      const { body } = await operator.leads(`campaign_id=${market.campaignId}`)
      expect(body).toEqual({ data: [lead], next_cursor: null })
    }, WITHIN_SECONDS)
  })

  it('is in the profit and loss of everyone who had a part in it within seconds', async () => {
    const money = { revenue: 120, payout: 90, profit: 30, margin_percent: 25 }
    const returned = { sales: 0, revenue: 0, payout: 0, profit: 0 }
    const sums = { leads: 1, sold: 1, sales: 1, ...money, gross: money, returned }
    await vi.waitFor(async () => {
      const { body } = await operator.pnl('group_by=campaign,supplier,buyer,day')
      expect(body.rows).toEqual([
        {
          campaign_id: market.campaignId,
          campaign_name: 'Auto insurance, Texas',
          supplier_id: market.supplier.id,
          supplier_name: 'Austin Leads',
          buyer_id: market.buyerIds.alpha,
          buyer_name: 'alpha',
          day: lead.received_at.slice(0, 10),
          ...sums,
        },
      ])
      expect(body.totals).toEqual(sums)
      expect(body.currency).toBe('USD')
    }, WITHIN_SECONDS)
  })
})

describe('a lead that comes as a form', () => {
  it('is pinged and sold like one that comes as JSON', async () => {
    const { supplier, campaignId } = market
    const asForm = (fields: { readonly [name: string]: string }) => {
      return new URLSearchParams({ flo_campaign_id: campaignId, flo_supplier_id: supplier.id, ...fields })
    }
    const pinged = { state: 'tx', zip: '77002', currently_insured: 'yes', ai_quality_score: '0.84' }
    const ping = await supplier.call<PingReply>('POST', '/api/v1/ping', { body: asForm(pinged) })
    expect(ping.body).toMatchObject({ accepted: true })

    const person = freshLead({ first_name: 'Ana & María = 100 %', phone: '+1 (512) 555-9999' })
    const fields = { ...pinged, ...person, flo_ping_id: ping.body.ping_id ?? '' }
    const sold = await supplier.call<LeadAnswer>('POST', '/api/v1/ingest', { body: asForm(fields) })
    expect(sold.status).toBe(201)
    expect(sold.body.data).toMatchObject({ status: 'ACCEPTED', price: 90, currency: 'USD' })
    const { body } = await operator.lead(sold.body.data.id)
    expect(body.fields).toEqual({ ...PINGED, ...person, phone: '5125559999' })
  })
})

describe('a lead that the best bidder does not want after all', () => {
  it('goes to the next bidder, whose reference and redirect are passed on', async () => {
    await using picky = await HttpBuyer.start()
    await using second = await HttpBuyer.start()
    await using third = await HttpBuyer.start()
    picky.whenPinged(bid(80)).whenPosted(refuse())
    second.whenPinged(bid(70)).whenPosted(answer(201, { id: 's-1', redirect_url: 'https://buyer.example/thanks' }))
    const { campaignId, supplier, buyerIds } = await openMarket(operator, {
      link: { cost_mode: 'fixed', cost_percent: null, cost_amount: 12.5 },
      buyers: { picky: guideContract(picky), second: guideContract(second), third: fixedContract(third, 60) },
    })
    const { body } = await supplier.ingest(campaignId, freshLead())
    expect(body.data).toMatchObject({ status: 'ACCEPTED', buyer_id: buyerIds.second, price: 12.5 })
    expect(body.data.redirect_url).toBe('https://buyer.example/thanks')
    const { bids, profit } = await operator.auctionOf(body.data.id)
    expect(profit).toBe(57.5)
    expect(Object.fromEntries(bids.map(({ buyer_name, reason }) => [buyer_name, reason]))).toEqual({
      picky: 'post_rejected',
      second: null,
      third: 'outbid',
    })
    expect([picky.posts.length, second.posts.length, third.posts.length]).toEqual([1, 1, 0])
  })

  it('stays unmatched where nobody takes it, and costs nobody anything', async () => {
    await using low = await HttpBuyer.start()
    await using picky = await HttpBuyer.start()
    low.whenPinged(bid(49.99)).whenPosted(sold())
    picky.whenPinged(bid(80)).whenPosted(refuse())
    const { campaignId, supplier } = await openMarket(operator, {
      campaign: { floor_price: 50 },
      buyers: { low: guideContract(low), picky: guideContract(picky) },
    })
    const { status, body } = await supplier.ingest(campaignId, freshLead())
    expect(status).toBe(201)
    expect(body.data).toMatchObject({ status: 'UNMATCHED', buyer_id: null, price: null, redirect_url: null })
    const { bids, revenue, payout } = await operator.auctionOf(body.data.id)
    expect([revenue, payout]).toEqual([0, 0])
    expect(Object.fromEntries(bids.map(({ buyer_name, reason }) => [buyer_name, reason]))).toEqual({
      low: 'below_floor',
      picky: 'post_rejected',
    })
    expect(low.posts).toEqual([])
  })
})

async function contractId(name: Name): Promise<string> {
  const path = `/v1/campaigns/${market.campaignId}/buyers/${market.buyerIds[name]}`
  return (await operator.get<{ readonly id: string }>(path)).body.id
}

function onlyOne(calls: readonly ReceivedCall[]): ReceivedCall {
  const [call] = calls
  if (call === undefined || calls.length > 1) throw new Error(`one call was expected, not ${calls.length}`)
  return call
}
