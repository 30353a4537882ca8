import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ErasureWire } from '../../src/contracts/erasure'
import type { LeadWire } from '../../src/contracts/lead-record'
import { canaryPerson, filesBelow, found, type Haystack, needlesOf } from '../support/canaries'
import { Caller, Operator, type Page, type Problem, type Reply } from '../support/gavel-client'
import { answer, bid, cut, HttpBuyer, inTurn, type Manner, sold } from '../support/http-buyer'
import { fixedContract, guideContract, type Market, openMarket } from '../support/market'
import { OPERATOR_KEY, SANDBOX_KEY, ServedGavel } from '../support/served-gavel'

const WITHIN_SECONDS = { timeout: 30_000, interval: 200 }

const FIELDS = [
  { name: 'first_name', type: 'string' },
  { name: 'last_name', type: 'string' },
  { name: 'phone', type: 'phone', required: true, required_on: 'post' },
  { name: 'email', type: 'email' },
  { name: 'address', type: 'string' },
  { name: 'ip_address', type: 'string' },
  { name: 'date_of_birth', type: 'date' },
  { name: 'favourite_colour', type: 'string', pii: true },
  { name: 'state', type: 'state' },
  { name: 'landing_page_url', type: 'url' },
]

let stateDir: string
let gavel: ServedGavel
let operator: Operator
let taker: HttpBuyer
let quoter: HttpBuyer
let stutterer: HttpBuyer

beforeAll(async () => {
  ;[taker, quoter, stutterer] = await Promise.all([HttpBuyer.start(), HttpBuyer.start(), HttpBuyer.start()])
  stateDir = await mkdtemp(join(tmpdir(), 'gavel-person-'))
  gavel = await ServedGavel.start({ stateDir })
  operator = new Operator(gavel.url, OPERATOR_KEY)
})
afterAll(async () => {
  await Promise.all([taker, quoter, stutterer].map((buyer) => buyer?.close()))
  await gavel?.[Symbol.asyncDispose]()
  await rm(stateDir, { recursive: true, force: true, maxRetries: 5 })
})

/** Answers with everything that it was sent, in every member that is kept of an answer. */
const quoting =
  (status: number, members: (text: string) => object): Manner =>
  (response, call) =>
    answer(status, members(Object.values(JSON.parse(call.body)).join(' ')))(response, call)

async function stored(market: Market, count: number): Promise<readonly LeadWire[]> {
  return await vi.waitFor(async () => {
    const { body } = await operator.leads(`campaign_id=${market.campaignId}`)
    expect(body.data).toHaveLength(count)
    return body.data
  }, WITHIN_SECONDS)
}

type Searched = Page<LeadWire> & Problem
const search = (by: object, caller: Caller = operator) =>
  caller.call<Searched>('POST', '/v1/leads/search', { json: by })
const erase = (by: object, headers = {}) =>
  operator.call<ErasureWire & Omit<Problem, 'status'>>('POST', '/v1/erasures', { json: by, headers })

