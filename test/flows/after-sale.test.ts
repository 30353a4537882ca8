import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { LeadReturnWire } from '../../src/contracts/after-sale'
import type { AuditEntryWire } from '../../src/contracts/audit-entry'
import type { BuyerLeadWire, LeadWire } from '../../src/contracts/lead-record'
import { Caller, Operator, type Page, type Problem, type Reply } from '../support/gavel-client'
import { HttpBuyer } from '../support/http-buyer'
import { CONTACT_FIELDS, fixedContract, freshLead, type Market, openMarket } from '../support/market'
import { OPERATOR_KEY, ServedGavel } from '../support/served-gavel'

const WITHIN_SECONDS = { timeout: 20_000, interval: 100 }

let gavel: ServedGavel
let buyer: HttpBuyer
let operator: Operator

beforeAll(async () => {
  buyer = await HttpBuyer.start()
  gavel = await ServedGavel.start()
  operator = new Operator(gavel.url, OPERATOR_KEY)
})
afterAll(async () => {
  await buyer?.close()
  await gavel?.[Symbol.asyncDispose]()
})

interface Opened extends Market {
  readonly buyerId: string
  readonly crown: Caller
}

/** A market with one buyer at 40.00, of which the supplier gets 30.00. */
async function open(contract: object = {}): Promise<Opened> {
  const market = await openMarket(operator, {
    campaign: { fields: CONTACT_FIELDS },
    buyers: { Crown: { ...fixedContract(buyer, 40), ...contract } },
  })
  const buyerId = market.buyerIds.Crown ?? ''
  return { ...market, buyerId, crown: await keyOf('buyer', buyerId) }
}

async function keyOf(role: 'buyer' | 'supplier', subjectId: string): Promise<Caller> {
  const { api_key } = await operator.create<{ id: string; api_key: string }>('/v1/api-keys', {
    role,
    subject_id: subjectId,
  })
  return new Caller(gavel.url, api_key)
}

/** Sells a lead and waits until it is on the books. */
async function sell({ supplier, campaignId }: Market): Promise<string> {
  const { body } = await supplier.ingest(campaignId, freshLead())
  expect(body.data.status).toBe('ACCEPTED')
  await vi.waitFor(async () => {
    const { body: page } = await operator.leads(`campaign_id=${campaignId}`)
    expect(page.data.map(({ id }) => id)).toContain(body.data.id)
  }, WITHIN_SECONDS)
  return body.data.id
}

/** A return, or the problem with it: both have a status. */
type ReturnReply = Omit<LeadReturnWire, 'status'> & Omit<Problem, 'status'> & { readonly status: unknown }

const giveBack = (caller: Caller, leadId: string, json: object = { reason: 'wrong_number' }, headers = {}) =>
  caller.call<ReturnReply>('POST', `/v1/leads/${leadId}/return`, { json, headers })
const decide = (id: string, decision: 'approve' | 'deny', json: object = {}) =>
  operator.post<ReturnReply>(`/v1/returns/${id}/${decision}`, json)
const pnlOf = async ({ campaignId }: Market) => {
  const { body } = await operator.pnl('group_by=campaign')
  return body.rows.find(({ campaign_id }) => campaign_id === campaignId)
}
const problemOf = ({ status, body }: Reply<Pick<Problem, 'error'>>) => [status, body.error]

const GROSS = { revenue: 40, payout: 30, profit: 10, margin_percent: 25 }
const ONE_SALE = {
  leads: 1,
  sold: 1,
  sales: 1,
  ...GROSS,
  gross: GROSS,
  returned: { sales: 0, revenue: 0, payout: 0, profit: 0 },
}
const ONE_RETURN = {
  ...ONE_SALE,
  ...{ revenue: 0, payout: 0, profit: 0, margin_percent: null },
  returned: { sales: 1, revenue: 40, payout: 30, profit: 10 },
}

