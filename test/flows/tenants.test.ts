import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Made, Operator, type Page, Supplier } from '../support/gavel-client'
import { HttpBuyer } from '../support/http-buyer'
import { freshLead, guideContract, type Market, openMarket } from '../support/market'
import { OPERATOR_KEY, SANDBOX_KEY, ServedGavel } from '../support/served-gavel'

/** One tenant with everything that it has. */
interface Tenant {
  readonly operator: Operator
  readonly market: Market
  /** Of a second supplier, so that there is a list to page through. */
  readonly idleSupplierId: string
  readonly leadId: string
  readonly auctionId: string
}

const NAMES = ['live', 'sandbox'] as const
type Name = (typeof NAMES)[number]
const OTHER: { readonly [name in Name]: Name } = { live: 'sandbox', sandbox: 'live' }
const WITHIN_SECONDS = { timeout: 15_000, interval: 200 }

let gavel: ServedGavel
let buyer: HttpBuyer
let tenants: Record<Name, Tenant>

async function settle(operator: Operator, leads: number): Promise<Tenant> {
  const market = await openMarket(operator, { buyers: { only: guideContract(buyer) } })
  const { id: idleSupplierId } = await operator.createSupplier('Idle')
  const replies = []
  for (let count = 0; count < leads; count++) replies.push(await market.supplier.ingest(market.campaignId, freshLead()))
  const leadId = replies[0]?.body.data.id ?? ''
  const { auction_id: auctionId } = (await operator.lead(leadId)).body
  return { operator, market, idleSupplierId, leadId, auctionId }
}

beforeAll(async () => {
  buyer = await HttpBuyer.start()
  gavel = await ServedGavel.start()
  const live = await settle(new Operator(gavel.url, OPERATOR_KEY), 1)
  const sandbox = await settle(new Operator(gavel.url, SANDBOX_KEY), 2)
  tenants = { live, sandbox }
})

afterAll(async () => {
  await buyer?.close()
  await gavel?.[Symbol.asyncDispose]()
})

const buyerIdOf = ({ market }: Tenant) => market.buyerIds.only ?? ''

/** Every path that leads to something of the tenant, and what may be done there. */
function pathsOf(tenant: Tenant): readonly (readonly [path: string, body: object | null])[] {
  const { campaignId, supplier } = tenant.market
  const campaign = `/v1/campaigns/${campaignId}`
  return [
    [campaign, { name: 'Taken over' }],
    [`/v1/suppliers/${supplier.id}`, { name: 'Taken over' }],
    [`/v1/buyers/${buyerIdOf(tenant)}`, { name: 'Taken over' }],
    [`${campaign}/suppliers/${supplier.id}`, { cost_mode: 'fixed', cost_amount: 0 }],
    [`${campaign}/buyers/${buyerIdOf(tenant)}`, guideContract(buyer, { status: 'paused' })],
    [`/v1/leads/${tenant.leadId}`, null],
    [`/v1/auctions/${tenant.auctionId}`, null],
  ]
}

/** Everything that its operator sees, as it stands. The trace of an auction goes on by itself and is left out. */
async function snapshotOf(tenant: Tenant): Promise<readonly unknown[]> {
  const replies = await Promise.all(pathsOf(tenant).map(([path]) => tenant.operator.get<object>(path)))
  return replies.map(({ status, body }) => ({ status, body: { ...body, trace: null } }))
}

