import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { auctionSchema, leadPageSchema, leadSchema } from '../../../src/contracts/lead-record'
import type { LeadProjection } from '../../../src/contracts/projection'
import type { App } from '../../../src/http/app'
import { registerGetAuction } from '../../../src/http/exchange/get-auction'
import { registerGetLead } from '../../../src/http/exchange/get-lead'
import { registerListLeads } from '../../../src/http/exchange/list-leads'
import { encodeAuctionId, encodeLeadId } from '../../../src/security/public-ids'
import { applyLeadProjections } from '../../../src/stores/projector-store'
import { objectIdOf, soldAuction } from '../../support/auctions'
import { envelope, type OperatorAppOptions, operatorApp } from '../../support/operator-app'
import { fresh, sale, soldLead } from '../../support/projections'

const CONTACT = { first_name: 'Maria', phone: '5125550100' }
const DETAILS = { age: 41, insured: true }
const FIELDS = { ...CONTACT, ...DETAILS }

let lastNumber = 0

/** @returns an object's id that no other test has */
function freshObject(): string {
  lastNumber += 1
  return objectIdOf(lastNumber)
}

function register(app: App): void {
  registerListLeads(app)
  registerGetLead(app)
  registerGetAuction(app)
}

const callerOf = (options: Partial<OperatorAppOptions> & { readonly tenantId: string }) =>
  operatorApp({ register, ...options })

/** Stores a lead as its auction would report it. */
async function store(objectId: string, overrides: Partial<LeadProjection> & { readonly tenantId: string }) {
  const sealed = await envelope.seal(JSON.stringify(CONTACT), overrides.tenantId)
  const details = await envelope.seal(JSON.stringify(DETAILS), overrides.tenantId)
  const sealedDetails = { sealedDetails: details.sealedFields, detailsKey: details.sealedKey }
  const ids = { auctionId: encodeAuctionId(objectId), leadId: encodeLeadId(objectId) }
  const message = soldLead({ ...ids, ...sealed, ...sealedDetails, ...overrides })
  await applyLeadProjections(env.DB, [message])
  return message
}

describe('GET /v1/leads/{id}', () => {
  it('comes from the auction as soon as that knows it', async () => {
    const objectId = freshObject()
    const get = await callerOf({ tenantId: 'live', auctions: { [objectId]: soldAuction(objectId) } })
    const { status, body } = await get(`/v1/leads/${encodeLeadId(objectId)}`)
    expect(status).toBe(200)
    expect(leadSchema.parse(body)).toEqual(body)
    expect(body).toEqual({
      id: encodeLeadId(objectId),
      auction_id: encodeAuctionId(objectId),
      status: 'sold',
      campaign_id: 'camp_1',
      supplier_id: 'sup_1',
      buyer_id: 'buy_a',
      revenue: 120,
      payout: 90,
      profit: 30,
      margin_percent: 25,
      currency: 'USD',
      reason: null,
      received_at: '2026-11-20T10:15:00.000Z',
      settled_at: '2026-11-20T10:15:00.160Z',
      test: false,
      fields: { first_name: 'Maria', phone: '5125550100' },
      feedback: null,
      returns: [],
    })
  })

  it('comes from the database, decrypted, once the auction has forgotten it', async () => {
    const [objectId, tenantId] = [freshObject(), fresh('tenant')]
    await store(objectId, { tenantId })
    const get = await callerOf({ tenantId })
    const { status, body } = await get(`/v1/leads/${encodeLeadId(objectId)}`)
    expect(status).toBe(200)
    expect(leadSchema.parse(body)).toEqual(body)
    expect(body).toMatchObject({ id: encodeLeadId(objectId), revenue: 120, margin_percent: 25, fields: FIELDS })
  })

  it('comes from the database while the auction does not answer', async () => {
    const [known, unknown, tenantId] = [freshObject(), freshObject(), fresh('tenant')]
    await store(known, { tenantId })
    const failure = new Error('object is restarting')
    const get = await callerOf({ tenantId, auctions: { [known]: failure, [unknown]: failure } })
    expect((await get(`/v1/leads/${encodeLeadId(known)}`)).status).toBe(200)
    // Not "there is none": nobody could say.
    expect((await get(`/v1/leads/${encodeLeadId(unknown)}`)).status).toBe(500)
  })

  it('shows nothing of the fields once they were erased', async () => {
    const [objectId, tenantId] = [freshObject(), fresh('tenant')]
    await store(objectId, { tenantId })
    const get = await callerOf({ tenantId })
    await env.DB.prepare('UPDATE leads SET sealed_key = NULL WHERE tenant_id = ?1').bind(tenantId).run()
    expect((await get('/v1/leads')).body.data[0].fields).toEqual(DETAILS)
    await env.DB.prepare('UPDATE leads SET details_key = NULL WHERE tenant_id = ?1').bind(tenantId).run()
    const { body } = await get(`/v1/leads/${encodeLeadId(objectId)}`)
    expect(body).toMatchObject({ status: 'sold', revenue: 120, fields: null })
    expect((await get('/v1/leads')).body.data[0].fields).toBeNull()
  })

  it('is not found for another tenant, another kind of id, or none', async () => {
    const [shown, stored, tenantId] = [freshObject(), freshObject(), fresh('tenant')]
    await store(stored, { tenantId })
    const auctions = { [shown]: soldAuction(shown, { tenantId }) }
    const stranger = await callerOf({ tenantId: fresh('tenant'), auctions })
    const owner = await callerOf({ tenantId, auctions })
    for (const objectId of [shown, stored]) {
      expect((await owner(`/v1/leads/${encodeLeadId(objectId)}`)).status).toBe(200)
      expect((await stranger(`/v1/leads/${encodeLeadId(objectId)}`)).status).toBe(404)
      expect((await stranger(`/v1/auctions/${encodeAuctionId(objectId)}`)).status).toBe(404)
    }
    for (const id of [
      encodeAuctionId(shown),
      'ld_',
      'ld_x',
      encodeLeadId(freshObject()),
      '%00',
      'ld_'.padEnd(46, 'z'),
    ]) {
      expect(await owner(`/v1/leads/${id}`)).toMatchObject({ status: 404, body: { error: 'not_found' } })
    }
  })
})

