/** How fast one may call, and how many auctions may run at once, as callers see it. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Caller, call, type Made, Operator, type Problem, type Reply, Supplier } from '../support/gavel-client.ts'
import { HttpBuyer, sold } from '../support/http-buyer.ts'
import { CONTACT_FIELDS, fixedContract, freshLead, type Market, openMarket } from '../support/market.ts'
import { OPERATOR_KEY, ServedGavel } from '../support/served-gavel.ts'

let gavel: ServedGavel
let buyer: HttpBuyer
let operator: Operator
let market: Market
beforeAll(async () => {
  gavel = await ServedGavel.start()
  buyer = await HttpBuyer.start()
  operator = new Operator(gavel.url, OPERATOR_KEY)
  market = await openMarket(operator, {
    campaign: { fields: CONTACT_FIELDS },
    buyers: { Crown: fixedContract(buyer, 40) },
  })
})
afterAll(async () => {
  await buyer?.[Symbol.asyncDispose]()
  await gavel?.[Symbol.asyncDispose]()
})

interface Credential extends Made {
  readonly api_key: string
}
const LINK = { cost_mode: 'revenue_share', cost_percent: 75 }

async function newSupplier(settings: object = {}): Promise<Supplier> {
  const { id, api_key } = await operator.create<Credential>('/v1/suppliers', { name: 'Hurried', ...settings })
  await operator.link(`/v1/campaigns/${market.campaignId}/suppliers/${id}`, LINK)
  return new Supplier(gavel.url, id, api_key)
}
const rateOf = ({ headers }: Reply<unknown>) =>
  ['limit', 'remaining', 'reset'].map((name) => Number(headers.get(`x-ratelimit-${name}`)))

describe("an API client's rate", () => {
  it('stands on every answer to a keyed call, errors too', async () => {
    const supplier = await newSupplier()
    const before = Math.floor(Date.now() / 1_000)
    const answers = [
      await supplier.ping(market.campaignId, {}),
      await supplier.ping('camp_none', {}),
      await supplier.ingest(market.campaignId, {}),
      await supplier.get('/v1/campaigns'),
      await supplier.get('/nowhere'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 422, 403, 404])
    for (const answer of answers) {
      const [limit, remaining, reset] = rateOf(answer)
      expect(limit).toBe(100)
      expect(remaining).toBeLessThan(100)
      expect(remaining).toBeGreaterThan(90)
      expect(reset).toBeGreaterThan(before)
      expect(reset).toBeLessThanOrEqual(Date.now() / 1_000 + 2)
    }
    const nobody = await call('GET', `${gavel.url}/v1/campaigns`)
    expect([nobody.status, nobody.headers.get('x-ratelimit-limit')]).toEqual([401, null])
  })

  it('is 100 a second unless somebody says otherwise: what is more is told when to come again, and then let in', async () => {
    const supplier = await newSupplier()
    const began = performance.now()
    const answers = await Promise.all(Array.from({ length: 180 }, () => supplier.ping(market.campaignId, {})))
    const took = performance.now() - began
    const refused = answers.filter(({ status }) => status === 429)
    // All within a second: 100. The slower the machine, the more are let in, at 100 for each second begun.
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(100 * Math.ceil(took / 1_000))
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(100)
    if (took < 1_000) expect(refused).toHaveLength(80)
    for (const answer of refused) {
      expect(answer.body).toMatchObject({ error: 'rate_limited', status: 429 })
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
      expect(rateOf(answer)[1]).toBe(0)
    }
    const reset = rateOf(answers.at(-1) as Reply<unknown>)[2] ?? 0
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, reset * 1_000 - Date.now()) + 50))
    expect((await supplier.ping(market.campaignId, {})).status).toBe(200)
  })

  it('is set for a supplier, for a key of its own, and for an operator', async () => {
    const supplier = await newSupplier({ rate_limit: { per_second: 400 } })
    expect(rateOf(await supplier.ping(market.campaignId, {}))[0]).toBe(400)
    const answers = await Promise.all(Array.from({ length: 180 }, () => supplier.ping(market.campaignId, {})))
    expect(answers.every(({ status }) => status === 200)).toBe(true)

    const key = await operator.create<Credential>('/v1/api-keys', {
      role: 'supplier',
      subject_id: supplier.id,
      rate_limit: { per_second: 3 },
    })
    const slow = new Supplier(gavel.url, supplier.id, key.api_key)
    const few = await Promise.all(Array.from({ length: 6 }, () => slow.ping(market.campaignId, {})))
    expect(few.filter(({ status }) => status === 200)).toHaveLength(3)
    expect(rateOf(await supplier.ping(market.campaignId, {}))[0]).toBe(400)

    await operator.patch(`/v1/api-keys/${key.id}`, { rate_limit: { per_second: 50 } })
    expect(rateOf(await slow.ping(market.campaignId, {}))[0]).toBe(50)
    const ours = await operator.create<Credential>('/v1/api-keys', { role: 'operator', rate_limit: { per_second: 7 } })
    expect(rateOf(await new Caller(gavel.url, ours.api_key).get('/v1/campaigns'))[0]).toBe(7)
  })

  it('is one for a key and what takes its place', async () => {
    const settings = { role: 'operator', rate_limit: { per_second: 4 } }
    const old = await operator.create<Credential>('/v1/api-keys', settings)
    const { body } = await operator.post<Credential>(`/v1/api-keys/${old.id}/rotate`, {})
    const callers = [new Caller(gavel.url, old.api_key), new Caller(gavel.url, body.api_key)]
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => callers[index % 2]?.get('/v1/campaigns')))
    expect(answers.filter((answer) => answer?.status === 200)).toHaveLength(4)
  })

  it('holds at the token endpoint too, in the words of OAuth', async () => {
    interface Client {
      readonly id: string
      readonly client_secret: string
    }
    const settings = { role: 'operator', rate_limit: { per_second: 2 } }
    const client = await operator.create<Client>('/v1/oauth-clients', settings)
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client.id,
      client_secret: client.client_secret,
    })
    const ask = () => call<{ error?: string }>('POST', `${gavel.url}/oauth/token`, { body: new URLSearchParams(body) })
    const answers = await Promise.all(Array.from({ length: 4 }, ask))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429])
    const refused = answers.find(({ status }) => status === 429)
    expect(refused?.body.error).toBe('rate_limited')
    expect(refused?.headers.get('content-type')).toBe('application/json')
    expect(rateOf(refused as Reply<unknown>)[0]).toBe(2)
  })
})

describe("a supplier's auctions at the same time", () => {
  it('are as many as it may have; one more is told to come again, and is sold then', async () => {
    const supplier = await newSupplier({ max_concurrent_auctions: 2 })
    await using slow = await HttpBuyer.start()
    const { campaignId } = await openMarket(operator, {
      campaign: { fields: CONTACT_FIELDS },
      buyers: { Slow: fixedContract(slow, 40) },
    })
    await operator.link(`/v1/campaigns/${campaignId}/suppliers/${supplier.id}`, LINK)
    let letGo: () => void = () => {}
    const held = new Promise<void>((resolve) => {
      letGo = resolve
    })
    slow.whenPosted(async (response, received) => {
      await held
      await sold()(response, received)
    })
    const running = [supplier.ingest(campaignId, freshLead()), supplier.ingest(campaignId, freshLead())]
    await slow.waitFor('post', 2)
    const lead = freshLead()
    const refused = await supplier.ingest(campaignId, lead)
    expect([refused.status, refused.body.error]).toEqual([429, 'rate_limited'])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    letGo()
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual([201, 201])
    await vi.waitFor(async () => expect((await supplier.ingest(campaignId, lead)).status).toBe(201))
  })
})

it('a hundred racers with one key make one supplier, and read the same bytes', async () => {
  const racers = Array.from({ length: 100 }, () =>
    operator.call<Problem & Made>('POST', '/v1/suppliers', {
      json: { name: 'Raced' },
      headers: { 'idempotency-key': 'race-1' },
    }),
  )
  const answers = await Promise.all(racers)
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
  expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(99)
  const { body } = await operator.get<{ data: readonly { name: string }[] }>('/v1/suppliers?limit=200')
  expect(body.data.filter(({ name }) => name === 'Raced')).toHaveLength(1)
})
