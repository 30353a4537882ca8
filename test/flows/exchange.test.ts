import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  EXCHANGE_FIELDS,
  ExchangeStand,
  freshVertical,
  offered,
  PINGED,
  ping,
  post,
  problemOf,
} from '../support/exchange-stand'
import { answer, bid, refuse, sold } from '../support/http-buyer'
import { freshLead, openMarket, standardContract } from '../support/market'

let stand: ExchangeStand

beforeAll(async () => {
  stand = await ExchangeStand.start()
})

afterAll(async () => {
  await stand?.[Symbol.asyncDispose]()
})

describe('an auction in two calls', () => {
  it('offers what the supplier will be paid, and sells the lead for it', async () => {
    const market = await stand.open({ best: { filters: [{ field: 'state', op: 'eq', value: 'TX' }] } })
    const { supplier, vertical } = market
    const { status, body } = await ping(supplier, { ...PINGED, vertical })
    expect(status).toBe(200)
    expect(body).toMatchObject({ auction_id: 'a7f3c9e1', bid: { amount: 30, currency: 'USD' } })
    expect(body.id).toMatch(/^auc_/)
    expect(body.bid?.bid_token).toMatch(/^bid_/)
    expect(body.buyer_filters_passed).toEqual(['state', 'vertical'])
    const leftMs = Date.parse(body.bid?.valid_until ?? '') - Date.now()
    expect(leftMs).toBeGreaterThan(290_000)
    expect(leftMs).toBeLessThanOrEqual(298_000)
    expect(stand.best.posts).toEqual([])

    const person = freshLead()
    const lead = { ...person, address: { line1: '1200 Main St', city: 'Houston', state: 'TX', zip: '77002' } }
    const sale = await post(supplier, { auction_id: 'a7f3c9e1', bid_token: body.bid?.bid_token, lead })
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
    expect(stand.best.posts).toHaveLength(1)
    expect(stand.best.posts[0]?.body).toContain(person.phone)
    expect(stand.second.posts).toEqual([])
  })

  it('takes the members that it names itself in any campaign, and hands them to the standard buyer as they are', async () => {
    const market = await openMarket(stand.operator, {
      campaign: { vertical: freshVertical() },
      buyers: { best: standardContract(stand.best) },
    })
    stand.best.forget()
    stand.best.whenPinged(answer(200, { bid: { amount: 40, currency: 'USD', bid_token: 'b' } })).whenPosted(sold())
    const members = { ai_quality_score: 0.84, currently_insured: true, source: 'facebook_ads', tcpa_consent: true }
    const pinged = { campaign_id: market.campaignId, state: 'TX', zip3: '770', ...members }
    const { body } = await ping(market.supplier, pinged)
    expect(JSON.parse(stand.best.pings[0]?.body ?? '')).toMatchObject({ state: 'TX', zip3: '770', ...members })
    const request = { auction_id: body.auction_id, bid_token: body.bid?.bid_token, lead: freshLead() }
    expect((await post(market.supplier, request)).body.status).toBe('sold')
    expect(JSON.parse(stand.best.posts[0]?.body ?? '').lead).toMatchObject(members)
  })

  it('does not need what was pinged again, and sends the buyer all of it', async () => {
    const market = await stand.open({
      campaign: { fields: [...EXCHANGE_FIELDS.slice(0, -5), { name: 'state', type: 'state', required: true }] },
    })
    const { request } = await offered(market)
    const { address: _, ...lead } = request.lead
    expect((await post(market.supplier, { ...request, lead })).body.status).toBe('sold')
    expect(JSON.parse(stand.best.posts[0]?.body ?? '')).toMatchObject({ state: 'TX', zip3: '770', phone: lead.phone })
  })

  it('is known by our id where the caller gave none, and by ours beside its own', async () => {
    const market = await stand.open()
    const { offer, request } = await offered(market, { auction_id: undefined })
    expect(offer.auction_id).toBe(offer.id)
    expect((await post(market.supplier, request)).status).toBe(201)
    const named = await offered(market)
    expect((await post(market.supplier, { ...named.request, auction_id: named.offer.id })).body.auction_id).toBe(
      'a7f3c9e1',
    )
    const other = await offered(market)
    expect(problemOf(await post(market.supplier, { ...other.request, auction_id: 'other' }))).toEqual([
      422,
      'invalid_bid_token',
    ])
  })

  it('brings nested members up, and names a wrong one where it stood', async () => {
    const market = await stand.open({
      campaign: { fields: [...EXCHANGE_FIELDS, { name: 'ip_address', type: 'string' }] },
    })
    const { request } = await offered(market, { trustedform_cert_url: undefined })
    const tcpa = { consent_text: 'Yes.', ip_address: '203.0.113.4', trustedform_cert_url: 'ftp://no' }
    const wrong = await post(market.supplier, { ...request, lead: { ...request.lead, tcpa } })
    expect(problemOf(wrong)).toEqual([422, 'invalid_payload'])
    expect(wrong.body.field_errors).toEqual([
      { field: 'lead.tcpa.trustedform_cert_url', code: 'invalid_value', expected: 'https URL' },
    ])
    const right = { ...tcpa, trustedform_cert_url: 'https://cert.trustedform.com/1' }
    expect((await post(market.supplier, { ...request, lead: { ...request.lead, tcpa: right } })).status).toBe(201)
    expect(JSON.parse(stand.best.posts[0]?.body ?? '')).toMatchObject({ ip_address: '203.0.113.4', zip: '77002' })
  })

  it('says that nobody took it, and that the answer is not known yet', async () => {
    const market = await stand.open()
    const { request } = await offered(market)
    stand.best.whenPosted(refuse())
    const unsold = await post(market.supplier, request)
    expect(unsold.status).toBe(201)
    expect(unsold.body).toMatchObject({ status: 'unsold', reject_reason: 'post_rejected', price: null })
    expect(stand.second.posts).toEqual([])

    const open2 = await offered(market)
    stand.best.whenPosted(answer(500, 'oops', 'text/plain'))
    const pending = await post(market.supplier, open2.request)
    expect([pending.status, pending.body.status]).toEqual([202, 'pending'])
  })
})