describe('what is reported of a lead', () => {
  it('is shown to whoever reported it and to operators, and moves no money', async () => {
    const market = await open()
    const leadId = await sell(market)
    const update = { lead_id: leadId, status: 'contacted', reported_revenue: 12.5, note: 'left a message' }
    const reported = await market.supplier.call<{ data: object }>('POST', '/api/v1/lead-update', { json: update })
    expect(reported.status).toBe(201)
    expect(reported.body.data).toMatchObject({
      lead_id: leadId,
      status: 'contacted',
      reported_revenue: 12.5,
      currency: 'USD',
    })
    const later = await market.crown.call('POST', `/v1/leads/${leadId}/status`, { json: { status: 'qualified' } })
    expect(later.status).toBe(201)

    const { body: lead } = await operator.lead(leadId)
    expect(lead).toMatchObject({ ...GROSS, feedback: { status: 'qualified', by: 'buyer', note: null } })
    const { body: own } = await market.supplier.get<LeadWire>(`/v1/leads/${leadId}`)
    expect(own.feedback).toMatchObject({ status: 'contacted', by: 'supplier', note: 'left a message' })
    const { body: bought } = await market.crown.get<BuyerLeadWire>(`/v1/leads/${leadId}`)
    expect(bought.feedback).toMatchObject({ status: 'qualified', by: 'buyer' })
    expect(await pnlOf(market)).toMatchObject(ONE_SALE)
  })

  it('may come as a form, a second after the sale, and by the time at which it happened', async () => {
    const market = await open()
    const { body } = await market.supplier.ingest(market.campaignId, freshLead())
    const send = (status: string, occurredAt: string) =>
      market.supplier.call<Problem>('POST', '/api/v1/lead-update', {
        body: new URLSearchParams({ lead_id: body.data.id, status, reported_revenue: '1.5', occurred_at: occurredAt }),
      })
    expect((await send('converted', '2026-11-02T10:00:00Z')).status).toBe(201)
    expect((await send('contacted', '2026-11-01T10:00:00+02:00')).status).toBe(201)
    expect((await operator.lead(body.data.id)).body.feedback).toMatchObject({
      status: 'converted',
      reported_revenue: 1.5,
      occurred_at: '2026-11-02T10:00:00.000Z',
    })
    const future = await send('contacted', '2999-01-01T00:00:00Z')
    expect([future.status, future.body.field_errors?.[0]?.field]).toEqual([422, 'occurred_at'])
  })

  it('is one report for each Idempotency-Key, as JSON and as a form', async () => {
    const market = await open()
    const leadId = await sell(market)
    const members = { lead_id: leadId, status: 'quoted' }
    for (const content of [{ json: members }, { body: new URLSearchParams(members) }]) {
      const headers = { 'idempotency-key': JSON.stringify(Object.keys(content)) }
      const send = () => market.supplier.call('POST', '/api/v1/lead-update', { ...content, headers })
      const [first, second] = [await send(), await send()]
      expect([first.status, second.text, second.headers.get('idempotent-replayed')]).toEqual([201, first.text, 'true'])
    }
  })

  it('says which member is wrong', async () => {
    const { supplier } = await open()
    const { status, body } = await supplier.call<Problem>('POST', '/api/v1/lead-update', {
      json: { status: 'sold', reported_revenue: -1, occurred_at: 'yesterday', colour: 'red' },
    })
    expect(status).toBe(422)
    expect(body.field_errors?.map(({ field, code }) => `${field} ${code}`).toSorted()).toEqual([
      'colour unknown_field',
      'lead_id missing_required',
      'occurred_at invalid_value',
      'reported_revenue invalid_value',
      'status invalid_value',
    ])
  })
})

describe('whoever listens', () => {
  it('is told of a report and of a return, each its own side', async () => {
    const market = await open()
    await using hooks = await HttpBuyer.start()
    const listen = (caller: Caller) =>
      caller.call('POST', '/v1/webhook-endpoints', {
        json: { url: hooks.postUrl, events: ['lead.qualified', 'lead.returned'] },
      })
    for (const caller of [operator, market.supplier, market.crown]) expect((await listen(caller)).status).toBe(201)
    const leadId = await sell(market)
    await market.crown.call('POST', `/v1/leads/${leadId}/status`, { json: { status: 'qualified' } })
    await giveBack(operator, leadId, { reason: 'duplicate' })
    const told = () =>
      hooks.posts
        .map(({ body }) => JSON.parse(body) as { type: string; data: { amount?: number; buyer_id?: string } })
        .filter(({ data }) => JSON.stringify(data).includes(leadId))
        .map(({ type, data }) => `${type} ${data.amount ?? ''}`.trim())
        .toSorted()
    const three = Array.from({ length: 3 }, () => 'lead.qualified')
    const expected = [...three, 'lead.returned 30', 'lead.returned 40', 'lead.returned 40']
    await vi.waitFor(() => expect(told()).toEqual(expected), WITHIN_SECONDS)
  })
})

