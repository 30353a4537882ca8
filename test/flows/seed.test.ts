import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SeededLead } from '../../src/http/dev/wire'
import { Operator, type Problem } from '../support/gavel-client'
import { bid, HttpBuyer } from '../support/http-buyer'
import { CONTACT_FIELDS, guideContract, type Market, openMarket } from '../support/market'
import { OPERATOR_KEY, SANDBOX_KEY, ServedGavel } from '../support/served-gavel'

interface Seeded extends Problem {
  readonly seed: string
  readonly count: number
  readonly accepted: number
  readonly unmatched: number
  readonly refused: number
  readonly leads: readonly SeededLead[]
}

const ORDER = { count: 20, vertical: 'auto_insurance', state: 'FL', seed: 'one' }

let gavel: ServedGavel
let live: Operator
let sandbox: Operator
let buyer: HttpBuyer
let market: Market

beforeAll(async () => {
  buyer = await HttpBuyer.start()
  gavel = await ServedGavel.start()
  live = new Operator(gavel.url, OPERATOR_KEY)
  sandbox = new Operator(gavel.url, SANDBOX_KEY)
  const spec = {
    campaign: {
      fields: [
        ...CONTACT_FIELDS,
        { name: 'state', type: 'state', required: true, required_on: 'ping' },
        { name: 'age', type: 'number', required: true },
      ],
      filters: [{ field: 'age', op: 'gte', value: 21 }],
    },
    buyers: { only: guideContract(buyer) },
  }
  market = await openMarket(sandbox, spec)
  await openMarket(live, spec)
})

afterAll(async () => {
  await buyer?.close()
  await gavel?.[Symbol.asyncDispose]()
})

/** @returns the answer, and what the buyer was posted meanwhile, in no order */
async function seed(order: object, headers = {}) {
  buyer.forget()
  buyer.whenPinged(bid(40))
  const reply = await sandbox.call<Seeded>('POST', '/v1/dev/seed', { json: order, headers })
  return { ...reply, posted: buyer.posts.map(({ body }) => body).sort() }
}

describe('synthetic leads', () => {
  it('are sold as leads are, each of another person, and are on the books', async () => {
    const { status, body, posted } = await seed(ORDER)
    expect(status).toBe(201)
    expect(body).toMatchObject({ seed: 'one', count: 20, accepted: 20, unmatched: 0, refused: 0 })
    const people = posted.map(
      (text) => JSON.parse(text) as { phone: string; email: string; state: string; age: number },
    )
    expect(new Set(people.map(({ phone }) => phone)).size).toBe(20)
    expect(new Set(people.map(({ email }) => email)).size).toBe(20)
    expect(people.every(({ state, age }) => state === 'FL' && age >= 21)).toBe(true)
    const [first] = body.leads
    expect(first).toMatchObject({ campaign_id: market.campaignId, supplier_id: market.supplier.id, price: 30 })
    expect((await sandbox.lead(first?.lead_id ?? '')).body).toMatchObject({ status: 'sold', revenue: 40 })
  })

  it('are the same for the same seed, auctioned again, and others for another', async () => {
    const [one, again, other] = [await seed(ORDER), await seed(ORDER), await seed({ ...ORDER, seed: 2 })]
    expect(one.posted).toHaveLength(20)
    expect(again.posted).toEqual(one.posted)
    expect(again.body.leads[0]?.lead_id).not.toBe(one.body.leads[0]?.lead_id)
    expect(other.posted.filter((text) => one.posted.includes(text))).toEqual([])
    const [drawn, anew] = [await seed({ ...ORDER, seed: undefined }), await seed({ ...ORDER, seed: undefined })]
    expect(drawn.body.seed).not.toBe(anew.body.seed)
  })

  it('are sent once for one Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'seed-once' }
    const first = await seed(ORDER, headers)
    const again = await seed(ORDER, headers)
    expect([again.status, again.text, again.headers.get('idempotent-replayed')]).toEqual([201, first.text, 'true'])
    expect(again.posted).toEqual([])
  })

  it('are told why where they are refused', async () => {
    await sandbox.patch(`/v1/campaigns/${market.campaignId}`, { dedupe: { fields: ['phone'], days: 30 } })
    expect((await seed({ ...ORDER, seed: 'three', count: 2 })).body.accepted).toBe(2)
    const { body, posted } = await seed({ ...ORDER, seed: 'three', count: 2 })
    expect(body).toMatchObject({ accepted: 0, refused: 2 })
    expect(body.leads.map(({ lead_id, error }) => [lead_id, error])).toEqual(Array(2).fill([null, 'duplicate']))
    expect(posted).toEqual([])
  })

  it('are for the sandbox, its operators, and verticals that it has', async () => {
    const path = '/v1/dev/seed'
    const refused = await live.call<Problem>('POST', path, { json: ORDER })
    expect([refused.status, refused.body.error]).toEqual([403, 'forbidden'])
    expect((await market.supplier.call('POST', path, { json: ORDER })).status).toBe(403)
    const fields = async (order: object) => {
      const { status, body } = await seed(order)
      return [status, body.field_errors?.map(({ field }) => field)]
    }
    expect(await fields({ ...ORDER, vertical: 'solar' })).toEqual([422, ['vertical']])
    expect(await fields({ ...ORDER, count: 0 })).toEqual([422, ['count']])
    expect(await fields({ ...ORDER, count: 501, state: 'Texas', extra: 1 })).toEqual([422, ['count', 'state', 'extra']])
  })

  it('leave the live side as it was', async () => {
    expect((await live.leads('')).body.data).toEqual([])
    expect((await live.pnl('')).body.totals).toMatchObject({ leads: 0, revenue: 0 })
  })
})
