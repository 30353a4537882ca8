import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Caller, Operator, UNKNOWN_KEY } from '../support/gavel-client.ts'
import { HttpBuyer } from '../support/http-buyer.ts'
import { CONTACT_FIELDS, fixedContract, freshLead, type Market, openMarket } from '../support/market.ts'
import { OPERATOR_KEY, SANDBOX_KEY, ServedGavel } from '../support/served-gavel.ts'

interface Key {
  readonly id: string
  readonly api_key: string
  readonly last_used_at: string | null
}

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

const newKey = (settings: object = {}) =>
  operator.create<Key>('/v1/api-keys', { role: 'supplier', subject_id: market.supplier.id, ...settings })
const ping = (key: string, headers = {}) =>
  new Caller(gavel.url, key).call<{ accepted: boolean }>('POST', '/api/v1/ping', {
    json: market.supplier.named(market.campaignId, {}),
    headers,
  })
const ingest = (key: string, headers = {}) =>
  new Caller(gavel.url, key).call('POST', '/api/v1/ingest', {
    json: market.supplier.named(market.campaignId, freshLead()),
    headers,
  })

describe("a supplier's second key", () => {
  it('pings and sells as the first does, and does not once it is revoked', async () => {
    const { id, api_key: key } = await newKey()
    expect((await ping(key)).body.accepted).toBe(true)
    expect((await ingest(key)).status).toBe(201)
    expect((await operator.call('DELETE', `/v1/api-keys/${id}`)).status).toBe(204)
    expect((await ping(key)).status).toBe(401)
    expect((await ingest(key)).status).toBe(401)
    expect((await ping(market.supplier.key)).body.accepted).toBe(true)
  })

  it('does what its scopes say', async () => {
    const { api_key: key } = await newKey({ scopes: ['ping'] })
    expect((await ping(key)).body.accepted).toBe(true)
    const refused = await ingest(key)
    expect([refused.status, refused.body]).toEqual([403, expect.objectContaining({ error: 'forbidden' })])
  })

  it('works from its networks alone', async () => {
    const { api_key: key } = await newKey({ allowed_networks: ['2001:db8::/32'] })
    expect((await ping(key, { 'cf-connecting-ip': '2001:db8::7' })).status).toBe(200)
    const refused = await ping(key, { 'cf-connecting-ip': '203.0.113.7' })
    expect([refused.status, refused.body]).toEqual([403, expect.objectContaining({ error: 'forbidden' })])
  })

  it('shows when it was used', async () => {
    const { id, api_key: key, last_used_at } = await newKey()
    expect(last_used_at).toBeNull()
    const before = Date.now()
    await ping(key)
    await vi.waitFor(async () => {
      const { body } = await operator.get<Key>(`/v1/api-keys/${id}`)
      expect(Date.parse(body.last_used_at ?? '')).toBeGreaterThanOrEqual(before)
    })
  })
})

it('a key of one tenant is nothing to the other', async () => {
  const sandbox = new Operator(gavel.url, SANDBOX_KEY)
  const { api_key: key } = await sandbox.create<Key>('/v1/api-keys', { role: 'operator' })
  expect((await new Caller(gavel.url, key).get(`/v1/campaigns/${market.campaignId}`)).status).toBe(404)
})

it.each([UNKNOWN_KEY, `${UNKNOWN_KEY.slice(0, -1)}x`, 'ld_live_', 'a.b.c'])('%s is nobody', async (key) => {
  expect((await ping(key)).status).toBe(401)
})
