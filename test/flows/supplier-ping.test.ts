import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { call, Operator, type PingReply, Supplier, UNKNOWN_KEY } from '../support/gavel-client'
import { HttpBuyer } from '../support/http-buyer'
import { CONTACT_FIELDS, fixedContract, freshLead, guideContract, type Market, openMarket } from '../support/market'
import { OPERATOR_KEY, SANDBOX_KEY, ServedGavel } from '../support/served-gavel'

/** What a supplier reads beside each reason: the guide's own words. */
const MESSAGES = {
  filtered: 'Lead does not meet campaign filters',
  invalid_campaign: 'Campaign not found or has no active buyers',
  inactive_campaign: 'Campaign is paused',
  unauthorized: 'Invalid API key or supplier not linked to this campaign',
}

let gavel: ServedGavel
let operator: Operator
let buyer: HttpBuyer
let market: Market

beforeAll(async () => {
  buyer = await HttpBuyer.start()
  gavel = await ServedGavel.start()
  operator = new Operator(gavel.url, OPERATOR_KEY)
  market = await openMarket(operator, {
    campaign: {
      fields: [
        ...CONTACT_FIELDS,
        { name: 'state', type: 'state', required: true, required_on: 'ping' },
        { name: 'age', type: 'number' },
        { name: 'insured', type: 'boolean' },
        { name: 'dob', type: 'date' },
        { name: 'zip', type: 'zip' },
        { name: 'page', type: 'url' },
        { name: 'coverage', type: 'enum', values: ['full', 'liability'] },
        { name: 'comment', type: 'string' },
      ],
      filters: [
        { field: 'state', op: 'in', value: ['TX', 'FL', 'CA'] },
        { field: 'age', op: 'gte', value: 21 },
        { field: 'zip', op: 'not_in', value: ['99999'] },
      ],
    },
    buyers: { only: guideContract(buyer) },
  })
})

afterAll(async () => {
  await buyer?.close()
  await gavel?.[Symbol.asyncDispose]()
})

const refusal = (reason: keyof typeof MESSAGES) => ({ accepted: false, reason, message: MESSAGES[reason] })

describe('a ping that does not meet the filters', () => {
  it('is told what the campaign takes, in a sentence', async () => {
    const { status, body } = await market.supplier.ping(market.campaignId, { state: 'NY' })
    expect(status).toBe(200)
    expect(body).toEqual({ ...refusal('filtered'), filter_errors: ['state must be one of: TX, FL, CA'] })
  })

  it('is told of every filter that it does not meet, in their order', async () => {
    const { body } = await market.supplier.ping(market.campaignId, { state: 'NY', age: 20, zip: '99999' })
    expect(body.filter_errors).toEqual([
      'state must be one of: TX, FL, CA',
      'age must be at least 21',
      'zip must not be one of: 99999',
    ])
  })

  it('may leave out what is filtered on: a ping is partial', async () => {
    expect((await market.supplier.ping(market.campaignId, { state: 'tx' })).body.accepted).toBe(true)
  })

  it('is told so where every buyer filters it out', async () => {
    const { campaignId, supplier } = await openMarket(operator, {
      buyers: { florida: guideContract(buyer, { filters: [{ field: 'state', op: 'eq', value: 'FL' }] }) },
    })
    const { body } = await supplier.ping(campaignId, { state: 'TX' })
    expect(body).toMatchObject(refusal('filtered'))
    expect((await supplier.ping(campaignId, { state: 'FL' })).body.accepted).toBe(true)
  })
})

