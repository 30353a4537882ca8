/** Sales of which nobody knows, over HTTP: asked again as the buyer wants it, or resolved by a person, once, on record. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { LeadWire } from '../../src/contracts/lead-record'
import { filesBelow } from '../support/canaries'
import type { Made, Problem } from '../support/gavel-client'
import { Operator, type Page } from '../support/gavel-client'
import { answer, cut, HttpBuyer, inTurn, type Manner } from '../support/http-buyer'
import { fixedContract, freshLead, type Market, openMarket } from '../support/market'
import { OPERATOR_KEY, SANDBOX_KEY, ServedGavel } from '../support/served-gavel'
import { WebhookReceiver } from '../support/webhook-receiver'

interface Unresolved {
  readonly lead_id: string
  readonly contract_id: string
  readonly state: string
  readonly tries: number
  readonly idempotency_key: string
  readonly amount: number
}

let gavel: ServedGavel
let operator: Operator
let buyer: HttpBuyer
let hooks: WebhookReceiver

beforeAll(async () => {
  gavel = await ServedGavel.start()
  operator = new Operator(gavel.url, OPERATOR_KEY)
  buyer = await HttpBuyer.start()
  hooks = await WebhookReceiver.start()
  await operator.create<Made>('/v1/webhook-endpoints', { url: hooks.url, events: ['lead.sold', 'lead.unmatched'] })
})

afterAll(async () => {
  await hooks?.close()
  await buyer?.close()
  await gavel?.[Symbol.asyncDispose]()
})

/** A lead whose buyer took the post and said nothing. */
async function unknownSale(manner: Manner = cut(), on_unknown: 'hold' | 'retry' = 'hold') {
  buyer.forget()
  buyer.whenPosted(manner)
  const market = await openMarket(operator, { buyers: { crown: { ...fixedContract(buyer, 40), on_unknown } } })
  const { body } = await market.supplier.ingest(market.campaignId, freshLead())
  expect(body.data.status).toBe('PENDING')
  return { market, leadId: body.data.id }
}

const listed = async (leadId: string, caller = operator) =>
  (await caller.get<Page<Unresolved>>('/v1/unresolved?limit=200')).body.data.find((sale) => sale.lead_id === leadId)
const inList = (leadId: string) => vi.waitUntil(() => listed(leadId), { timeout: 10_000, interval: 100 })
const resolve = (leadId: string, json: object, caller = operator) =>
  caller.post<Problem & { status: string }>(`/v1/unresolved/${leadId}/resolve`, json)
const SOLD = { outcome: 'sold', note: 'Found in the list of the buyer.', buyer_lead_id: 'theirs-7' }
const moneyOf = async ({ campaignId }: Market) => {
  const { body } = await operator.pnl('from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&group_by=campaign')
  return JSON.stringify(body).includes(campaignId) ? body : null
}

