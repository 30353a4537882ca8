import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { LeadAnswer } from '../../src/contracts/lead-answer'
import type { AuctionWire, LeadWire } from '../../src/contracts/lead-record'
import { Operator, type PingReply, type Reply } from '../support/gavel-client'
import { CONTACT_FIELDS, freshLead, guideContract, type Market, openMarket, standardContract } from '../support/market'
import { type ReceivedRequest, startPathBuyer } from '../support/path-buyer'
import { OPERATOR_KEY, type ServedGavel, serveGavel } from '../support/served-gavel'

/** Six buyers: two bid in the standard dialect, three in the guide's, one has no ping and takes leads at its price. */
const SOLD_AT = 120
const AUCTION_ID = /^auc_[0-9A-Za-z]{43}$/
const LEAD_ID = /^ld_[0-9A-Za-z]{43}$/
const NOTHING_PERSONAL = /Maria|Garcia|512555|example\.com|Congress/

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

let gavel: ServedGavel
let operator: Operator
let market: Market
let buyer: Awaited<ReturnType<typeof startPathBuyer>>

/** @returns what a buyer received at the URLs that log under this name */
async function received(log: string): Promise<readonly ReceivedRequest[]> {
  return (await fetch(`${buyer.url}/_log/${log}`)).json() as Promise<readonly ReceivedRequest[]>
}

async function onlyOne(log: string): Promise<ReceivedRequest> {
  const all = await received(log)
  expect(all).toHaveLength(1)
  return all[0] as ReceivedRequest
}

const standardBid = (amount: number) =>
  encodeURIComponent(
    JSON.stringify({
      auction_id: 'theirs',
      bid: { amount, currency: 'USD', bid_token: `bid_of_${amount}`, valid_until: '2099-01-01T00:00:00Z' },
    }),
  )
const standardNo = encodeURIComponent(
  JSON.stringify({ bid: null, reject_reason: 'below_score_threshold', reject_detail: 'ai_quality_score 0.84 < 0.90' }),
)

beforeAll(async () => {
  buyer = await startPathBuyer()
  gavel = await serveGavel()
  operator = new Operator(gavel.url, OPERATOR_KEY)
  const at = (path: string) => `${buyer.url}/${path}`
  market = await openMarket(operator, {
    campaign: CAMPAIGN,
    link: { cost_mode: 'revenue_share', cost_percent: 75 },
    buyers: {
      alpha: standardContract(at(`alpha-ping/raw/${standardBid(SOLD_AT)}?delay=80`), at('alpha-post/accept/a-77')),
      bravo: {
        price: 40,
        min_bid: 5,
        max_bid: 500,
        ping: {
          enabled: true,
          request: {
            url: at('bravo-ping/bid/100.5?delay=20'),
            format: 'json',
            timeout_ms: 1_500,
            template: { state: '{{state}}', zip3: '{{zip | slice: 0, 3}}', score: '{{ai_quality_score}}', source: 'gavel' },
          },
          answer: { accepted: [{ path: 'accepted', op: 'eq', value: true }], price: ['bid_price', 'data.price'] },
        },
        post: {
          request: { url: at('bravo-post/accept'), template: { first_name: '{{first_name}}', phone: '{{phone}}' } },
          answer: { accepted: [{ on: 'status', op: 'eq', value: 201 }], reference: ['id'] },
        },
      },
      charlie: guideContract(at('charlie-ping/decline'), at('charlie-post/accept')),
      delta: standardContract(at(`delta-ping/raw/${standardNo}`), at('delta-post/accept')),
      echo: guideContract(at('echo-ping/bid/300'), at('echo-post/accept'), {
        filters: [{ field: 'state', op: 'eq', value: 'FL' }],
      }),
      foxtrot: { price: 40, post: { request: { url: at('foxtrot-post/accept') } } },
    },
  })
})

afterAll(async () => {
  await gavel?.stop()
  buyer?.server.closeAllConnections()
  buyer?.server.close()
})