describe('what a buyer sees', () => {
  it('is what it bought, at its price, and nothing of the supplier, its payout or the other buyers', async () => {
    const market = await open()
    const leadId = await sell(market)
    const { body: page } = await market.crown.get<Page<BuyerLeadWire>>('/v1/leads')
    const { body: lead } = await market.crown.get<BuyerLeadWire>(`/v1/leads/${leadId}`)
    expect(page).toEqual({ data: [lead], next_cursor: null })
    expect(lead).toMatchObject({ id: leadId, status: 'sold', price: 40, buyer_id: market.buyerId, return: null })
    expect(lead.fields).toMatchObject({ first_name: 'Maria' })
    expect(JSON.stringify(lead)).not.toMatch(new RegExp(`payout|profit|margin|${market.supplier.id}`))

    const other = await open()
    expect((await other.crown.get<Page<object>>('/v1/leads')).body.data).toEqual([])
    expect(problemOf(await other.crown.get(`/v1/leads/${leadId}`))).toEqual([404, 'not_found'])
    expect(problemOf(await giveBack(other.crown, leadId))).toEqual([404, 'not_found'])
    expect((await other.crown.get<Page<object>>(`/v1/leads?buyer_id=${market.buyerId}`)).body.data).toEqual([])
    expect(problemOf(await other.crown.get(`/v1/leads?supplier_id=${market.supplier.id}`))).toEqual([
      422,
      'invalid_payload',
    ])
  })

  it('takes the scope of reading to read, and of writing to return', async () => {
    const market = await open()
    const leadId = await sell(market)
    const { api_key } = await operator.create<{ id: string; api_key: string }>('/v1/api-keys', {
      role: 'buyer',
      subject_id: market.buyerId,
      scopes: ['leads:read'],
    })
    const reader = new Caller(gavel.url, api_key)
    expect((await reader.get(`/v1/leads/${leadId}`)).status).toBe(200)
    expect(problemOf(await giveBack(reader, leadId))).toEqual([403, 'forbidden'])
  })
})