describe('a sale of which nobody knows', () => {
  it('is listed with what the buyer must be asked, and resolved as sold is a sale like any other', async () => {
    const { market, leadId } = await unknownSale()
    const sale = await inList(leadId)
    expect(sale).toMatchObject({ state: 'waiting', tries: 1, amount: 40 })
    expect(sale?.idempotency_key).toBe(buyer.posts[0]?.headers['idempotency-key'])

    const { status, body } = await resolve(leadId, SOLD)
    expect([status, body.status]).toEqual([200, 'sold'])
    expect((await market.supplier.lead(leadId)).body.data).toMatchObject({ status: 'ACCEPTED', price: 30 })
    const told = await vi.waitUntil(() => hooks.dataOf('lead.sold').find(({ lead_id }) => lead_id === leadId), 15_000)
    expect(told).toMatchObject({ revenue: 40, payout: 30 })
    await vi.waitUntil(async () => (await listed(leadId)) === undefined, 15_000)
    expect(await moneyOf(market)).not.toBeNull()
    expect(buyer.posts).toHaveLength(1)
    expect((await resolve(leadId, { ...SOLD, outcome: 'not_sold' })).status).toBe(409)
  })

  it('resolved as not sold is given up, and goes to nobody else', async () => {
    const { market, leadId } = await unknownSale()
    await inList(leadId)
    await operator.link(
      `/v1/campaigns/${market.campaignId}/buyers/${(await operator.create<Made>('/v1/buyers', { name: 'Late' })).id}`,
      fixedContract(buyer, 39),
    )
    const { body } = await resolve(leadId, { outcome: 'not_sold', note: 'The buyer has no such lead.' })
    expect(body.status).toBe('unsold')
    expect((await market.supplier.lead(leadId)).body.data).toMatchObject({ status: 'UNMATCHED', price: null })
    await vi.waitUntil(() => hooks.dataOf('lead.unmatched').some(({ lead_id }) => lead_id === leadId), 15_000)
    expect(buyer.posts).toHaveLength(1)
  })

  it('leaves on record who resolved it, when, what it was, what it is, and why', async () => {
    const { leadId } = await unknownSale()
    await inList(leadId)
    await resolve(leadId, SOLD)
    const { body } = await operator.get<Page<object>>(`/v1/audit-log?target_id=${leadId}&action=unresolved.resolve`)
    expect(body.data).toEqual([
      expect.objectContaining({
        actor: expect.objectContaining({ role: 'operator' }),
        before: expect.objectContaining({ outcome: 'unknown', tries: 1 }),
        after: expect.objectContaining({ outcome: 'sold', buyer_lead_id: 'theirs-7' }),
        details: { note: SOLD.note },
      }),
    ])
  })

  it('keeps the note sealed, and no longer than the lead', async () => {
    const { leadId } = await unknownSale()
    await inList(leadId)
    const note = 'Somebody called Xanthippe Quillfeather wrote so.'
    await resolve(leadId, { ...SOLD, note })
    const notes = async () => {
      const query = `target_id=${leadId}&action=unresolved.resolve`
      return (await operator.get<Page<{ details: object }>>(`/v1/audit-log?${query}`)).body.data[0]?.details
    }
    expect(await notes()).toEqual({ note })
    const lead = await vi.waitUntil(
      async () => {
        const { body } = await operator.get<LeadWire>(`/v1/leads/${leadId}`)
        return body.status === 'sold' ? body : null
      },
      { timeout: 15_000, interval: 100 },
    )
    const files = filesBelow(gavel.stateDir).filter(({ bytes }) => bytes.includes('Xanthippe Quillfeather'))
    expect(files.map(({ name }) => name)).toEqual([])
    await operator.post('/v1/erasures', { phone: lead.fields?.phone })
    await vi.waitUntil(async () => JSON.stringify(await notes()) === '{"note":null}', {
      timeout: 10_000,
      interval: 200,
    })
  })

  it('is resolved by its own operators alone, with a note that names nobody', async () => {
    const { market, leadId } = await unknownSale()
    await inList(leadId)
    const sandbox = new Operator(gavel.url, SANDBOX_KEY)
    expect([(await resolve(leadId, SOLD, sandbox)).status, await listed(leadId, sandbox)]).toEqual([404, undefined])
    const supplier = new Operator(gavel.url, market.supplier.key)
    expect((await resolve(leadId, SOLD, supplier)).status).toBe(403)
    for (const note of ['Maria said so: maria@example.com', 'Called (512) 555-0143', '']) {
      const { status, body } = await resolve(leadId, { ...SOLD, note })
      expect([status, body.field_errors?.[0]?.field]).toEqual([422, 'note'])
    }
    expect((await resolve('ld_nothing', SOLD)).status).toBe(404)
    expect((await resolve(leadId, SOLD)).status).toBe(200)
  })

  it('is asked again when the buyer wants to be, with the same body and key', async () => {
    const busy: Manner = (response) => {
      response.writeHead(503, { 'retry-after': '3' }).end()
    }
    const { market, leadId } = await unknownSale(inTurn(busy, answer(201, { id: 'theirs' })), 'retry')
    const [first, second] = await buyer.waitFor('post', 2)
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(2_500)
    expect([second?.body, second?.headers['idempotency-key']]).toEqual([first?.body, first?.headers['idempotency-key']])
    await vi.waitUntil(async () => (await market.supplier.lead(leadId)).body.data.status === 'ACCEPTED', 10_000)
    expect((await resolve(leadId, SOLD)).status).toBe(409)
  })
})
