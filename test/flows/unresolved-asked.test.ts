/** A buyer that is asked what became of a post: its answer is shown, and resolves the sale where it is clear. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Operator, type Page } from '../support/gavel-client'
import { answer, cut, HttpBuyer, type Manner } from '../support/http-buyer'
import { fixedContract, freshLead, openMarket } from '../support/market'
import { OPERATOR_KEY, ServedGavel } from '../support/served-gavel'

interface Asked {
  readonly outcome: string
  readonly resolved: boolean
  readonly status: string
  readonly call: {
    readonly request: { readonly url: string; readonly headers: { readonly [name: string]: string } }
    readonly answer: { readonly body: string } | null
    readonly failure: { readonly reason: string } | null
    readonly decided_by: string | null
  }
}

let gavel: ServedGavel
let operator: Operator
let buyer: HttpBuyer

beforeAll(async () => {
  gavel = await ServedGavel.start()
  operator = new Operator(gavel.url, OPERATOR_KEY)
  buyer = await HttpBuyer.start()
})

afterAll(async () => {
  await buyer?.close()
  await gavel?.[Symbol.asyncDispose]()
})

const READING = {
  rejected: [{ path: 'state', op: 'eq', value: 'none' }],
  accepted: [{ path: 'state', op: 'eq', value: 'sold' }],
  reference: ['id'],
} as const

const inquiryWith = (request: object = {}) => ({
  request: { url: buyer.inquiryUrl, auth: { type: 'header', name: 'x-key', value: 'sesame-open' }, ...request },
  answer: READING,
})

/** A lead whose buyer took the post and said nothing, and that contract's own path. */
async function unknownSale(contract: object) {
  buyer.forget()
  buyer.whenPosted(cut())
  const market = await openMarket(operator, { buyers: { crown: { ...fixedContract(buyer, 40), ...contract } } })
  const lead = freshLead()
  const { body } = await market.supplier.ingest(market.campaignId, lead)
  expect(body.data.status).toBe('PENDING')
  const contractPath = `/v1/campaigns/${market.campaignId}/buyers/${market.buyerIds.crown}`
  return { market, leadId: body.data.id, lead, contractPath }
}

const ask = (leadId: string, caller = operator) => caller.post<Asked>(`/v1/unresolved/${leadId}/ask`, {})
const askedOf = async (manner: Manner, contract: object = { inquiry: inquiryWith() }) => {
  const sale = await unknownSale(contract)
  buyer.whenAsked(manner)
  return { ...sale, ...(await ask(sale.leadId)) }
}
const records = async (leadId: string) =>
  (await operator.get<Page<{ action: string }>>(`/v1/audit-log?target_id=${leadId}`)).body.data

describe('a buyer that says where to ask', () => {
  it('is asked by the key of the post, and its yes is a sale with its id', async () => {
    const { leadId, market, status, body } = await askedOf(answer(200, { state: 'sold', id: 'theirs-9' }))
    expect([status, body.outcome, body.resolved, body.status]).toEqual([200, 'sold', true, 'sold'])
    const [asked] = buyer.inquiries
    const key = buyer.posts[0]?.headers['idempotency-key']
    expect([asked?.method, asked?.headers['x-key']]).toEqual(['GET', 'sesame-open'])
    const sent = new URL(asked?.path ?? '', buyer.url).searchParams
    expect(Object.fromEntries(sent)).toEqual({
      idempotency_key: key,
      lead_id: leadId,
      auction_id: leadId.replace('ld_', 'auc_'),
    })
    expect((await market.supplier.lead(leadId)).body.data).toMatchObject({ status: 'ACCEPTED', price: 30 })
    expect(await records(leadId)).toEqual([
      expect.objectContaining({
        action: 'unresolved.resolve',
        actor: expect.objectContaining({ role: 'operator' }),
        after: expect.objectContaining({ outcome: 'sold', buyer_lead_id: 'theirs-9' }),
        details: { buyer_answered: { http_status: 200, decided_by: 'accepted[0]' } },
      }),
      expect.objectContaining({ action: 'unresolved.ask' }),
    ])
    expect((await ask(leadId)).status).toBe(409)
    expect(buyer.posts).toHaveLength(1)
  })

  it('gives the lead up with a clear no', async () => {
    const { leadId, market, body } = await askedOf(answer(200, { state: 'none' }))
    expect([body.outcome, body.resolved, body.status]).toEqual(['not_sold', true, 'unsold'])
    expect((await market.supplier.lead(leadId)).body.data).toMatchObject({ status: 'UNMATCHED' })
  })

  it.each<[string, Manner]>([
    ['a word that no rule knows', answer(200, { state: 'hm' })],
    ['a page that is not there', answer(404, { state: 'none' })],
    ['an outage', answer(503, { state: 'sold' })],
    ['a line that breaks', cut()],
  ])('leaves it unresolved with %s, until somebody resolves it', async (_title, manner) => {
    const { leadId, status, body } = await askedOf(manner)
    expect([status, body.outcome, body.resolved, body.status]).toEqual([200, 'not_known', false, 'pending'])
    expect((await records(leadId)).map(({ action }) => action)).toEqual(['unresolved.ask'])
    const said = { outcome: 'not_sold', note: 'Nobody knows it there.' }
    expect((await operator.post(`/v1/unresolved/${leadId}/resolve`, said)).status).toBe(200)
  })

  it('shows neither the secret nor the person', async () => {
    const echo: Manner = (response, call) =>
      answer(200, { state: 'hm', you: call.headers, at: call.path })(response, call)
    const { lead, body } = await askedOf(echo, { inquiry: inquiryWith({ url: `${buyer.inquiryUrl}?who={{phone}}` }) })
    expect(buyer.inquiries[0]?.path).toContain(lead.phone)
    expect(body.call.request.headers['x-key']).toBe('********')
    const shown = JSON.stringify(body)
    for (const hidden of ['sesame-open', lead.phone, lead.email]) expect(shown).not.toContain(hidden)
  })

  it('is asked by the contract as it is now, also where a retry is still to come', async () => {
    const { leadId, contractPath } = await unknownSale({ on_unknown: 'retry' })
    expect((await ask(leadId)).status).toBe(409)
    await operator.put(contractPath, { ...fixedContract(buyer, 40), on_unknown: 'retry', inquiry: inquiryWith() })
    buyer.whenAsked(answer(200, { state: 'sold' }))
    const asked = await vi.waitUntil(
      async () => {
        const { status, body } = await ask(leadId)
        return status === 200 ? body : null
      },
      { timeout: 10_000, interval: 200 },
    )
    expect(asked).toMatchObject({ resolved: true, status: 'sold' })
  })

  it('is asked by its own operators alone, and never of an erased person', async () => {
    const { leadId, market, lead } = await unknownSale({ inquiry: inquiryWith() })
    expect((await ask(leadId, new Operator(gavel.url, market.supplier.key))).status).toBe(403)
    expect((await ask('ld_nothing')).status).toBe(404)
    await vi.waitUntil(
      async () =>
        (await operator.get<Page<{ lead_id: string }>>('/v1/unresolved?limit=200')).body.data.some(
          (one) => one.lead_id === leadId,
        ),
      { timeout: 10_000, interval: 100 },
    )
    await operator.post('/v1/erasures', { phone: lead.phone })
    await vi.waitUntil(async () => (await ask(leadId)).status === 409, { timeout: 10_000, interval: 200 })
  })
})