describe('a ping for a campaign that takes none', () => {
  it('is told that there is no such campaign', async () => {
    for (const id of ['camp_01J9ZQ5F8W3B6T1X0V7K2M4N5P', 'nonsense', '__proto__', '../x', '%00']) {
      const { status, body } = await market.supplier.ping(id, { state: 'TX' })
      expect(status).toBe(200)
      expect(body).toEqual(refusal('invalid_campaign'))
    }
  })

  it('is told the same for a campaign of another tenant', async () => {
    const sandbox = await openMarket(new Operator(gavel.url, SANDBOX_KEY), { buyers: { only: guideContract(buyer) } })
    const { status, body } = await market.supplier.ping(sandbox.campaignId, { state: 'TX' })
    expect(status).toBe(200)
    expect(body).toEqual(refusal('invalid_campaign'))
  })

  it('is told the same where no buyer is active', async () => {
    const { campaignId, supplier, buyerIds } = await openMarket(operator, { buyers: { only: guideContract(buyer) } })
    const contract = `/v1/campaigns/${campaignId}/buyers/${buyerIds.only}`
    await operator.put(contract, guideContract(buyer, { status: 'paused' }))
    expect((await supplier.ping(campaignId, {})).body).toEqual(refusal('invalid_campaign'))

    await operator.put(contract, guideContract(buyer))
    expect((await supplier.ping(campaignId, {})).body.accepted).toBe(true)
    await operator.patch(`/v1/buyers/${buyerIds.only}`, { status: 'paused' })
    expect((await supplier.ping(campaignId, {})).body).toEqual(refusal('invalid_campaign'))

    await operator.patch(`/v1/buyers/${buyerIds.only}`, { status: 'active' })
    expect((await supplier.ping(campaignId, {})).body.accepted).toBe(true)
    await operator.call('DELETE', contract)
    expect((await supplier.ping(campaignId, {})).body).toEqual(refusal('invalid_campaign'))
  })

  it('is told that the campaign is paused, and takes part again once it is not', async () => {
    const { campaignId, supplier } = await openMarket(operator, { buyers: { only: guideContract(buyer) } })
    await operator.patch(`/v1/campaigns/${campaignId}`, { status: 'paused' })
    const { status, body } = await supplier.ping(campaignId, {})
    expect(status).toBe(200)
    expect(body).toEqual(refusal('inactive_campaign'))
    await operator.patch(`/v1/campaigns/${campaignId}`, { status: 'active' })
    expect((await supplier.ping(campaignId, {})).body.accepted).toBe(true)
  })

  it('is told that there is no such campaign once it was archived', async () => {
    const { campaignId, supplier } = await openMarket(operator, { buyers: { only: guideContract(buyer) } })
    expect((await operator.call('DELETE', `/v1/campaigns/${campaignId}`)).status).toBe(204)
    expect((await supplier.ping(campaignId, {})).body).toEqual(refusal('invalid_campaign'))
  })
})

describe('a ping without the right to it', () => {
  const UNAUTHORIZED = { accepted: false, reason: 'unauthorized', error: 'unauthorized' }

  it.for([
    ['no key', {}],
    ['an empty key', { 'x-api-key': '' }],
    ['a key that is none', { 'x-api-key': 'hunter2' }],
    ['a well-formed key that nobody has', { 'x-api-key': UNKNOWN_KEY }],
    ['another scheme', { authorization: 'Basic aHVudGVyMjo=' }],
    ['an unknown bearer', { authorization: `Bearer ${UNKNOWN_KEY}` }],
  ] as const)('gets 401 with %s', async ([, headers]) => {
    const json = market.supplier.named(market.campaignId, { state: 'TX' })
    const {
      status,
      body,
      headers: answered,
    } = await call<PingReply>('POST', `${gavel.url}/api/v1/ping`, { json, headers })
    expect(status).toBe(401)
    expect(answered.get('content-type')).toBe('application/problem+json')
    const error = Object.keys(headers).length > 0 ? ', error="invalid_token"' : ''
    expect(answered.get('www-authenticate')).toBe(`Bearer realm="gavel"${error}`)
    expect(body).toMatchObject({ ...UNAUTHORIZED, status: 401, message: MESSAGES.unauthorized })
    expect(body.request_id).toBe(answered.get('x-request-id'))
  })

  it('takes the key as a bearer too', async () => {
    const json = market.supplier.named(market.campaignId, { state: 'TX' })
    const headers = { authorization: `Bearer ${market.supplier.key}` }
    expect((await call<PingReply>('POST', `${gavel.url}/api/v1/ping`, { json, headers })).body.accepted).toBe(true)
  })

  it('gets 403 for a supplier that is not linked to the campaign', async () => {
    const stranger = await operator.createSupplier('Stranger')
    const { status, body } = await stranger.ping(market.campaignId, { state: 'TX' })
    expect(status).toBe(403)
    expect(body).toMatchObject({ ...UNAUTHORIZED, status: 403, message: MESSAGES.unauthorized })
  })

  it('gets 403 in the name of another supplier', async () => {
    const stranger = await operator.createSupplier('Impostor')
    const impostor = new Supplier(gavel.url, market.supplier.id, stranger.key)
    const { status, body } = await impostor.ping(market.campaignId, { state: 'TX' })
    expect(status).toBe(403)
    expect(body).toMatchObject(UNAUTHORIZED)
  })

  it("gets 403 with an operator's key", async () => {
    const { status, body } = await new Supplier(gavel.url, market.supplier.id, OPERATOR_KEY).ping(market.campaignId, {})
    expect(status).toBe(403)
    expect(body).toMatchObject(UNAUTHORIZED)
  })

  it('gets 403 as long as its link is paused, and after it was removed', async () => {
    const { campaignId, supplier } = await openMarket(operator, { buyers: { only: guideContract(buyer) } })
    const path = `/v1/campaigns/${campaignId}/suppliers/${supplier.id}`
    const terms = { cost_mode: 'fixed', cost_amount: 1 }
    await operator.put(path, { ...terms, status: 'paused' })
    expect((await supplier.ping(campaignId, {})).status).toBe(403)
    await operator.put(path, terms)
    expect((await supplier.ping(campaignId, {})).body.accepted).toBe(true)
    await operator.call('DELETE', path)
    expect((await supplier.ping(campaignId, {})).status).toBe(403)
  })

  it('gets 401 or 403 once the supplier is paused or archived', async () => {
    const { campaignId, supplier } = await openMarket(operator, { buyers: { only: guideContract(buyer) } })
    await operator.patch(`/v1/suppliers/${supplier.id}`, { status: 'paused' })
    expect((await supplier.ping(campaignId, {})).body).toMatchObject(UNAUTHORIZED)
    await operator.patch(`/v1/suppliers/${supplier.id}`, { status: 'active' })
    expect((await supplier.ping(campaignId, {})).body.accepted).toBe(true)
    await operator.call('DELETE', `/v1/suppliers/${supplier.id}`)
    expect((await supplier.ping(campaignId, {})).body).toMatchObject(UNAUTHORIZED)
  })
})

