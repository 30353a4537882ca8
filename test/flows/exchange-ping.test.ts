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
import type { Problem, Reply } from '../support/gavel-client'
import { answer, bid, decline } from '../support/http-buyer'
import { freshLead, guideContract, openMarket } from '../support/market'

let stand: ExchangeStand

beforeAll(async () => {
  stand = await ExchangeStand.start()
})

afterAll(async () => {
  await stand?.[Symbol.asyncDispose]()
})

describe('a ping without a bid', () => {
  it('gives the reason that most buyers share', async () => {
    const market = await stand.open({
      best: { filters: [{ field: 'ai_quality_score', op: 'gte', value: 0.9 }] },
      second: { filters: [{ field: 'ai_quality_score', op: 'gte', value: 0.95 }] },
    })
    const { body } = await ping(market.supplier, { ...PINGED, vertical: market.vertical })
    expect(body).toMatchObject({
      auction_id: 'a7f3c9e1',
      bid: null,
      reject_reason: 'below_score_threshold',
      reject_detail: 'ai_quality_score 0.84 < buyer_min 0.9',
    })
    const { body: auction } = await stand.operator.auction(body.id ?? '')
    expect(auction.bids.map(({ reason }) => reason)).toEqual(['filtered', 'filtered'])
  })

  it('keeps what a buyer says about itself to itself', async () => {
    const market = await stand.open({ best: { preset: 'standard' } })
    const words = 'Crown Mutual does not want this'
    stand.best.whenPinged(answer(200, { bid: null, reject_reason: 'not_wanted', reject_detail: words }))
    stand.second.whenPinged(decline())
    const { body, text } = await ping(market.supplier, { ...PINGED, vertical: market.vertical })
    expect([body.bid, body.reject_reason]).toEqual([null, 'declined'])
    expect(text).not.toContain('Crown')
  })

  it('ends with the window that the caller leaves', async () => {
    const market = await stand.open()
    stand.best.whenPinged(() => undefined)
    stand.second.whenPinged(() => undefined)
    const from = Date.now()
    const expires_at = new Date(from + 700).toISOString()
    const { body } = await ping(market.supplier, { ...PINGED, vertical: market.vertical, expires_at })
    expect(body.reject_reason).toBe('timed_out')
    expect(Date.now() - from).toBeLessThan(1_900)
    const late = await ping(market.supplier, {
      ...PINGED,
      vertical: market.vertical,
      expires_at: '2026-01-01T00:00:00Z',
    })
    expect([problemOf(late), late.body.field_errors?.[0]?.field]).toEqual([[422, 'invalid_payload'], 'expires_at'])
  })
})

describe('the campaign of a ping', () => {
  it('is found by vertical and sub-vertical, and named where several fit', async () => {
    const vertical = freshVertical()
    const one = await stand.open({ campaign: { vertical, sub_vertical: 'standard' } })
    const { campaignId } = await openMarket(stand.operator, {
      campaign: { vertical, sub_vertical: 'non_standard' },
      buyers: { best: guideContract(stand.best) },
    })
    const { supplier } = one
    await stand.operator.link(`/v1/campaigns/${campaignId}/suppliers/${supplier.id}`, {
      cost_mode: 'fixed',
      cost_amount: 1,
    })
    const pinged = { ...PINGED, vertical }
    expect(problemOf(await ping(supplier, pinged))).toEqual([422, 'ambiguous_campaign'])
    expect((await ping(supplier, { ...pinged, sub_vertical: 'Standard' })).body.bid?.amount).toBe(30)
    expect((await ping(supplier, { ...pinged, sub_vertical: 'non_standard' })).body.bid?.amount).toBe(1)
    expect((await ping(supplier, { ...pinged, campaign_id: campaignId })).body.bid?.amount).toBe(1)
    const mismatch = await ping(supplier, { ...pinged, campaign_id: campaignId, sub_vertical: 'standard' })
    expect(problemOf(mismatch)).toEqual([422, 'invalid_payload'])

    await stand.operator.patch(`/v1/campaigns/${campaignId}`, { vertical: `${vertical}_moved` })
    expect((await ping(supplier, pinged)).body.bid?.amount).toBe(30)
    expect((await ping(supplier, { ...PINGED, vertical: `${vertical}_moved` })).body.bid?.amount).toBe(1)
  })

  it('is none where the supplier has no link for it', async () => {
    const { supplier } = await stand.open()
    const other = await stand.open()
    const none = { bid: null, id: null, reject_reason: 'no_campaign' }
    expect((await ping(supplier, { ...PINGED, vertical: 'boats' })).body).toMatchObject(none)
    expect((await ping(supplier, { ...PINGED, vertical: other.vertical })).body).toMatchObject(none)
    expect((await ping(supplier, { ...PINGED, campaign_id: 'camp_unknown' })).body).toMatchObject(none)
    expect(problemOf(await ping(supplier, { ...PINGED, campaign_id: other.campaignId }))).toEqual([403, 'unauthorized'])
    const unnamed = await ping(supplier, PINGED)
    expect([problemOf(unnamed), unnamed.body.field_errors?.[0]?.field]).toEqual([[422, 'invalid_payload'], 'vertical'])
    await stand.operator.patch(`/v1/campaigns/${other.campaignId}`, { status: 'paused' })
    expect((await ping(other.supplier, { ...PINGED, vertical: other.vertical })).body.reject_reason).toBe(
      'inactive_campaign',
    )
  })
})