describe('what is planted in every personal field', () => {
  it('is found by no ping, error, log, trace, URL, record or file of the served process', async () => {
    const texts: Haystack[] = []
    const note = <T>(name: string, reply: Reply<T>) => {
      texts.push({ name, bytes: Buffer.from(`${reply.text}\n${[...reply.headers].join('\n')}`) })
      return reply
    }
    taker
      .whenPinged(bid(40))
      .whenPosted(quoting(201, (text) => ({ id: text, redirect_url: `https://b.test/?q=${text}` })))
    quoter.whenPinged(bid(90)).whenPosted(quoting(422, (text) => ({ error: `duplicate: ${text}` })))
    stutterer.whenPinged(bid(80)).whenPosted(inTurn(cut(), cut(), sold('s-1')))
    const market = await openMarket(operator, {
      campaign: { fields: FIELDS, dedupe: { fields: ['phone', 'email'], days: 30 } },
      buyers: { Taker: guideContract(taker), Quoter: guideContract(quoter) },
    })
    const slow = await openMarket(operator, {
      campaign: { fields: FIELDS },
      buyers: { Stutterer: guideContract(stutterer, { on_unknown: 'retry' }) },
    })
    const [person, other] = [canaryPerson(), canaryPerson()]
    const shared = { state: 'TX', landing_page_url: 'https://landing.test/found-in-no-vain' }
    const { supplier, campaignId } = market

    note('a ping', await supplier.ping(campaignId, { ...person, ...shared }))
    const pingId = await supplier.pingId(campaignId, { ...person, ...shared })
    note(
      'a mismatch',
      await supplier.ingest(campaignId, { ...person, ...shared, email: other.email, flo_ping_id: pingId }),
    )
    const lead = await supplier.ingest(campaignId, { ...person, ...shared, flo_ping_id: pingId })
    expect(lead.body.data.status).toBe('ACCEPTED')
    note('a duplicate', await supplier.ingest(campaignId, { ...person, ...shared, first_name: 'Again' }))
    note(
      'bad values',
      await supplier.ingest(campaignId, { ...person, phone: person.address, email: person.first_name }),
    )
    note('a bad state', await supplier.ingest(campaignId, { ...person, state: person.address }))
    note('an unknown campaign', await supplier.ingest('camp_none', person))
    note('contact data in a ping', await supplier.call('POST', '/v1/ping', { json: { vertical: 'x', ...person } }))
    note('a broken body', await supplier.call('POST', '/api/v1/ingest', { body: `{"phone":"${person.phone}",` }))
    const pending = await slow.supplier.ingest(slow.campaignId, { ...other, ...shared })
    expect(pending.status).toBe(202)

    await stored(market, 1)
    await stored(slow, 1)
    const leadId = lead.body.data.id
    const report = { status: 'contacted', note: `called ${person.phone}`, lead_id: leadId }
    expect((await operator.post(`/v1/leads/${leadId}/status`, { status: 'contacted', note: report.note })).status).toBe(
      201,
    )
    expect((await search({ phone: person.phone })).body.data.map(({ id }) => id)).toEqual([leadId])

    const auction = await operator.auctionOf(leadId)
    texts.push({ name: 'the trace', bytes: Buffer.from(JSON.stringify(auction)) })
    note('the events', await operator.get(`/v1/leads/${leadId}/events`))
    note('the audit log', await operator.get('/v1/audit-log?limit=200'))
    note('the report', await operator.get('/v1/reports/pnl?group_by=campaign'))
    for (const call of [...taker.pings, ...quoter.pings, ...stutterer.pings]) {
      texts.push({
        name: 'a ping to a buyer',
        bytes: Buffer.from(`${call.path} ${JSON.stringify(call.headers)} ${call.body}`),
      })
    }
    for (const call of [...taker.posts, ...quoter.posts, ...stutterer.posts]) {
      texts.push({ name: 'the URL of a post', bytes: Buffer.from(`${call.path} ${JSON.stringify(call.headers)}`) })
    }
    await vi.waitFor(() => expect(stutterer.posts.length).toBeGreaterThan(2), WITHIN_SECONDS)
    await vi.waitFor(async () => {
      expect((await operator.lead(pending.body.data.id)).body.status).toBe('sold')
    }, WITHIN_SECONDS)

    const running = filesBelow(gavel.stateDir)
    await gavel.kill()
    const logs = [gavel.printed, gavel.said].map((text) => ({ name: 'the log', bytes: Buffer.from(text) }))
    const files = [...running, ...filesBelow(gavel.stateDir)]
    const needles = needlesOf({ ...person }).concat(needlesOf({ ...other }))
    expect(found(needles, [...texts, ...logs, ...files])).toEqual([])

    // The eyes are open: what may be there is found, and the canaries where they belong.
    const posts = Buffer.from(taker.posts.map(({ body }) => body).join())
    for (const [field, value] of Object.entries(person)) expect([field, posts.includes(value)]).toEqual([field, true])
    expect(files.filter(({ name }) => name.includes('sqlite')).length).toBeGreaterThan(5)
    expect(files.some(({ bytes }) => bytes.includes(campaignId))).toBe(true)
    expect(files.some(({ bytes }) => bytes.includes(Buffer.from(auction.id)))).toBe(true)
    gavel = await gavel.again()
    operator = new Operator(gavel.url, OPERATOR_KEY)
    expect((await operator.lead(leadId)).body.fields).toMatchObject(person)
  })
})