describe('the first lead, from the ping to the profit', () => {
  let ping: Reply<PingReply>
  let sold: Reply<LeadAnswer>
  let lead: LeadWire
  let auction: AuctionWire

  it('is accepted as a ping, and no buyer hears of it', async () => {
    const before = Date.now()
    ping = await market.supplier.ping(market.campaignId, PINGED)
    expect(ping.status).toBe(200)
    expect(ping.body).toEqual({
      accepted: true,
      ping_id: expect.any(String),
      message: 'Lead accepted',
      expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    })
    const lifeMs = Date.parse(ping.body.expires_at ?? '') - before
    expect(lifeMs).toBeGreaterThan(29 * 60_000)
    expect(lifeMs).toBeLessThan(31 * 60_000)
    expect(await received('bravo-ping')).toEqual([])
    expect(await received('alpha-ping')).toEqual([])
  })

  it('has a ping id of three parts that begins with the campaign and holds no pinged value', () => {
    const parts = (ping.body.ping_id ?? '').split('.')
    expect(parts).toHaveLength(3)
    const payload = Buffer.from(parts[0] ?? '', 'base64url').toString()
    expect(parts[0]).toMatch(/^eyJjaWQiOi[A-Za-z0-9_-]*$/)
    expect(payload.startsWith('{"cid":"')).toBe(true)
    expect(JSON.parse(payload)).toMatchObject({ cid: market.campaignId })
    expect(payload).not.toMatch(/77002|"TX"|0\.84/)
  })

  it('is sold to the best bid, and the supplier is told what it is paid', async () => {
    const fields = { ...PINGED, ...PERSON, flo_ping_id: ping.body.ping_id }
    sold = await market.supplier.ingest(market.campaignId, fields)
    expect(sold.status).toBe(201)
    expect(sold.headers.get('x-request-id')).toMatch(/^req_[0-9A-HJKMNP-TV-Z]{26}$/)
    expect(sold.body).toEqual({
      data: {
        id: expect.stringMatching(LEAD_ID),
        status: 'ACCEPTED',
        buyer_id: market.buyerIds['alpha'],
        campaign_id: market.campaignId,
        price: 90,
        currency: 'USD',
        redirect_url: null,
      },
    })
  })

  it('is there for its supplier at once', async () => {
    const reply = await market.supplier.lead(sold.body.data.id)
    expect(reply.status).toBe(200)
    expect(reply.body).toEqual(sold.body)
  })

  it('is there for the operator at once, with its money to the cent', async () => {
    const reply = await operator.lead(sold.body.data.id)
    expect(reply.status).toBe(200)
    lead = reply.body
    expect(lead).toMatchObject({
      id: sold.body.data.id,
      auction_id: expect.stringMatching(AUCTION_ID),
      status: 'sold',
      campaign_id: market.campaignId,
      supplier_id: market.supplier.id,
      buyer_id: market.buyerIds['alpha'],
      revenue: 120,
      payout: 90,
      profit: 30,
      margin_percent: 25,
      currency: 'USD',
      reason: null,
      test: false,
      fields: { ...PINGED, ...PERSON },
    })
  })

  it('shows why that buyer won, at once', async () => {
    const reply = await operator.auction(lead.auction_id)
    expect(reply.status).toBe(200)
    auction = reply.body
    expect(auction).toMatchObject({ id: lead.auction_id, lead_id: lead.id, status: 'sold', revenue: 120, profit: 30 })
    const bids = Object.fromEntries(auction.bids.map((bid) => [bid.buyer_name, bid]))
    const lost = { result: 'lost', post: null }
    expect(bids).toMatchObject({
      alpha: { result: 'won', amount: 120, reason: null, post: { outcome: 'accepted', tries: 1, reference: 'a-77' } },
      bravo: { ...lost, amount: 100.5, reason: 'outbid' },
      charlie: { ...lost, amount: null, reason: 'declined' },
      delta: { ...lost, amount: null, reason: 'declined', detail: 'ai_quality_score 0.84 < 0.90' },
      echo: { ...lost, amount: null, reason: 'filtered', detail: 'state must be FL', asked_at_ms: null },
      foxtrot: { ...lost, amount: 40, reason: 'outbid', asked_at_ms: null },
    })
    expect(auction.bids).toHaveLength(6)
  })

  it('tells how long everything took', () => {
    const bids = Object.fromEntries(auction.bids.map((bid) => [bid.buyer_name, bid]))
    expect(bids['alpha']?.duration_ms).toBeGreaterThanOrEqual(75)
    expect(bids['bravo']?.duration_ms).toBeGreaterThanOrEqual(15)
    expect(auction.close_cause).toBe('all_answered')
    expect(auction.closed_at_ms).toBeGreaterThanOrEqual(75)
    expect(auction.closed_at_ms).toBeLessThan(2_000)
    const post = bids['alpha']?.post
    expect(post?.started_at_ms).toBeGreaterThanOrEqual(auction.closed_at_ms ?? Number.NaN)
    expect(auction.close_to_post_ms).toBe((post?.ended_at_ms ?? Number.NaN) - (auction.closed_at_ms ?? Number.NaN))
    const steps = auction.trace.map(({ step }) => step)
    expect(steps[0]).toBe('planned')
    expect(steps).toEqual(expect.arrayContaining(['window_closed', 'reserving', 'posting', 'accepted', 'settled']))
    const offsets = auction.trace.map(({ at_ms }) => at_ms)
    expect(offsets).toEqual([...offsets].sort((left, right) => left - right))
  })

  it('keeps personal data out of the auction that it shows', () => {
    expect(JSON.stringify(auction)).not.toMatch(NOTHING_PERSONAL)
  })

  it('pinged the standard buyer with our auction and everything that is not personal', async () => {
    const request = await onlyOne('alpha-ping')
    expect(JSON.parse(request.body)).toEqual({
      auction_id: auction.id,
      vertical: 'auto_insurance',
      sub_vertical: 'non_standard',
      expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/),
      ...PINGED,
    })
    expect(request.headers['content-type']).toMatch(/^application\/json/)
  })

  it('pinged a buyer with a template by its template, types kept', async () => {
    const request = await onlyOne('bravo-ping')
    expect(JSON.parse(request.body)).toEqual({ state: 'TX', zip3: '770', score: 0.84, source: 'gavel' })
  })

  it('pinged a buyer without a template with all fields that are not personal', async () => {
    expect(JSON.parse((await onlyOne('charlie-ping')).body)).toEqual(PINGED)
  })

  it('gave every ping a key of its own, of the auction and the contract', async () => {
    for (const name of ['alpha', 'bravo', 'charlie', 'delta']) {
      const { id } = (await operator.get<{ id: string }>(contractPath(name))).body
      const request = await onlyOne(`${name}-ping`)
      expect(request.headers['idempotency-key']).toBe(`ping_${auction.id}_${id}`)
      expect(JSON.stringify(request)).not.toMatch(NOTHING_PERSONAL)
    }
  })

  it('never reached the buyers whom it is not for', async () => {
    expect(await received('echo-ping')).toEqual([])
    for (const name of ['bravo', 'charlie', 'delta', 'echo', 'foxtrot']) expect(await received(`${name}-post`)).toEqual([])
  })

  it('was posted to the winner with the token of its own bid and the whole lead', async () => {
    const request = await onlyOne('alpha-post')
    const { id } = (await operator.get<{ id: string }>(contractPath('alpha'))).body
    expect(request.headers['idempotency-key']).toBe(`post_${auction.id}_${id}`)
    expect(JSON.parse(request.body)).toEqual({
      auction_id: auction.id,
      bid_token: 'bid_of_120',
      lead: {
        lead_uuid: lead.id,
        first_name: PERSON.first_name,
        last_name: PERSON.last_name,
        phone: PERSON.phone,
        email: PERSON.email,
        currently_insured: true,
        ai_quality_score: 0.84,
        address: { line1: '12 Congress Ave', city: 'Austin', state: 'TX', zip: '77002' },
      },
    })
  })

  it('comes up in the list of leads within seconds, as it was shown at once', async () => {
    await vi.waitFor(
      async () => {
        const { body } = await operator.leads(`campaign_id=${market.campaignId}`)
        expect(body).toEqual({ data: [lead], next_cursor: null })
      },
      { timeout: 15_000, interval: 200 },
    )
  })

  it('comes up in the profit and loss of everyone who had a part in it', async () => {
    const sums = { leads: 1, sold: 1, sales: 1, revenue: 120, payout: 90, profit: 30, margin_percent: 25 }
    await vi.waitFor(
      async () => {
        const { body } = await operator.pnl('group_by=campaign,supplier,buyer,day')
        const mine = body.rows.filter(({ campaign_id }) => campaign_id === market.campaignId)
        expect(mine).toEqual([
          {
            campaign_id: market.campaignId,
            campaign_name: 'Auto insurance, Texas',
            supplier_id: market.supplier.id,
            supplier_name: 'Austin Leads',
            buyer_id: market.buyerIds['alpha'],
            buyer_name: 'alpha',
            day: lead.received_at.slice(0, 10),
            ...sums,
          },
        ])
        expect(body.totals).toEqual(sums)
        expect(body.currency).toBe('USD')
      },
      { timeout: 15_000, interval: 200 },
    )
  })
})