describe('a return', () => {
  it('waits for the operator, whose approval reverses both sides once, however often it is given', async () => {
    const market = await open()
    const leadId = await sell(market)
    const asked = await giveBack(market.crown, leadId, { reason: 'wrong_number', note: 'rings at a bakery' })
    expect(asked.status).toBe(201)
    expect(asked.body).toMatchObject({ status: 'requested', amount: 40, decided_at: null, note: 'rings at a bakery' })
    expect(asked.text).not.toContain('payout')
    expect(await pnlOf(market)).toMatchObject(ONE_SALE)
    expect(problemOf(await giveBack(market.crown, leadId))).toEqual([409, 'already_returned'])

    const waiting = await operator.get<Page<LeadReturnWire>>('/v1/returns?status=requested')
    expect(waiting.body.data).toMatchObject([{ id: asked.body.id, note: null, payout: 30 }])
    expect((await operator.get<LeadReturnWire>(`/v1/returns/${asked.body.id}`)).body.note).toBe('rings at a bakery')

    const answers = await Promise.all(Array.from({ length: 20 }, () => decide(asked.body.id, 'approve')))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 19 }, () => 409)])
    expect(problemOf(await decide(asked.body.id, 'deny'))).toEqual([409, 'already_returned'])
    expect(await pnlOf(market)).toMatchObject(ONE_RETURN)

    const { body: lead } = await operator.lead(leadId)
    expect(lead).toMatchObject({ ...GROSS, status: 'sold', returns: [{ status: 'approved', amount: 40, payout: 30 }] })
    expect((await market.crown.get<BuyerLeadWire>(`/v1/leads/${leadId}`)).body).toMatchObject({
      status: 'returned',
      return: { status: 'approved', reason: 'wrong_number' },
    })
    expect((await market.supplier.get(`/v1/leads/${leadId}`)).body).toMatchObject({ payout: 30, returned_payout: 30 })
  })

  it('that was denied stays with its money, until the operator approves it after all', async () => {
    const market = await open()
    const leadId = await sell(market)
    const { body } = await giveBack(market.crown, leadId)
    expect((await decide(body.id, 'deny')).body).toMatchObject({ status: 'denied', decided_by: 'operator' })
    expect(problemOf(await decide(body.id, 'deny'))).toEqual([409, 'already_returned'])
    expect(await pnlOf(market)).toMatchObject(ONE_SALE)
    expect((await decide(body.id, 'approve')).body).toMatchObject({ status: 'approved' })
    expect(await pnlOf(market)).toMatchObject(ONE_RETURN)
  })

  it('of an operator is approved with it, after any window', async () => {
    const market = await open({ returns: { window_days: 0 } })
    const leadId = await sell(market)
    expect(problemOf(await giveBack(market.crown, leadId))).toEqual([409, 'return_window_closed'])
    const { status, body } = await giveBack(operator, leadId, { reason: 'no_consent' })
    expect([status, body.status, body.decided_by]).toEqual([201, 'approved', 'operator'])
    expect(await pnlOf(market)).toMatchObject(ONE_RETURN)
  })

  it("is decided by the contract's rule that fits, and taken for its reasons alone", async () => {
    const returns = {
      reasons: ['wrong_number', 'duplicate'],
      automatic: [
        { decision: 'approve', reasons: ['wrong_number'], within_hours: 24 },
        { decision: 'deny', reasons: ['duplicate'] },
      ],
    }
    const market = await open({ returns })
    const [first, second] = [await sell(market), await sell(market)]
    const refused = await giveBack(market.crown, first, { reason: 'unreachable' })
    expect([refused.status, refused.body.field_errors]).toEqual([
      422,
      [{ field: 'reason', code: 'invalid_value', expected: 'one of: wrong_number, duplicate' }],
    ])
    expect((await giveBack(market.crown, first)).body).toMatchObject({ status: 'approved', decided_by: 'rule' })
    expect((await giveBack(market.crown, second, { reason: 'duplicate' })).body).toMatchObject({ status: 'denied' })
    expect(await pnlOf(market)).toMatchObject({
      sales: 2,
      revenue: 40,
      gross: { revenue: 80 },
      returned: { sales: 1, revenue: 40 },
    })
  })

  it('sent again with its Idempotency-Key is the same return', async () => {
    const market = await open({ returns: { automatic: [{ decision: 'approve' }] } })
    const leadId = await sell(market)
    const send = () => giveBack(market.crown, leadId, { reason: 'other' }, { 'idempotency-key': 'once' })
    const answers = await Promise.all([send(), send(), send()])
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(answers[0]?.status).toBe(201)
    expect(await pnlOf(market)).toMatchObject(ONE_RETURN)
  })

  it('gives the cap its place back where the contract says so, and not otherwise', async () => {
    const caps = [{ period: 'day', count: 1 }]
    const statusOfNext = async ({ supplier, campaignId }: Market) =>
      (await supplier.ingest(campaignId, freshLead())).body.data.status
    for (const [restores, expected] of [
      [true, 'ACCEPTED'],
      [false, 'UNMATCHED'],
    ] as const) {
      const market = await open({ caps, returns: { restore_caps: restores } })
      const leadId = await sell(market)
      expect(await statusOfNext(market)).toBe('UNMATCHED')
      await giveBack(operator, leadId)
      expect([restores, await statusOfNext(market)]).toEqual([restores, expected])
      expect([restores, await statusOfNext(market)]).toEqual([restores, 'UNMATCHED'])
    }
  })

  it('gives a prepaid balance the price back once, whether caps are restored or not', async () => {
    for (const restoreCaps of [true, false]) {
      const market = await open()
      const balance = async () =>
        (await operator.get<{ balance: number }>(`/v1/buyers/${market.buyerId}/balance`)).body.balance
      await operator.post(`/v1/buyers/${market.buyerId}/balance`, { amount: 100 })
      const leadId = await sell(market)
      expect(await balance()).toBe(60)
      const { status } = await giveBack(operator, leadId, { reason: 'other', restore_caps: restoreCaps })
      expect([restoreCaps, status, await balance()]).toEqual([restoreCaps, 201, 100])
    }
  })

  it('is on record, as are the decision and every look at the lead', async () => {
    const market = await open()
    const leadId = await sell(market)
    const { body: asked } = await giveBack(market.crown, leadId)
    await decide(asked.id, 'approve')
    await market.crown.get(`/v1/leads/${leadId}`)
    const entries = async (target: string) =>
      (await operator.get<Page<AuditEntryWire>>(`/v1/audit-log?target_id=${target}`)).body.data
    expect((await entries(asked.id)).map(({ action, actor }) => `${action} ${actor.role}`)).toEqual([
      'return.approve operator',
      'return.create buyer',
    ])
    await vi.waitFor(async () => {
      const looks = (await entries(leadId)).map(({ action, actor }) => `${action} ${actor.role}`)
      expect(looks).toContain('lead.read buyer')
      // `sell` has listed the leads.
      expect(looks).toContain('lead.list operator')
    }, WITHIN_SECONDS)
  })
})