describe('contact data', () => {
  it('in a ping is refused by its names, wherever it stands, and goes nowhere', async () => {
    const { supplier, vertical } = await stand.open()
    const lead = { phone: '5125550100', tcpa: { ip_address: '203.0.113.4' } }
    const reply = await ping(supplier, { ...PINGED, vertical, email: 'maria@mail.test', lead, first_name: '' })
    expect(problemOf(reply)).toEqual([422, 'pii_in_ping'])
    expect(reply.body.field_errors?.map(({ field }) => field).sort()).toEqual([
      'email',
      'lead.phone',
      'lead.tcpa.ip_address',
    ])
    expect(reply.text).not.toMatch(/5125550100|maria@|203\.0/)
    expect([...stand.best.pings, ...stand.second.pings]).toEqual([])
  })
})

describe('the guide API in a campaign that wants an auction', () => {
  it('names the price, and sells to it', async () => {
    const { supplier, campaignId } = await stand.open({ campaign: { ping_mode: 'auction' } })
    const { body } = await supplier.ping(campaignId, { state: 'TX' })
    expect(body).toMatchObject({ accepted: true, price: 30, currency: 'USD' })
    expect(Date.parse(body.expires_at ?? '') - Date.now()).toBeLessThanOrEqual(298_000)
    stand.best.whenPinged(bid(100))
    const lead = { ...freshLead(), state: 'TX', flo_ping_id: body.ping_id }
    const sale = await supplier.ingest(campaignId, lead)
    expect([sale.status, sale.body.data]).toMatchObject([201, { status: 'ACCEPTED', price: 30 }])
    expect(stand.best.pings).toHaveLength(1)
    const again = await supplier.ingest(campaignId, lead)
    expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([sale.text, 'true'])
    expect(problemOf(await supplier.ingest(campaignId, { ...lead, ...freshLead() }))).toEqual([409, 'ping_id_used'])
  })

  it('says no where nobody bids, replays by its key, and holds to the bid’s time', async () => {
    const { supplier, campaignId } = await stand.open({
      campaign: { ping_mode: 'auction' },
      best: { bid_valid_seconds: 3 },
    })
    const keyed = { 'idempotency-key': 'guide-ping' }
    const first = await supplier.ping(campaignId, { state: 'TX' }, keyed)
    expect((await supplier.ping(campaignId, { state: 'TX' }, keyed)).text).toBe(first.text)
    expect(stand.best.pings).toHaveLength(1)
    stand.best.whenPinged(decline())
    stand.second.whenPinged(decline())
    expect((await supplier.ping(campaignId, { state: 'TX' })).body).toMatchObject({
      accepted: false,
      reason: 'filtered',
    })
    await sleep(Date.parse(first.body.expires_at ?? '') - Date.now())
    const late = await supplier.ingest(campaignId, { ...freshLead(), state: 'TX', flo_ping_id: first.body.ping_id })
    expect(problemOf(late)).toEqual([422, 'ping_id_expired'])
  })
})

describe('a field that is asked for under a condition', () => {
  it('is asked for where the condition holds, on the call that it is for, in both APIs', async () => {
    const insurer = {
      name: 'insurer',
      type: 'string',
      required_on: 'ping',
      required_when: [{ field: 'insured', op: 'eq', value: true }],
    }
    const licence = {
      name: 'licence',
      type: 'string',
      required_when: [{ field: 'state', op: 'in', value: ['CA', 'NY'] }],
    }
    const market = await stand.open({
      campaign: { fields: [...EXCHANGE_FIELDS, { name: 'insured', type: 'boolean' }, insurer, licence] },
    })
    const { supplier, campaignId, vertical } = market
    const missing = async (reply: Promise<Reply<Pick<Partial<Problem>, 'field_errors'>>>) =>
      (await reply).body.field_errors?.map(({ field, code }) => `${field} ${code}`)
    expect(await missing(ping(supplier, { ...PINGED, vertical, insured: true }))).toEqual(['insurer missing_required'])
    expect(await missing(supplier.ping(campaignId, { insured: 'yes' }))).toEqual(['insurer missing_required'])
    expect(await missing(supplier.ping(campaignId, { insured: false }))).toBe(undefined)
    expect(await missing(supplier.ping(campaignId, { state: 'CA' }))).toBe(undefined)
    expect(await missing(supplier.ingest(campaignId, { ...freshLead(), state: 'CA' }))).toEqual([
      'licence missing_required',
    ])
    expect((await supplier.ingest(campaignId, { ...freshLead(), state: 'CA', licence: 'D1' })).status).toBe(201)
    const { request } = await offered(market, { state: 'CA' })
    const { address: _, ...lead } = request.lead
    expect(await missing(post(supplier, { ...request, lead }))).toEqual(['lead.licence missing_required'])
    expect((await post(supplier, { ...request, lead: { ...lead, licence: 'D1' } })).status).toBe(201)
  })

  it('is refused when it names a field that the campaign does not know, or itself', async () => {
    for (const field of ['colour', 'licence']) {
      const licence = { name: 'licence', type: 'string', required_when: [{ field, op: 'exists' }] }
      const reply = await stand.operator.post<Problem>('/v1/campaigns', { name: 'A', vertical: 'v', fields: [licence] })
      expect([reply.status, reply.body.field_errors?.[0]?.field]).toEqual([422, 'fields.0.required_when.0.field'])
    }
  })
})
