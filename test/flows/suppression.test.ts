import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SuppressionImportWire } from '../../src/contracts/suppression-list'
import { type Made, Operator, type Page, type Problem, type Reply, type Supplier } from '../support/gavel-client'
import { bid, HttpBuyer, sold } from '../support/http-buyer'
import { freshLead, guideContract, type Market, type MarketSpec, openMarket } from '../support/market'
import { OPERATOR_KEY, ServedGavel } from '../support/served-gavel'

type Import = Reply<SuppressionImportWire & Problem>

/** The guide's own words. */
const SUPPRESSED = {
  accepted: false,
  reason: 'suppressed',
  message: "Lead phone or email appears on a buyer's suppression list",
}
const SOON = { timeout: 20_000, interval: 50 }

let gavel: ServedGavel
let operator: Operator
let buyer: HttpBuyer

beforeAll(async () => {
  buyer = await HttpBuyer.start()
  buyer.whenPinged(bid(20)).whenPosted(sold())
  gavel = await ServedGavel.start()
  operator = new Operator(gavel.url, OPERATOR_KEY)
})

afterAll(async () => {
  await gavel?.[Symbol.asyncDispose]()
  await buyer?.[Symbol.asyncDispose]()
})

async function makeList(name = 'Do not call'): Promise<string> {
  return (await operator.create<Made>('/v1/suppression-lists', { name })).id
}

function send(listId: string, body: string, query = '', by = operator): Promise<Import> {
  const headers = { 'content-type': 'text/csv' }
  return by.call('PUT', `/v1/suppression-lists/${listId}/entries?${query}`, { body, headers })
}

async function published({ body }: Import, by = operator): Promise<SuppressionImportWire> {
  const { list_id, id } = body as unknown as SuppressionImportWire
  const path = `/v1/suppression-lists/${list_id}/imports/${id}`
  const read = async () => (await by.get<SuppressionImportWire>(path)).body
  await expect.poll(async () => (await read()).status, SOON).toBe('published')
  return read()
}

/** Waits for an import of these entries. @returns the id of a new list that has them */
async function listOf(...entries: readonly string[]): Promise<string> {
  const listId = await makeList()
  await published(await send(listId, entries.join('\n')))
  return listId
}

const marketWith = (spec: Partial<MarketSpec>): Promise<Market> =>
  openMarket(operator, { buyers: { only: guideContract(buyer) }, ...spec })

describe('a list of a campaign', () => {
  it('refuses pings and leads of everybody on it, however they are written, and nobody else', async () => {
    const [byPhone, byEmail, byHash, other] = [freshLead(), freshLead(), freshLead(), freshLead()]
    const hash = createHash('sha256').update(`+1${byHash.phone}`).digest('hex')
    const listId = await listOf(`+1 ${byPhone.phone}`, byEmail.email.toUpperCase(), hash)
    const { supplier, campaignId } = await marketWith({ campaign: { suppression_list_ids: [listId] } })

    for (const lead of [byPhone, byEmail, byHash]) {
      const pinged = await supplier.ping(campaignId, lead)
      expect([pinged.status, pinged.body]).toEqual([200, SUPPRESSED])
      const { status, body } = await supplier.ingest(campaignId, lead)
      expect([status, body.error, body.message]).toEqual([422, 'suppressed', SUPPRESSED.message])
    }
    expect((await supplier.ping(campaignId, { phone: `(512) ${byPhone.phone.slice(3)}` })).body).toEqual(SUPPRESSED)
    expect((await supplier.ping(campaignId, { state: 'TX' })).body.accepted).toBe(true)
    const { status, body } = await supplier.ingest(campaignId, other, { 'idempotency-key': 'other' })
    expect([status, body.data.status]).toEqual([201, 'ACCEPTED'])
    expect(JSON.stringify(buyer.posts)).not.toContain(byPhone.phone)
  })

  it('is asked again when the lead comes: what was pinged without a phone promises nothing', async () => {
    const lead = freshLead()
    const { supplier, campaignId } = await marketWith({
      campaign: { suppression_list_ids: [await listOf(lead.phone)] },
    })
    const pingId = await supplier.pingId(campaignId, { state: 'TX' })
    expect((await supplier.ingest(campaignId, { ...lead, flo_ping_id: pingId })).body.error).toBe('suppressed')
  })

  it('is told of the same answer again for a lead that was sold before it was listed', async () => {
    const lead = freshLead()
    const listId = await listOf('5125559999')
    const { supplier, campaignId } = await marketWith({ campaign: { suppression_list_ids: [listId] } })
    const first = await supplier.ingest(campaignId, lead, { 'idempotency-key': 'sold-before' })
    await published(await send(listId, lead.phone))
    const again = await supplier.ingest(campaignId, lead, { 'idempotency-key': 'sold-before' })
    expect([again.status, again.text]).toEqual([201, first.text])
    expect((await supplier.ingest(campaignId, lead, { 'idempotency-key': 'another' })).body.error).toBe('suppressed')
  })

  it('holds in every campaign where its scope says so', async () => {
    const lead = freshLead()
    const { supplier, campaignId } = await marketWith({})
    const { id } = await operator.create<Made>('/v1/suppression-lists', { name: 'Everywhere', scope: 'all_campaigns' })
    await published(await send(id, lead.phone))
    expect((await supplier.ping(campaignId, lead)).body).toEqual(SUPPRESSED)
    await operator.call('DELETE', `/v1/suppression-lists/${id}`)
    expect((await supplier.ping(campaignId, lead)).body.accepted).toBe(true)
  })
})