describe('a person', () => {
  async function open() {
    return await openMarket(operator, { campaign: { fields: FIELDS }, buyers: { Taker: fixedContract(taker, 40) } })
  }

  it('is found by phone or email in any spelling, by operators, in their own tenant', async () => {
    const market = await open()
    const person = canaryPerson()
    const { body } = await market.supplier.ingest(market.campaignId, person)
    await stored(market, 1)
    const { phone, email } = person
    for (const by of [{ phone: `+1 (${phone.slice(0, 3)}) ${phone.slice(3)}` }, { email: ` ${email.toUpperCase()}` }]) {
      const { status, body: page } = await search(by)
      expect([status, page.data]).toMatchObject([200, [{ id: body.data.id, fields: person }]])
    }
    expect((await search({ phone: canaryPerson().phone })).body.data).toEqual([])
    expect((await search({ phone }, new Caller(gavel.url, SANDBOX_KEY))).body.data).toEqual([])
    expect((await search({ phone }, market.supplier)).status).toBe(403)
    for (const by of [
      {},
      { phone, email },
      { phone: 'abc' },
      { email: 'abc' },
      { phone, limit: 0 },
      { phone, more: 1 },
    ]) {
      const { status, text } = await search(by)
      expect([by, status]).toEqual([by, 422])
      expect(text).not.toContain(phone)
    }
  })

  it('is erased by one call, with a receipt that can be read again, and stays erased', async () => {
    const market = await open()
    const person = canaryPerson()
    const first = await market.supplier.ingest(market.campaignId, person)
    await stored(market, 1)
    const headers = { 'idempotency-key': 'erase-1' }
    const receipt = await erase({ email: person.email }, headers)
    expect([receipt.status, receipt.body]).toMatchObject([
      201,
      { subject: 'email', status: 'completed', leads: 1, auctions: 1, dead_letters: 0 },
    ])
    expect(receipt.text).not.toContain(person.email)
    expect(await erase({ email: person.email }, headers)).toMatchObject({ status: 201, text: receipt.text })
    expect((await operator.get(`/v1/erasures/${receipt.body.id}`)).text).toBe(receipt.text)
    expect((await operator.get('/v1/erasures/era_none')).status).toBe(404)
    expect((await new Caller(gavel.url, SANDBOX_KEY).get(`/v1/erasures/${receipt.body.id}`)).status).toBe(404)
    expect((await market.supplier.get(`/v1/erasures/${receipt.body.id}`)).status).toBe(403)

    const leadId = first.body.data.id
    expect((await operator.lead(leadId)).body).toMatchObject({ status: 'sold', revenue: 40, fields: null })
    expect((await operator.leads(`campaign_id=${market.campaignId}`)).body.data[0]?.fields).toBeNull()
    expect((await operator.auctionOf(leadId)).trace.length).toBeGreaterThan(3)
    expect((await search({ phone: person.phone })).body.data).toEqual([])
    expect((await erase({ email: person.email })).body).toMatchObject({ leads: 0, auctions: 0 })
    const { body: log } = await operator.get<Page<{ target: { id: string } }>>('/v1/audit-log?action=person.erase')
    expect(log.data.map(({ target }) => target.id)).toContain(receipt.body.id)
    expect(JSON.stringify(log)).not.toContain(person.email)
  })

  it('is erased while its lead is on its way to the database too', async () => {
    const market = await open()
    const person = canaryPerson()
    const { body } = await market.supplier.ingest(market.campaignId, person)
    expect((await erase({ phone: person.phone })).status).toBe(201)
    const [lead] = await stored(market, 1)
    await vi.waitFor(async () => {
      expect((await operator.lead(body.data.id)).body.fields).toBeNull()
    }, WITHIN_SECONDS)
    expect(lead?.fields).toBeNull()
    expect((await search({ phone: person.phone })).body.data).toEqual([])
  })
})

describe('how long leads are kept', () => {
  it('is said in days by class, and set on record', async () => {
    const defaults = { contact_days: 730, details_days: 1_826 }
    expect((await operator.get('/v1/retention')).body).toEqual(defaults)
    for (const [days, field] of [
      [{ contact_days: 0, details_days: 5 }, 'contact_days'],
      [{ contact_days: 9, details_days: 5 }, 'contact_days'],
      [{ contact_days: 9 }, 'details_days'],
    ] as const) {
      const { status, body } = await operator.put<Problem>('/v1/retention', days)
      expect([status, body.field_errors?.[0]?.field]).toEqual([422, field])
    }
    const days = { contact_days: 90, details_days: 730 }
    expect((await operator.put('/v1/retention', days)).body).toEqual(days)
    expect((await operator.get('/v1/retention')).body).toEqual(days)
    expect((await new Caller(gavel.url, SANDBOX_KEY).get('/v1/retention')).body).toEqual(defaults)
    const { body: log } = await operator.get<Page<{ after: object }>>('/v1/audit-log?action=retention.update')
    expect(log.data[0]?.after).toMatchObject(days)
  })
})