describe('GET /v1/auctions/{id}', () => {
  it('shows every bid with its reason and times, and the trace', async () => {
    const objectId = freshObject()
    const get = await callerOf({ tenantId: 'live', auctions: { [objectId]: soldAuction(objectId) } })
    const { status, body } = await get(`/v1/auctions/${encodeAuctionId(objectId)}`)
    expect(status).toBe(200)
    expect(auctionSchema.parse(body)).toEqual(body)
    expect(body).toMatchObject({
      id: encodeAuctionId(objectId),
      lead_id: encodeLeadId(objectId),
      status: 'sold',
      phase: 'settled',
      floor_price: 5,
      closed_at_ms: 95,
      close_cause: 'all_answered',
      close_to_post_ms: 60,
      revenue: 120,
      payout: 90,
      profit: 30,
      margin_percent: 25,
      trace: [{ at_ms: 0, step: 'planned', buyer_id: null, reason: null, detail: null }],
    })
    expect(body.bids).toEqual([
      {
        buyer_id: 'buy_a',
        buyer_name: 'Alpha',
        result: 'won',
        amount: 120,
        reason: null,
        detail: null,
        asked_at_ms: 2,
        answered_at_ms: 82,
        duration_ms: 80,
        post: { started_at_ms: 97, ended_at_ms: 155, outcome: 'accepted', tries: 1, reference: 'a-77' },
      },
      expect.objectContaining({ result: 'lost', amount: null, reason: 'filtered', duration_ms: null, post: null }),
    ])
    expect(JSON.stringify(body)).not.toContain('5125550100')
  })

  it('keeps its compact bids with the names of their buyers in the database', async () => {
    const [objectId, tenantId, buyerId] = [freshObject(), fresh('tenant'), fresh('buy')]
    await env.DB.prepare(
      `INSERT INTO buyers (id, tenant_id, name, status, settings, created_at, updated_at) VALUES (?1, ?2, 'Alpha', 'active', '{}', '', '')`,
    )
      .bind(buyerId, tenantId)
      .run()
    const bid = { contractId: 'con_a', buyerId, priceMicros: 120_000_000, reason: null, durationMs: 80 }
    const other = { contractId: 'con_b', buyerId: 'buy_gone', priceMicros: null, reason: 'timed_out', durationMs: 1500 }
    await store(objectId, { tenantId, sales: [sale('a', { buyerId })], bids: [bid, other] })
    const { status, body } = await (await callerOf({ tenantId }))(`/v1/auctions/${encodeAuctionId(objectId)}`)
    expect(status).toBe(200)
    expect(auctionSchema.parse(body)).toEqual(body)
    expect(body).toMatchObject({
      lead_id: encodeLeadId(objectId),
      phase: 'settled',
      floor_price: null,
      trace: [],
      profit: 30,
    })
    expect(body.bids).toMatchObject([
      { buyer_id: buyerId, buyer_name: 'Alpha', result: 'won', amount: 120, reason: null, duration_ms: 80 },
      { buyer_id: 'buy_gone', buyer_name: null, result: 'lost', amount: null, reason: 'timed_out', duration_ms: 1500 },
    ])
  })
})