describe('a ping whose fields are not what the campaign asks for', () => {
  const fieldErrors = async (fields: object) => {
    const { status, body, headers } = await market.supplier.ping(market.campaignId, { state: 'TX', ...fields })
    expect([status, body.error]).toEqual([422, 'invalid_payload'])
    expect(headers.get('content-type')).toBe('application/problem+json')
    return body.field_errors
  }

  it.for([
    ['state', 'Texas', 'invalid_value', 'two-letter US state code'],
    ['state', 12, 'invalid_value', 'two-letter US state code'],
    ['state', ['TX'], 'wrong_type', 'two-letter US state code'],
    ['age', 'forty', 'wrong_type', 'number'],
    ['age', true, 'wrong_type', 'number'],
    ['age', { years: 40 }, 'wrong_type', 'number'],
    ['age', 2 ** 60, 'invalid_value', 'number within ±2^53'],
    ['insured', 'perhaps', 'wrong_type', 'true or false'],
    ['insured', 2, 'wrong_type', 'true or false'],
    ['dob', '31.12.1990', 'invalid_value', 'date as YYYY-MM-DD'],
    ['dob', '1990-02-30', 'invalid_value', 'date as YYYY-MM-DD'],
    ['zip', '7700', 'invalid_value', 'US ZIP code of 5 or 9 digits'],
    ['page', 'http://example.com', 'invalid_value', 'https URL'],
    ['page', 'javascript:alert(1)', 'invalid_value', 'https URL'],
    ['coverage', 'some', 'invalid_value', 'one of: full, liability'],
    ['phone', '12-34', 'invalid_value', 'phone number of 7 to 15 digits'],
    ['phone', 'call me', 'invalid_value', 'phone number of 7 to 15 digits'],
    ['email', 'maria@', 'invalid_value', 'email address'],
    ['comment', 'x'.repeat(8_193), 'too_long', 'at most 8192 characters'],
  ] as const)('is told what %s must be, sent as %j', async ([field, value, code, expected]) => {
    expect(await fieldErrors({ [field]: value })).toEqual([{ field, code, expected }])
  })

  it('is told what is missing on a ping, and all that is wrong at once', async () => {
    expect(await fieldErrors({ state: '', age: 'forty', zip: '1' })).toEqual([
      { field: 'state', code: 'missing_required', expected: 'two-letter US state code' },
      { field: 'age', code: 'wrong_type', expected: 'number' },
      { field: 'zip', code: 'invalid_value', expected: 'US ZIP code of 5 or 9 digits' },
    ])
  })

  it('may carry members that the campaign does not know', async () => {
    const { body } = await market.supplier.ping(market.campaignId, { state: 'TX', gclid: 'abc', utm: { deep: [1] } })
    expect(body.accepted).toBe(true)
  })

  it('may spell its values as people do', async () => {
    const spelled = {
      state: ' tx ',
      age: '40',
      insured: 'Yes',
      zip: '77002-1234',
      coverage: 'FULL',
      phone: '(512) 555-0100',
    }
    expect((await market.supplier.ping(market.campaignId, spelled)).body.accepted).toBe(true)
  })
})