describe('a lead that comes as a form', () => {
  const person = freshLead()

  it('is pinged and sold like one that comes as JSON', async () => {
    const { supplier, campaignId } = market
    const pinged = { state: 'tx', zip: '77002', currently_insured: 'yes', ai_quality_score: '0.84' }
    const asForm = (fields: object) => new URLSearchParams(supplier.named(campaignId, { ...fields }) as never)
    const ping = await supplier.call<PingReply>('POST', '/api/v1/ping', { body: asForm(pinged) })
    expect(ping.body).toMatchObject({ accepted: true })

    const lead = { ...pinged, ...person, phone: '+1 (512) 555-9999', flo_ping_id: ping.body.ping_id }
    const sold = await supplier.call<LeadAnswer>('POST', '/api/v1/ingest', { body: asForm(lead) })
    expect(sold.status).toBe(201)
    expect(sold.body.data).toMatchObject({ status: 'ACCEPTED', price: 90, currency: 'USD' })

    const { body } = await operator.lead(sold.body.data.id)
    expect(body.fields).toEqual({
      ...person,
      phone: '5125559999',
      state: 'TX',
      zip: '77002',
      currently_insured: true,
      ai_quality_score: 0.84,
    })
  })
})

describe('a lead that the best bidder does not want after all', () => {
  it('goes to the next bidder, with the reference and redirect that the buyer gives', async () => {
    const at = (path: string) => `${buyer.url}/${path}`
    const yes = encodeURIComponent('{"lead_id":"second-1","redirect_url":"https://buyer.example/thanks"}')
    const { campaignId, supplier, buyerIds } = await openMarket(operator, {
      link: { cost_mode: 'fixed', cost_percent: null, cost_amount: 12.5 },
      buyers: {
        picky: guideContract(at('picky-ping/bid/80'), at('picky-post/reject')),
        second: guideContract(at('second-ping/bid/70'), at(`second-post/raw/${yes}`)),
        third: { price: 60, post: { request: { url: at('third-post/accept') } } },
      },
    })
    const { body } = await supplier.ingest(campaignId, freshLead())
    expect(body.data).toMatchObject({
      status: 'ACCEPTED',
      buyer_id: buyerIds['second'],
      price: 12.5,
      redirect_url: 'https://buyer.example/thanks',
    })
    const { bids, profit } = await operator.auctionOf(body.data.id)
    expect(profit).toBe(57.5)
    expect(bids.map(({ buyer_name, result, reason }) => [buyer_name, result, reason])).toEqual(
      expect.arrayContaining([
        ['picky', 'lost', 'post_rejected'],
        ['second', 'won', null],
        ['third', 'lost', 'outbid'],
      ]),
    )
    expect(await received('third-post')).toEqual([])
  })

  it('stays unmatched where nobody takes it, and costs nothing', async () => {
    const at = (path: string) => `${buyer.url}/${path}`
    const { campaignId, supplier } = await openMarket(operator, {
      campaign: { floor_price: 50 },
      buyers: {
        low: guideContract(at('low-ping/bid/49.99'), at('low-post/accept')),
        picky: guideContract(at('picky2-ping/bid/80'), at('picky2-post/reject')),
      },
    })
    const reply = await supplier.ingest(campaignId, freshLead())
    expect(reply.status).toBe(201)
    expect(reply.body.data).toMatchObject({ status: 'UNMATCHED', buyer_id: null, price: null, redirect_url: null })
    const { bids, revenue } = await operator.auctionOf(reply.body.data.id)
    expect(revenue).toBe(0)
    expect(Object.fromEntries(bids.map(({ buyer_name, reason }) => [buyer_name, reason]))).toEqual({
      low: 'below_floor',
      picky: 'post_rejected',
    })
  })
})

function contractPath(name: string): string {
  return `/v1/campaigns/${market.campaignId}/buyers/${market.buyerIds[name]}`
}