describe('a list of one buyer', () => {
  it('keeps that buyer out, while the lead goes to the others, and the auction says why', async () => {
    const [lead, both] = [freshLead(), freshLead()]
    const [dear, cheap] = [await listOf(lead.phone, both.email), await listOf(both.phone)]
    const { supplier, campaignId, buyerIds } = await marketWith({
      buyers: {
        dear: { price: 50, post: guideContract(buyer).post, suppression_list_ids: [dear] },
        cheap: { price: 10, post: guideContract(buyer).post, suppression_list_ids: [cheap] },
      },
    })
    const { body } = await supplier.ingest(campaignId, lead)
    expect(body.data).toMatchObject({ status: 'ACCEPTED', buyer_id: buyerIds.cheap, price: 7.5 })
    await expect.poll(async () => (await operator.lead(body.data.id)).status, SOON).toBe(200)
    const auction = await operator.auctionOf(body.data.id)
    expect(auction.bids.find(({ buyer_id }) => buyer_id === buyerIds.dear)).toMatchObject({
      result: 'lost',
      reason: 'suppressed',
      detail: `on suppression list ${dear}`,
    })
    expect((await supplier.ping(campaignId, lead)).body.accepted).toBe(true)
    expect((await supplier.ping(campaignId, both)).body).toEqual(SUPPRESSED)
    expect((await supplier.ingest(campaignId, both)).body.error).toBe('suppressed')
  })
})

describe('an import', () => {
  it('tells how far it is, and which lines it did not take', async () => {
    const listId = await makeList()
    const answer = await send(listId, 'phone,email\n5125550001,\nnobody,\n,a@b.example\n')
    expect([answer.status, answer.body]).toMatchObject([202, { received: 3, stored: 2, rejected: 1 }])
    expect(await published(answer)).toMatchObject({
      published: 2,
      rejected_lines: [{ line: 3, reason: 'not_a_phone' }],
      finished_at: expect.any(String),
    })
  })

  it('takes entries out again, and replaces them all', async () => {
    const [kept, removed, added] = [freshLead(), freshLead(), freshLead()]
    const listId = await listOf(kept.phone, removed.phone)
    const { supplier, campaignId } = await marketWith({ campaign: { suppression_list_ids: [listId] } })
    const isAccepted = async (lead: object) => (await supplier.ping(campaignId, { ...lead })).body.accepted
    await published(await send(listId, removed.phone, 'mode=remove'))
    expect(await Promise.all([kept, removed, added].map(isAccepted))).toEqual([false, true, true])
    await published(await send(listId, added.phone, 'mode=replace'))
    expect(await Promise.all([kept, removed, added].map(isAccepted))).toEqual([true, true, false])
  })

  it('that is killed loses nothing that it said was stored, and goes on from there', async () => {
    await using first = await ServedGavel.start()
    const before = new Operator(first.url, OPERATOR_KEY)
    const { id: listId } = await before.create<Made>('/v1/suppression-lists', { name: 'Large' })
    const phone = (index: number) => String(6_130_000_000 + index)
    const lines = Array.from({ length: 250_000 }, (_, index) => phone(index))
    const slow = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(`${lines.slice(0, 220_000).join('\n')}\n`))
      },
    })
    const headers = { 'content-type': 'text/csv', 'x-api-key': OPERATOR_KEY }
    const options = { method: 'PUT', headers, body: slow, duplex: 'half' } as RequestInit
    const broken = fetch(`${first.url}/v1/suppression-lists/${listId}/entries`, options).catch(() => null)
    const imports = async (by: Operator) =>
      (await by.get<Page<SuppressionImportWire>>(`/v1/suppression-lists/${listId}/imports`)).body.data
    await expect.poll(async () => (await imports(before))[0]?.lines ?? 0, SOON).toBeGreaterThan(0)
    const [known] = await imports(before)
    await first.kill()
    await broken

    await using second = await first.again()
    const after = new Operator(second.url, OPERATOR_KEY)
    const [begun] = await imports(after)
    if (begun === undefined || known === undefined) throw new Error('the import is lost')
    expect(begun.id).toBe(known.id)
    expect(begun.lines).toBeGreaterThanOrEqual(known.lines)
    expect(begun).toMatchObject({ received: begun.lines, stored: begun.lines, finished_at: null })
    const rest = lines.slice(begun.lines).join('\n')
    const answer = await send(listId, rest, `import_id=${begun.id}&after_line=${begun.lines}`, after)
    expect(answer.body).toMatchObject({ lines: 250_000, stored: 250_000 })

    // Killed once more, now while the index is built.
    await second.kill()
    await using third = await second.again()
    const last = new Operator(third.url, OPERATOR_KEY)
    expect(await published(answer, last)).toMatchObject({ published: 250_000 })
    expect((await last.get(`/v1/suppression-lists/${listId}`)).body).toMatchObject({ entries: 250_000 })
    const market = await openMarket(last, {
      campaign: { suppression_list_ids: [listId] },
      buyers: { only: guideContract(buyer) },
    })
    expect(
      await listedOf(market.supplier, market.campaignId, [0, begun.lines - 1, begun.lines, 249_999].map(phone)),
    ).toBe(4)
    expect(await listedOf(market.supplier, market.campaignId, [-1, 250_000].map(phone))).toBe(0)
  }, 120_000)
})

/** @returns how many of the phones are refused as suppressed */
async function listedOf(supplier: Supplier, campaignId: string, phones: readonly string[]): Promise<number> {
  const replies = await Promise.all(phones.map((phone) => supplier.ping(campaignId, { phone })))
  return replies.filter(({ body }) => body.reason === 'suppressed').length
}