describe('any number of pings', () => {
  it('write nothing and reach no buyer', async () => {
    const databases = () =>
      readdirSync(gavel.stateDir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.sqlite'))
    const before = databases()
    expect(before).not.toEqual([])
    const pings = await Promise.all(
      Array.from({ length: 40 }, () => market.supplier.ping(market.campaignId, { state: 'TX', age: 40 })),
    )
    expect(pings.every(({ body }) => body.accepted)).toBe(true)
    expect(new Set(pings.map(({ body }) => body.ping_id)).size).toBe(40)
    expect(databases()).toEqual(before)
    expect([...buyer.pings, ...buyer.posts]).toEqual([])
    expect((await operator.leads('')).body.data).toEqual([])
    expect((await operator.pnl('')).body.totals).toMatchObject({ leads: 0, sold: 0, revenue: 0 })
  })

  it('take an Idempotency-Key and need none', async () => {
    const headers = { 'idempotency-key': 'ping-1' }
    const first = await market.supplier.ping(market.campaignId, { state: 'TX' }, headers)
    const second = await market.supplier.ping(market.campaignId, { state: 'FL' }, headers)
    expect([first.body.accepted, second.body.accepted]).toEqual([true, true])
  })
})

describe('a ping for a lead that would be refused', () => {
  it('is told that the campaign has it, once one was sold, by whatever leads are known again by', async () => {
    const { supplier, campaignId } = await openMarket(operator, {
      campaign: { dedupe: { fields: ['phone', 'email'], days: 30 } },
      buyers: { any: fixedContract(buyer, 10) },
    })
    const { phone, email } = freshLead()
    expect((await supplier.ping(campaignId, { phone })).body.accepted).toBe(true)
    expect((await supplier.ingest(campaignId, freshLead({ phone, email }))).status).toBe(201)
    const duplicate = { accepted: false, reason: 'duplicate', message: 'Lead was already received' }
    expect((await supplier.ping(campaignId, { phone })).body).toEqual(duplicate)
    expect((await supplier.ping(campaignId, { email: email.toUpperCase() })).body).toEqual(duplicate)
    expect((await supplier.ping(campaignId, {})).body.accepted).toBe(true)
    expect((await supplier.ping(campaignId, { phone: freshLead().phone })).body.accepted).toBe(true)
  })

  it('is not told so of a lead that nobody bought', async () => {
    const { supplier, campaignId } = await openMarket(operator, {
      campaign: { dedupe: { fields: ['phone'], days: 30 }, floor_price: 50 },
      buyers: { any: fixedContract(buyer, 10) },
    })
    const lead = freshLead()
    expect((await supplier.ingest(campaignId, lead)).body.data.status).toBe('UNMATCHED')
    const accepted = async () => (await supplier.ping(campaignId, { phone: lead.phone })).body.accepted
    await vi.waitFor(async () => expect(await accepted()).toBe(true))
  })

  it('is told that the supplier is at its cap, of leads or of what they are paid, and not before', async () => {
    const caps = [{ count: 2 }, { amount: 15 }].map((cap) => ({ period: 'total', ...cap }))
    for (const cap of caps) {
      const { supplier, campaignId } = await openMarket(operator, {
        link: { cost_mode: 'revenue_share', cost_percent: 75, caps: [cap] },
        buyers: { any: fixedContract(buyer, 10) },
      })
      for (let lead = 0; lead < 2; lead++) {
        expect((await supplier.ping(campaignId, {})).body.accepted).toBe(true)
        expect((await supplier.ingest(campaignId, freshLead())).body.data.status).toBe('ACCEPTED')
      }
      if ('count' in cap) expect((await supplier.ping(campaignId, {})).body.reason).toBe('capped')
    }
  })
})
