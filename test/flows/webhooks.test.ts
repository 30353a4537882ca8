/** Webhooks over HTTP: who is told what, signatures that others' libraries verify, and receivers with bad manners. */
import { Webhook as StandardWebhook } from 'standardwebhooks'
import Stripe from 'stripe'
import { Webhook as SvixWebhook } from 'svix'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Caller, type Made, Operator, type Page, type Problem } from '../support/gavel-client'
import { answer, cut, HttpBuyer, hang, inTurn, type ReceivedCall } from '../support/http-buyer'
import { fixedContract, freshLead, type Market, openMarket } from '../support/market'
import { OPERATOR_KEY, SANDBOX_KEY, ServedGavel } from '../support/served-gavel'
import { WebhookReceiver } from '../support/webhook-receiver'

interface Endpoint extends Made {
  readonly secret: string
  readonly status: string
  readonly disabled_reason: string | null
  readonly failing_since: string | null
}

interface Delivery {
  readonly event_id: string
  readonly type: string
  readonly status: string
  readonly next_attempt_at: string | null
  readonly attempts: readonly { readonly status_code: number | null; readonly error: string | null }[]
}

let gavel: ServedGavel
let operator: Operator
let buyer: HttpBuyer
let market: Market
const receivers: WebhookReceiver[] = []

beforeAll(async () => {
  gavel = await ServedGavel.start()
  operator = new Operator(gavel.url, OPERATOR_KEY)
  buyer = await HttpBuyer.start()
  market = await openMarket(operator, { buyers: { crown: fixedContract(buyer, 40) } })
})

afterAll(async () => {
  for (const receiver of receivers) await receiver.close()
  await buyer?.close()
  await gavel?.[Symbol.asyncDispose]()
})

async function receiver(...manner: Parameters<typeof WebhookReceiver.start>): Promise<WebhookReceiver> {
  const started = await WebhookReceiver.start(...manner)
  receivers.push(started)
  return started
}

function make(caller: Caller, { url }: WebhookReceiver, settings: object = {}): Promise<Endpoint> {
  return new Operator(caller.url, caller.key).create<Endpoint>('/v1/webhook-endpoints', { url, ...settings })
}

async function buyerCaller(subjectId = market.buyerIds.crown): Promise<Caller> {
  const order = { role: 'buyer', subject_id: subjectId }
  const { api_key } = await operator.create<Made & { api_key: string }>('/v1/api-keys', order)
  return new Caller(gavel.url, api_key)
}

async function deliveries(caller: Caller, endpointId: string, query = ''): Promise<readonly Delivery[]> {
  const { body } = await caller.get<Page<Delivery>>(`/v1/webhook-endpoints/${endpointId}/deliveries?${query}`)
  return body.data
}

const sell = async ({ supplier, campaignId }: Market = market) =>
  (await supplier.ingest(campaignId, freshLead())).body.data

function verify({ headers, body }: ReceivedCall, secret: string): void {
  const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
  new StandardWebhook(secret).verify(body, sent)
  new SvixWebhook(secret).verify(body, sent)
  const stripe = new Stripe('sk_test_of_nobody')
  stripe.webhooks.constructEvent(body, sent['x-ld-signature'] ?? '', secret)
}