describe.for(NAMES)('the %s tenant', (name) => {
  const mine = () => tenants[name]
  const theirs = () => tenants[OTHER[name]]

  it('has keys of its own kind', () => {
    const prefix = name === 'live' ? 'ld_live_' : 'ld_test_'
    expect(mine().market.supplier.key).toMatch(new RegExp(`^${prefix}[0-9A-Za-z]{36}$`))
  })

  it('sees all of its own', async () => {
    for (const [path] of pathsOf(mine())) expect((await mine().operator.get(path)).status).toBe(200)
  })

  it('lists its own and nothing else', async () => {
    const { operator, market, idleSupplierId } = mine()
    const idsIn = async (path: string) => (await operator.get<Page<Made>>(path)).body.data.map(({ id }) => id)
    expect(await idsIn('/v1/campaigns')).toEqual([market.campaignId])
    expect(await idsIn('/v1/suppliers')).toEqual([idleSupplierId, market.supplier.id])
    expect(await idsIn('/v1/buyers')).toEqual([buyerIdOf(mine())])
  })

  it('finds nothing of the other, whatever it does there', async () => {
    const before = await snapshotOf(theirs())
    for (const [path, body] of pathsOf(theirs())) {
      const calls = [
        ['GET', null],
        ['DELETE', null],
        ['PATCH', body],
        ['PUT', body],
      ] as const
      for (const [method, json] of calls) {
        const reply = await mine().operator.call(method, path, json === null ? {} : { json })
        expect([404, 405]).toContain(reply.status)
        expect(reply.text).not.toContain(theirs().market.supplier.key)
      }
      expect((await mine().operator.get(path)).status).toBe(404)
    }
    for (const part of ['suppliers', 'buyers']) {
      const reply = await mine().operator.get(`/v1/campaigns/${theirs().market.campaignId}/${part}`)
      expect(reply.status).toBe(404)
    }
    expect(await snapshotOf(theirs())).toEqual(before)
  })

  it('cannot bring its own and what is the other one\u2019s together', async () => {
    const { operator, market } = mine()
    const [ours, other] = [`/v1/campaigns/${market.campaignId}`, `/v1/campaigns/${theirs().market.campaignId}`]
    const terms = { cost_mode: 'fixed', cost_amount: 1 }
    const contract = guideContract(buyer)
    const replies = await Promise.all([
      operator.put(`${ours}/suppliers/${theirs().market.supplier.id}`, terms),
      operator.put(`${other}/suppliers/${market.supplier.id}`, terms),
      operator.put(`${ours}/buyers/${buyerIdOf(theirs())}`, contract),
      operator.put(`${other}/buyers/${buyerIdOf(mine())}`, contract),
    ])
    expect(replies.map(({ status }) => status)).toEqual([404, 404, 404, 404])
    expect((await operator.get<Page<Made>>(`${ours}/suppliers`)).body.data).toHaveLength(1)
    expect((await operator.get<Page<Made>>(`${ours}/buyers`)).body.data).toHaveLength(1)
  })

  it('has suppliers that can neither ping, sell nor look beyond it', async () => {
    const { supplier } = mine().market
    const { campaignId } = theirs().market
    const posts = buyer.posts.length
    expect((await supplier.ping(campaignId, {})).body).toMatchObject({ accepted: false, reason: 'invalid_campaign' })
    const sold = await supplier.ingest(campaignId, freshLead())
    expect([sold.status, sold.body.error]).toEqual([404, 'invalid_campaign'])
    expect((await supplier.lead(theirs().leadId)).status).toBe(404)
    expect((await supplier.lead(mine().leadId)).status).toBe(200)

    const borrowed = new Supplier(gavel.url, theirs().market.supplier.id, supplier.key)
    expect((await borrowed.ping(campaignId, {})).status).toBe(403)
    expect((await borrowed.ingest(campaignId, freshLead())).status).toBe(403)
    expect(buyer.posts.length).toBe(posts)
  })

  it('cannot use a ping id of the other', async () => {
    const { supplier, campaignId } = mine().market
    const flo_ping_id = await theirs().market.supplier.pingId(theirs().market.campaignId, {})
    const reply = await supplier.ingest(campaignId, { ...freshLead(), flo_ping_id })
    expect([reply.status, reply.body.error]).toEqual([422, 'ping_id_invalid'])
  })

  it('lists its own leads and nothing else, whatever it filters by', async () => {
    const { operator, market } = mine()
    const count = name === 'live' ? 1 : 2
    await vi.waitFor(async () => {
      const { body } = await operator.leads('')
      expect(body.data).toHaveLength(count)
      for (const lead of body.data) expect(lead.campaign_id).toBe(market.campaignId)
    }, WITHIN_SECONDS)
    const other = theirs()
    for (const query of [
      `campaign_id=${other.market.campaignId}`,
      `supplier_id=${other.market.supplier.id}`,
      `buyer_id=${buyerIdOf(other)}`,
    ]) {
      expect((await operator.leads(query)).body.data).toEqual([])
    }
  })

  it('reports its own money and nothing else', async () => {
    const { operator, market } = mine()
    const count = name === 'live' ? 1 : 2
    await vi.waitFor(async () => {
      const { body } = await operator.pnl('group_by=campaign,supplier,buyer')
      expect(body.totals).toMatchObject({ leads: count, sold: count, revenue: 10 * count, payout: 7.5 * count })
      const ids = body.rows.map(({ campaign_id, supplier_id, buyer_id }) => [campaign_id, supplier_id, buyer_id])
      expect(ids).toEqual([[market.campaignId, market.supplier.id, buyerIdOf(mine())]])
    }, WITHIN_SECONDS)
  })

  it('pages its own lists, also from a cursor of the other', async () => {
    const theirPage = await theirs().operator.get<Page<Made>>('/v1/suppliers?limit=1')
    expect(theirPage.body.data.map(({ id }) => id)).toEqual([theirs().idleSupplierId])
    const cursor = theirPage.body.next_cursor
    expect(cursor).toEqual(expect.any(String))
    const { status, body } = await mine().operator.get<Page<Made>>(`/v1/suppliers?cursor=${cursor}`)
    expect(status).toBe(200)
    expect(body.data.map(({ id }) => id)).not.toContain(theirs().market.supplier.id)
  })
})