describe('an offer', () => {
  it('gives way to the next bidder that pays as much, where its own is capped by then', async () => {
    const market = await stand.open({ best: { caps: [{ period: 'day', count: 1, timezone: 'UTC' }] } })
    stand.second.whenPinged(bid(40))
    stand.best.whenPinged(bid(40.01))
    const [first, next] = [await offered(market), await offered(market)]
    stand.best.whenPinged(bid(40))
    expect((await post(market.supplier, first.request)).body).toMatchObject({ status: 'sold', buyer_lead_id: 'best-1' })
    // 75 % of 40.01 was promised, and 40 would pay less.
    expect((await post(market.supplier, next.request)).body).toMatchObject({
      status: 'unsold',
      reject_reason: 'capped',
    })
    const { body } = await stand.operator.auction(next.offer.id ?? '')
    expect(body.bids.map(({ reason }) => reason)).toEqual(['capped', 'below_promise'])

    const equal = await stand.open({
      link: { cost_mode: 'fixed', cost_amount: 5 },
      best: { caps: [{ period: 'day', count: 1, timezone: 'UTC' }] },
    })
    const [one, two] = [await offered(equal), await offered(equal)]
    await post(equal.supplier, one.request)
    expect((await post(equal.supplier, two.request)).body).toMatchObject({
      status: 'sold',
      buyer_lead_id: 'second-1',
      price: 5,
    })
  })

  it('passes over a bidder whose filters the whole lead does not meet', async () => {
    const filters = [{ field: 'zip', op: 'starts_with' as const, value: '770' }]
    const market = await stand.open({ best: { filters }, second: {} })
    stand.second.whenPinged(bid(40))
    stand.best.whenPinged(bid(41))
    const { request, offer } = await offered(market, { zip3: undefined })
    const lead = { ...request.lead, address: { ...request.lead.address, zip: '75001' } }
    expect((await post(market.supplier, { ...request, lead })).body).toMatchObject({
      status: 'unsold',
      reject_reason: 'filtered',
    })
    expect((await stand.operator.auction(offer.id ?? '')).body.bids.map(({ reason }) => reason)).toEqual([
      'filtered',
      'below_promise',
    ])
    expect([...stand.best.posts, ...stand.second.posts]).toEqual([])
  })

  it('ends with the bid less the time of the post, and a lead that comes then is told so', async () => {
    const market = await stand.open({ best: { bid_valid_seconds: 3 } })
    const { request, bid: made, offer } = await offered(market)
    await sleep(Date.parse(made.valid_until) - Date.now())
    expect(problemOf(await post(market.supplier, request))).toEqual([422, 'bid_expired'])
    await expect
      .poll(async () => (await stand.operator.auction(offer.id ?? '')).body.phase, { timeout: 8_000 })
      .toBe('settled')
    const { body } = await stand.operator.auction(offer.id ?? '')
    expect(body).toMatchObject({ status: 'unsold', reason: 'offer_expired', lead_id: null, payout: 0 })
    expect((await stand.operator.lead(offer.id?.replace('auc_', 'ld_') ?? '')).status).toBe(404)
  })

  it('holds no longer than the buyer says', async () => {
    const market = await stand.open({ best: { preset: 'standard' } })
    const until = new Date(Date.now() + 60_000).toISOString()
    stand.best.whenPinged(answer(200, { bid: { amount: 50, currency: 'USD', bid_token: 'b-1', valid_until: until } }))
    const { bid: made, request } = await offered(market)
    expect([made.amount, Date.parse(made.valid_until)]).toEqual([37.5, Date.parse(until) - 2_000])
    await post(market.supplier, request)
    expect(JSON.parse(stand.best.posts[0]?.body ?? '')).toMatchObject({ bid_token: 'b-1' })
  })

  it('of two leads is sold to one', async () => {
    const market = await stand.open()
    const { request } = await offered(market)
    const other = { ...request, lead: { ...request.lead, ...freshLead() } }
    const replies = await Promise.all([post(market.supplier, request), post(market.supplier, other)])
    expect(
      replies
        .map(problemOf)
        .map(([status]) => status)
        .sort(),
    ).toEqual([201, 409])
    expect(replies.find(({ status }) => status === 409)?.body.error).toBe('bid_already_used')
    expect(stand.best.posts).toHaveLength(1)
  })
})