describe('an event', () => {
  it('tells operator, supplier and buyer their own side, and nobody who the lead is', async () => {
    const [all, supplierSide, buyerSide] = [await receiver(), await receiver(), await receiver()]
    const endpoints = [
      await make(operator, all),
      await make(market.supplier, supplierSide),
      await make(await buyerCaller(), buyerSide),
    ]
    const lead = freshLead()
    const { body } = await market.supplier.ingest(market.campaignId, lead)
    const told = await Promise.all([all, supplierSide, buyerSide].map((one) => one.waitFor('lead.sold')))
    const [forAll, forSupplier, forBuyer] = told.map(([{ event }]) => event.data)
    const common = {
      lead_id: body.data.id,
      campaign_id: market.campaignId,
      test: false,
    }
    expect(forAll).toMatchObject({
      ...common,
      supplier_id: market.supplier.id,
      buyer_id: market.buyerIds.crown,
      price: 40,
      revenue: 40,
      payout: 30,
    })
    expect(forSupplier).toMatchObject({ ...common, supplier_id: market.supplier.id, price: 30 })
    expect(forBuyer).toMatchObject({ ...common, price: 40 })
    expect(Object.values(forSupplier)).not.toContain(40)
    expect(Object.values(forBuyer)).not.toContain(30)
    const shared = ['auction_id', 'campaign_id', 'currency', 'lead_id', 'price', 'sold_at', 'test']
    expect(Object.keys(forSupplier).sort()).toEqual([...shared, 'supplier_id'].sort())
    expect(Object.keys(forBuyer).sort()).toEqual([...shared, 'buyer_id'].sort())
    for (const [index, one] of [all, supplierSide, buyerSide].entries()) {
      const types = (await one.waitFor('auction.closed')) && one.sendings.map(({ event }) => event.type)
      expect([...types].sort()).toEqual(['auction.closed', 'lead.posted', 'lead.sold'])
      for (const { call } of one.sendings) {
        verify(call, endpoints[index]?.secret ?? '')
        for (const value of Object.values(lead)) expect(call.body).not.toContain(value)
      }
    }
    expect(buyerSide.dataOf('auction.closed')).toEqual([expect.objectContaining({ result: 'won', amount: 40 })])
    for (const { id } of endpoints) await operator.call('DELETE', `/v1/webhook-endpoints/${id}`)
  })

  it('comes only to those who chose its type', async () => {
    const [unmatched, sold] = [await receiver(), await receiver()]
    const endpoint = await make(operator, unmatched, { events: ['lead.unmatched'] })
    await make(operator, sold, { events: ['lead.sold'] })
    const closed = await openMarket(operator, {
      campaign: { floor_price: 90 },
      buyers: { low: fixedContract(buyer, 10) },
    })
    expect((await sell(closed)).status).toBe('UNMATCHED')
    const lead = await sell()
    await sold.waitFor('lead.sold')
    const [{ event }] = await unmatched.waitFor('lead.unmatched')
    expect(event.data).toMatchObject({ campaign_id: closed.campaignId, reason: 'below_floor' })
    expect([unmatched.sendings.length, sold.dataOf('lead.sold')]).toEqual([
      1,
      [expect.objectContaining({ lead_id: lead.id })],
    ])
    expect(await deliveries(operator, endpoint.id)).toHaveLength(1)
  })

  it('says that a buyer may have a lead, and later that it has', async () => {
    const slow = await HttpBuyer.start()
    const pendingMarket = await openMarket(operator, {
      buyers: { slow: { ...fixedContract(slow, 25), on_unknown: 'retry' } },
    })
    slow.whenPosted(inTurn(cut(), answer(201, { id: 'theirs' })))
    const hooks = await receiver()
    await make(pendingMarket.supplier, hooks, { events: ['lead.pending', 'lead.sold', 'lead.posted'] })
    const lead = await sell(pendingMarket)
    expect(lead.status).toBe('PENDING')
    const [{ event }] = await hooks.waitFor('lead.sold')
    expect(event.data.lead_id).toBe(lead.id)
    expect(hooks.sendings.map(({ event: { type } }) => type).sort()).toEqual([
      'lead.pending',
      'lead.posted',
      'lead.sold',
    ])
    await slow.close()
  })

  it('says once a period that a cap is reached, to the operator and the buyer', async () => {
    const capped = await openMarket(operator, {
      buyers: { capped: { ...fixedContract(buyer, 10), caps: [{ period: 'day', count: 2, timezone: 'UTC' }] } },
    })
    const [theirs, ours] = [await receiver(), await receiver()]
    await make(await buyerCaller(capped.buyerIds.capped), theirs, { events: ['buyer.cap_reached'] })
    await make(operator, ours, { events: ['buyer.cap_reached'] })
    await make(capped.supplier, await receiver())
    for (const status of ['ACCEPTED', 'ACCEPTED', 'UNMATCHED', 'UNMATCHED'])
      expect((await sell(capped)).status).toBe(status)
    const told = { buyer_id: capped.buyerIds.capped, kind: 'cap', period: 'day', count: 2, timezone: 'UTC' }
    for (const one of [theirs, ours]) {
      await one.waitFor('buyer.cap_reached')
      expect(one.dataOf('buyer.cap_reached')).toEqual([expect.objectContaining(told)])
    }
  })
})