describe('GET /v1/leads', () => {
  it('pages through the newest first by cursor', async () => {
    const tenantId = fresh('tenant')
    const ids: string[] = []
    for (const hour of ['10', '11', '12']) {
      const { leadId } = await store(freshObject(), { tenantId, receivedAt: `2026-11-20T${hour}:00:00.000Z` })
      ids.unshift(leadId)
    }
    const get = await callerOf({ tenantId })
    const first = await get('/v1/leads?limit=2')
    expect(first.status).toBe(200)
    expect(leadPageSchema.parse(first.body)).toEqual(first.body)
    const second = await get(`/v1/leads?limit=2&cursor=${first.body.next_cursor}`)
    const seen = [...first.body.data, ...second.body.data]
    expect(seen.map(({ id }) => id)).toEqual(ids)
    expect(seen.every(({ fields }) => fields.first_name === 'Maria')).toBe(true)
    expect(second.body.next_cursor).toBeNull()
  })

  it('filters by what it is asked, a date being a whole day', async () => {
    const tenantId = fresh('tenant')
    const early = await store(freshObject(), { tenantId, receivedAt: '2026-11-19T23:59:59.999Z', campaignId: 'camp_2' })
    const late = await store(freshObject(), {
      tenantId,
      receivedAt: '2026-11-20T23:59:59.999Z',
      sales: [],
      status: 'unsold',
    })
    const get = await callerOf({ tenantId })
    const found = async (query: string) => {
      const { body } = await get(`/v1/leads?${query}`)
      return body.data.map(({ id }: { id: string }) =>
        id === early.leadId ? 'early' : id === late.leadId ? 'late' : id,
      )
    }
    expect(await found('')).toEqual(['late', 'early'])
    expect(await found('from=2026-11-20&to=2026-11-20')).toEqual(['late'])
    expect(await found('to=2026-11-20T00:00:00Z')).toEqual(['early'])
    expect(await found('status=sold')).toEqual(['early'])
    expect(await found('campaign_id=camp_2&supplier_id=sup_1&buyer_id=buy_a')).toEqual(['early'])
    expect(await found('buyer_id=buy_z')).toEqual([])
  })

  it.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=x', 'limit'],
    ['cursor=nonsense', 'cursor'],
    ['cursor=WyJvbmUiXQ', 'cursor'],
    ['status=won', 'status'],
    ['campaign_id=', 'campaign_id'],
    ['from=yesterday', 'from'],
    ['from=2026-11-20&to=2026-11-19', 'to'],
  ])('says that %s is wrong', async (query, field) => {
    const get = await callerOf({ tenantId: fresh('tenant') })
    const { status, body } = await get(`/v1/leads?${query}`)
    expect(status).toBe(422)
    expect(body.error).toBe('invalid_payload')
    expect(body.field_errors.map((error: { field: string }) => error.field)).toEqual([field])
    expect(body.field_errors[0].expected).not.toBe('')
  })
})

describe('what is read of leads', () => {
  const lead = `/v1/leads/${encodeLeadId(objectIdOf(1))}`
  const auction = `/v1/auctions/${encodeAuctionId(objectIdOf(1))}`

  it.each(['/v1/leads', lead, auction])('%s is for callers with a key', async (path) => {
    const get = await callerOf({ tenantId: fresh('tenant'), role: 'buyer' })
    expect((await get(path, {})).status).toBe(401)
    expect((await get(path, { 'x-api-key': 'ld_live_wrong' })).status).toBe(401)
  })

  it('is to a buyer what it bought, and no auction', async () => {
    const get = await callerOf({ tenantId: fresh('tenant'), role: 'buyer' })
    expect((await get(auction)).status).toBe(403)
    expect((await get(lead)).status).toBe(404)
    expect((await get('/v1/leads')).body).toEqual({ data: [], next_cursor: null })
  })
})