describe('the same request again', () => {
  it('to a post is the same answer byte for byte, with and without a key, and another body is a conflict', async () => {
    const market = await stand.open()
    const { request } = await offered(market)
    const keyed = { 'idempotency-key': 'post-1' }
    const first = await post(market.supplier, request, keyed)
    const again = await post(market.supplier, request, keyed)
    const bare = await post(market.supplier, request)
    expect([again.text, bare.text]).toEqual([first.text, first.text])
    expect([first, again, bare].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([
      null,
      'true',
      'true',
    ])
    const other = { ...request, lead: { ...request.lead, ...freshLead() } }
    expect(problemOf(await post(market.supplier, other))).toEqual([409, 'bid_already_used'])
    expect(problemOf(await post(market.supplier, other, keyed))).toEqual([422, 'idempotency_key_reused'])
    expect(stand.best.posts).toHaveLength(1)
  })

  it('to a ping with a key is the same offer byte for byte, also when the campaign is paused by then', async () => {
    const { supplier, vertical, campaignId } = await stand.open()
    const keyed = { 'idempotency-key': 'ping-1' }
    const [first, twin] = await Promise.all([
      ping(supplier, { ...PINGED, vertical }, keyed),
      ping(supplier, { ...PINGED, vertical }, keyed),
    ])
    await stand.operator.patch(`/v1/campaigns/${campaignId}`, { status: 'paused' })
    const again = await ping(supplier, { ...PINGED, vertical }, keyed)
    expect([twin.text, again.text]).toEqual([first.text, first.text])
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(stand.best.pings).toHaveLength(1)
    await stand.operator.patch(`/v1/campaigns/${campaignId}`, { status: 'active' })
    expect(problemOf(await ping(supplier, { ...PINGED, vertical, state: 'FL' }, keyed))).toEqual([
      422,
      'idempotency_key_reused',
    ])
    expect((await ping(supplier, { ...PINGED, vertical })).text).not.toBe(first.text)
  })
})

describe('a bid token', () => {
  it('is worth nothing changed, to another supplier, or as a ping id', async () => {
    const market = await stand.open()
    const other = await stand.open()
    const { request } = await offered(market)
    const [payload, kid, mac] = request.bid_token.split('.')
    for (const bid_token of [
      '',
      'bid_',
      'bid_x.y.z',
      `${payload}x.${kid}.${mac}`,
      `${payload}.${kid}.A${mac?.slice(1)}`,
    ]) {
      const refused = await post(market.supplier, { ...request, bid_token })
      expect(refused.status).toBe(422)
      expect(['invalid_bid_token', 'invalid_payload']).toContain(refused.body.error)
    }
    expect(problemOf(await post(other.supplier, request))).toEqual([422, 'invalid_bid_token'])
    const asPingId = { ...freshLead(), state: 'TX', flo_ping_id: request.bid_token.slice(4) }
    expect(problemOf(await market.supplier.ingest(market.campaignId, asPingId))).toEqual([422, 'ping_id_invalid'])
    expect((await post(market.supplier, request)).status).toBe(201)
  })

  it('is for what was pinged: a changed field is named, at its place and without its value', async () => {
    const market = await stand.open()
    const { request } = await offered(market)
    const changed = { ...request.lead, ai_quality_score: 0.97, address: { state: 'FL', zip: '33101' } }
    const reply = await post(market.supplier, { ...request, lead: changed })
    expect(problemOf(reply)).toEqual([422, 'bid_mismatch'])
    expect(reply.body.field_errors?.map(({ field }) => field).sort()).toEqual([
      'lead.address.state',
      'lead.address.zip',
      'lead.ai_quality_score',
    ])
    expect(JSON.stringify(reply.body.field_errors)).not.toMatch(/FL|TX|0\.97|0\.84|33101|770/)
    const spelled = { ...request.lead, ai_quality_score: '0.84', zip3: '770' }
    expect((await post(market.supplier, { ...request, lead: spelled })).status).toBe(201)
  })
})

describe('a lead that was seen before', () => {
  it('is a duplicate at the post, leaves the offer as it was, and is free again where it was not sold', async () => {
    const market = await stand.open({ campaign: { dedupe: { fields: ['phone'], days: 30 } } })
    const [one, two] = [await offered(market), await offered(market)]
    expect((await post(market.supplier, one.request)).status).toBe(201)
    const same = { ...two.request, lead: { ...two.request.lead, phone: one.person.phone } }
    expect(problemOf(await post(market.supplier, same))).toEqual([409, 'duplicate'])
    expect((await post(market.supplier, two.request)).body.status).toBe('sold')
  })
})