describe('a secret', () => {
  it('is shown once, and signs beside its successor until the overlap ends', async () => {
    const hooks = await receiver()
    const endpoint = await make(operator, hooks, { events: ['webhook.test'] })
    expect(endpoint.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const path = `/v1/webhook-endpoints/${endpoint.id}`
    expect((await operator.get(path)).text).not.toContain('whsec_')
    const rotated = await operator.post<Endpoint>(`${path}/rotate`, {})
    expect(rotated.status).toBe(201)
    await operator.post(`${path}/test`, {})
    const [both] = await hooks.waitFor('webhook.test')
    verify(both.call, endpoint.secret)
    verify(both.call, rotated.body.secret)

    const last = await operator.post<Endpoint>(`${path}/rotate`, { overlap_hours: 0 })
    await operator.post(`${path}/test`, {})
    const [, alone] = await hooks.waitFor('webhook.test', 2)
    verify(alone?.call as ReceivedCall, last.body.secret)
    expect(() => verify(alone?.call as ReceivedCall, rotated.body.secret)).toThrow()
  })
})

describe('a receiver', () => {
  it('that hangs delays nobody else', async () => {
    const [dead, alive] = [await receiver(hang()), await receiver()]
    for (let n = 0; n < 3; n++) await make(operator, dead, { events: ['lead.sold'] })
    await make(operator, alive, { events: ['lead.sold'] })
    await Promise.all([1, 2, 3, 4, 5, 6].map(() => sell()))
    const startedAt = Date.now()
    await alive.waitFor('lead.sold', 6)
    expect(Date.now() - startedAt).toBeLessThan(8_000)
  })

  it('that fails gets the event again after 5 s, with the same id; its owner hears of it', async () => {
    const [failing, other] = [
      await receiver(inTurn(answer(500, ''), answer(302, ''), answer(200, ''))),
      await receiver(),
    ]
    const endpoint = await make(market.supplier, failing, { events: ['lead.sold'] })
    await make(market.supplier, other, { events: ['webhook.failing'] })
    await sell()
    const [first, second] = await failing.waitFor('lead.sold', 2)
    const waited = (second?.call.at ?? 0) - first.call.at
    expect([first.event.id, waited >= 5_000, waited < 8_000]).toEqual([second?.event.id, true, true])
    const [{ event }] = await other.waitFor('webhook.failing')
    expect(event.data).toMatchObject({ endpoint_id: endpoint.id, last_error: 'status 302' })

    const [delivery] = await vi.waitUntil(async () => {
      const found = await deliveries(market.supplier, endpoint.id)
      return found[0]?.attempts.length === 2 && found
    })
    expect(delivery?.status).toBe('pending')
    expect(delivery?.attempts.map(({ status_code }) => status_code)).toEqual([500, 302])
    const dueIn = Date.parse(delivery?.next_attempt_at ?? '') - (second?.call.at ?? 0)
    expect([dueIn > 299_000, dueIn < 335_000]).toEqual([true, true])

    const resent = `/v1/webhook-endpoints/${endpoint.id}/deliveries/${first.event.id}/resend`
    expect((await market.supplier.call('POST', resent)).status).toBe(202)
    const [, , third] = await failing.waitFor('lead.sold', 3)
    expect(third?.event).toEqual(first.event)
    await vi.waitUntil(async () => (await deliveries(market.supplier, endpoint.id))[0]?.status === 'delivered')
    const { body } = await market.supplier.get<Endpoint>(`/v1/webhook-endpoints/${endpoint.id}`)
    expect(body.failing_since).toBeNull()
  })

  it('that says when to come again is left alone until then', async () => {
    const busy: Parameters<typeof receiver>[0] = (response) => {
      response.writeHead(429, { 'retry-after': '7' }).end()
    }
    const hooks = await receiver(inTurn(busy, answer(200, '')))
    await make(operator, hooks, { events: ['lead.sold'] })
    await sell()
    const [first, second] = await hooks.waitFor('lead.sold', 2)
    expect((second?.call.at ?? 0) - first.call.at).toBeGreaterThanOrEqual(7_000)
  })

  it('that is gone is disabled, and gets what it missed once it is enabled again', async () => {
    const [gone, other] = [await receiver(answer(410, '')), await receiver()]
    const endpoint = await make(operator, gone, { events: ['lead.sold'] })
    await make(operator, other, { events: ['webhook.disabled'] })
    const since = new Date().toISOString()
    const lead = await sell()
    await gone.waitFor('lead.sold')
    const [{ event }] = await other.waitFor('webhook.disabled')
    expect(event.data).toMatchObject({ endpoint_id: endpoint.id, reason: 'gone' })
    const path = `/v1/webhook-endpoints/${endpoint.id}`
    expect((await operator.get<Endpoint>(path)).body).toMatchObject({ status: 'disabled', disabled_reason: 'gone' })
    expect((await operator.post(`${path}/resend`, { since })).status).toBe(409)
    expect((await operator.post(`${path}/test`, {})).status).toBe(409)

    gone.when(answer(200, ''))
    expect((await operator.patch(path, { status: 'enabled' })).status).toBe(200)
    expect((await operator.post(`${path}/resend`, { since, status: 'failed' })).body).toEqual({ events: 1 })
    const [, again] = await gone.waitFor('lead.sold', 2)
    expect(again?.event.data.lead_id).toBe(lead.id)
  })
})

describe('an endpoint', () => {
  it.each([
    ['http', { url: 'http://hooks.example.com/' }, 'url'],
    ['an address', { url: 'https://10.0.0.1/' }, 'url'],
    ['a private name', { url: 'https://metadata.google.internal/' }, 'url'],
    ['a password', { url: 'https://user:pass@hooks.example.com/' }, 'url'],
    ['no URL', {}, 'url'],
    ['an unknown type', { url: 'https://hooks.example.com/', events: ['lead.lost'] }, 'events.0'],
    ['an unknown member', { url: 'https://hooks.example.com/', secret: 'whsec_mine' }, 'secret'],
    [
      'a supplier that is none',
      { url: 'https://hooks.example.com/', role: 'supplier', subject_id: 'sup_x' },
      'subject_id',
    ],
  ])('is refused with %s', async (_, settings, field) => {
    const { status, body } = await operator.post<Problem>('/v1/webhook-endpoints', settings)
    expect([status, body.field_errors?.map((error) => error.field)]).toEqual([422, [field]])
  })

  it("is its owner's alone, and the operator's", async () => {
    const hooks = await receiver()
    const { id } = await make(market.supplier, hooks, { events: ['lead.sold'] })
    const stranger = await operator.createSupplier('Somebody else')
    const others = [stranger, await buyerCaller(), new Caller(gavel.url, SANDBOX_KEY)]
    const paths = ['', '/deliveries', '/deliveries/evt_1', '/test', '/rotate', '/resend', '/deliveries/evt_1/resend']
    for (const caller of others) {
      for (const path of paths) {
        const method = /deliveries$|evt_1$|^$/.test(path) ? 'GET' : 'POST'
        const json = method === 'POST' ? { json: path === '/resend' ? { since: '2026-01-01T00:00:00Z' } : {} } : {}
        const { status } = await caller.call(method, `/v1/webhook-endpoints/${id}${path}`, json)
        expect([path, status]).toEqual([path, 404])
      }
      expect((await caller.call('DELETE', `/v1/webhook-endpoints/${id}`)).status).toBe(404)
      expect((await caller.call('PATCH', `/v1/webhook-endpoints/${id}`, { json: { status: 'disabled' } })).status).toBe(
        404,
      )
      const { body } = await caller.get<Page<Made>>('/v1/webhook-endpoints')
      expect(body.data.map((endpoint) => endpoint.id)).not.toContain(id)
    }
    const { body } = await operator.get<Page<Made>>(
      `/v1/webhook-endpoints?role=supplier&subject_id=${market.supplier.id}`,
    )
    expect(body.data.map((endpoint) => endpoint.id)).toContain(id)
    const foreign = { url: hooks.url, role: 'supplier', subject_id: market.supplier.id }
    expect((await stranger.call('POST', '/v1/webhook-endpoints', { json: foreign })).status).toBe(422)
    const notTheirs = { url: hooks.url, events: ['lead.unmatched'] }
    expect((await (await buyerCaller()).call('POST', '/v1/webhook-endpoints', { json: notTheirs })).status).toBe(422)
  })

  it('made for somebody by the operator hears their side', async () => {
    const hooks = await receiver()
    const settings = { role: 'buyer', subject_id: market.buyerIds.crown, events: ['lead.sold'] }
    await make(operator, hooks, settings)
    await sell()
    const [{ event }] = await hooks.waitFor('lead.sold')
    expect(Object.keys(event.data)).not.toContain('payout')
  })
})
