import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { CAMPAIGN, DB, type Management, make, SANDBOX_OPERATOR, startManagement } from '../../support/management'

const buyerUrl = inject('buyerUrl')
const MASK = '********'
const SECRET = 'a secret/of+the buyer'
const FILTERS = [{ field: 'state', op: 'in', value: ['FL', 'CA'] }]
const ANSWER = { accepted: [{ path: 'accepted', op: 'eq', value: true }], price: ['bid_price'] }

let management: Management
let campaignId: string
let path: string
let logs = 0
/** Where this test's buyer is; what it is sent is kept under a name of its own. */
let log: string

beforeAll(async () => {
  management = await startManagement()
})
beforeEach(async () => {
  campaignId = await make(management, '/v1/campaigns', { ...CAMPAIGN, floor_price: 5 })
  const buyerId = await make(management, '/v1/buyers', { name: 'Big Insurance' })
  path = `/v1/campaigns/${campaignId}/buyers/${buyerId}`
  log = `trial-${++logs}`
})

const at = (manner: string, kind = 'test') => `${buyerUrl}/${log}-${kind}/${manner}`
const received = async (kind: 'live' | 'test') => (await fetch(`${buyerUrl}/_log/${log}-${kind}`)).json<object[]>()
const raw = (body: unknown) => `raw/${encodeURIComponent(JSON.stringify(body))}`
const tryIt = (body: object = {}, options = {}) => management.call('POST', `${path}/try`, body, options)
const put = async (contract: object) => expect((await management.call('PUT', path, contract)).status).toBe(201)

/** A contract whose test URLs behave in these manners, and whose live ones take every lead. */
function contractWith(ping: string | null, post: string, overrides: object = {}) {
  return {
    price: 40,
    ...(ping !== null && {
      ping: {
        request: {
          url: at('bid/20', 'live'),
          test_url: at(ping),
          template: { st: '{{state}}', ref: '{{auction_id}}' },
        },
        answer: { ...ANSWER, captures: { ref: 'ref' }, reference: ['id'] },
      },
    }),
    post: {
      request: {
        url: at('accept/live', 'live'),
        test_url: at(post),
        template: { name: '{{first_name}}', phone: '{{phone}}', ref: '{{ping.ref}}', of: '{{ping.reference}}' },
      },
      answer: { accepted: [{ on: 'status', op: 'eq', value: 201 }], reference: ['id'] },
    },
    ...overrides,
  }
}

describe('rendering', () => {
  test('shows ping and post of the stored contract for a sample lead, and sends neither', async () => {
    await put(contractWith('bid/12', 'accept'))
    const { status, body } = await tryIt()
    expect(status).toBe(200)
    expect(body).toMatchObject({
      target: null,
      lead: { first_name: 'Maria', phone: '5125550182', state: 'TX' },
      ignored_members: [],
      ping: {
        request: {
          method: 'POST',
          url: at('bid/20', 'live'),
          headers: {
            'content-type': 'application/json',
            'idempotency-key': expect.stringMatching(/^ping_auc_\w{43}_/),
          },
          body: expect.stringMatching(/^\{"st":"TX","ref":"auc_\w{43}"\}$/),
        },
        sent: false,
        not_sent: 'send is false',
        answer: null,
        outcome: null,
        verdict: null,
      },
      bid: { amount: null, currency: 'USD', passes: null, reason: null, floor_price: 5 },
      post: { request: { body: '{"name":"Maria","phone":"5125550182","ref":null,"of":null}' }, sent: false },
    })
    expect([...(await received('test')), ...(await received('live'))]).toEqual([])
  })

  test('takes a contract that is not stored, and stores neither it nor anything else', async () => {
    const rows = () =>
      DB.prepare(
        `SELECT (SELECT count(*) FROM buyer_contracts) + (SELECT count(*) FROM publishes) + (SELECT count(*) FROM leads)
           + (SELECT count(*) FROM ledger) AS n`,
      ).first<number>('n')
    const before = await rows()
    const { body } = await tryIt({ contract: contractWith('bid/12', 'accept'), send: true })
    expect(body.post.outcome).toBe('accepted')
    expect(await rows()).toBe(before)
    expect((await management.call('GET', path)).status).toBe(404)
    expect(management.told.filter(([, , id]) => path.endsWith(id))).toHaveLength(1)
  })

  test('fills in what is not given, with values that the filters let through', async () => {
    const fields = [
      { name: 'age', type: 'number', required: true },
      { name: 'plan', type: 'enum', values: ['basic', 'full'] },
      { name: 'born', type: 'date' },
    ]
    await management.call('PATCH', `/v1/campaigns/${campaignId}`, {
      fields,
      filters: [
        { field: 'age', op: 'between', value: [25, 80] },
        { field: 'plan', op: 'ne', value: 'basic' },
        { field: 'nickname', op: 'not_exists' },
      ],
    })
    const { body } = await tryIt({
      contract: contractWith('bid/12', 'accept', { filters: [...FILTERS, { field: 'miles', op: 'gt', value: 10 }] }),
      lead: { first_name: 'Ana', favourite: 'blue' },
    })
    expect(body.lead).toMatchObject({ first_name: 'Ana', age: 25, plan: 'full', born: '1980-05-12', state: 'FL' })
    expect(Number(body.lead.miles)).toBeGreaterThan(10)
    expect(body.lead).not.toHaveProperty('nickname')
    expect(body.lead).not.toHaveProperty('favourite')
    expect(body.ignored_members).toEqual(['favourite'])
    expect(body.bid).toMatchObject({ failed_filters: [], failed_campaign_filters: [] })
  })

  test('leaves out what is given as null, and reads what is given as a lead is read', async () => {
    const contract = contractWith('bid/12', 'accept')
    const { body } = await tryIt({ contract, lead: { first_name: null, phone: '+1 (512) 555-0199' } })
    expect(body.lead).not.toHaveProperty('first_name')
    expect(body.post.request.body).toBe('{"name":null,"phone":"5125550199","ref":null,"of":null}')
  })

  test('says which filters keep the lead from the buyer', async () => {
    const { body } = await tryIt({
      contract: contractWith('bid/12', 'accept', { filters: FILTERS }),
      lead: { state: 'TX' },
    })
    expect(body.bid).toMatchObject({
      passes: false,
      reason: 'filtered',
      failed_filters: ['state must be one of: FL, CA'],
      failed_campaign_filters: [],
    })
  })

  test('says which filters keep the lead out of the campaign, whatever the buyer bids', async () => {
    await management.call('PATCH', `/v1/campaigns/${campaignId}`, { filters: FILTERS })
    const sent = { contract: contractWith('bid/12', 'accept'), lead: { state: 'TX' }, send: 'test' }
    expect((await tryIt(sent)).body).toMatchObject({
      ping: { verdict: { result: 'bid' } },
      bid: { amount: 12, passes: false, reason: 'filtered', failed_campaign_filters: ['state must be one of: FL, CA'] },
    })
  })
})

describe('sending to the test URLs', () => {
  test('shows what was answered, what decided, and what the ping told the post', async () => {
    await put(contractWith(raw({ accepted: true, bid_price: '$12.50', ref: 'r-1', id: 77 }), 'accept/b-9'))
    const { body } = await tryIt({ send: 'test' })
    expect(body).toMatchObject({
      target: 'test',
      ping: {
        sent: true,
        not_sent: null,
        failure: null,
        answer: {
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: '{"accepted":true,"bid_price":"$12.50","ref":"r-1","id":77}',
          truncated: false,
        },
        format: 'json',
        outcome: 'accepted',
        decided_by: 'accepted[0]',
        price: { amount: 12.5, currency: 'USD', invalid: null },
        reference: '77',
        captures: { ref: 'r-1' },
        verdict: { result: 'bid', reason: null },
      },
      bid: { amount: 12.5, currency: 'USD', source: 'answer', passes: true, reason: null },
      post: {
        request: { url: at('accept/b-9'), body: '{"name":"Maria","phone":"5125550182","ref":"r-1","of":"77"}' },
        sent: true,
        answer: { status: 201 },
        outcome: 'accepted',
        decided_by: 'accepted[0]',
        reference: 'b-9',
        verdict: { result: 'sold' },
      },
    })
    expect(await received('test')).toMatchObject([
      { headers: { 'idempotency-key': body.ping.request.headers['idempotency-key'] }, body: body.ping.request.body },
      { headers: { 'idempotency-key': body.post.request.headers['idempotency-key'] }, body: body.post.request.body },
    ])
    expect(await received('live')).toEqual([])
  })

  test.each([
    ['below the floor', 4, {}, 'below_floor'],
    ['below min_bid', 6, { min_bid: 10 }, 'below_min_bid'],
    ['above max_bid', 600, { max_bid: 500 }, 'above_max_bid'],
  ])('says that a bid %s would not pass, and posts all the same', async (_, price, overrides, reason) => {
    const { body } = await tryIt({ send: true, contract: contractWith(`bid/${price}`, 'accept', overrides) })
    expect(body.ping).toMatchObject({ outcome: 'accepted', verdict: { result: 'no_bid', reason } })
    expect(body.bid).toMatchObject({ amount: price, passes: false, reason })
    expect(body.post.sent).toBe(true)
  })

  test('says that a bid whose own time is over would be ignored', async () => {
    const until = (valid: string) => {
      const whole = contractWith(raw({ accepted: true, bid_price: 12, until: valid }), 'accept')
      const answer = { ...whole.ping?.answer, captures: { valid_until: 'until' } }
      return { ...whole, ping: { ...whole.ping, answer } }
    }
    const { body } = await tryIt({ send: true, contract: until('2020-01-01T00:00:00Z') })
    expect(body.ping).toMatchObject({ outcome: 'accepted', verdict: { result: 'no_bid', reason: 'bid_expired' } })
    expect(body.bid).toMatchObject({ amount: 12, passes: false, reason: 'bid_expired' })
    expect(body.post.sent).toBe(true)
    const later = await tryIt({ send: true, contract: until('2100-01-01T00:00:00Z') })
    expect(later.body).toMatchObject({ ping: { verdict: { result: 'bid' } }, bid: { passes: true, reason: null } })
  })

  test('says why a price is none, and posts what the yes captured', async () => {
    const ping = raw({ accepted: true, bid_price: -1, ref: 'r-2' })
    const { body } = await tryIt({ send: true, contract: contractWith(ping, 'accept') })
    expect(body.ping).toMatchObject({
      outcome: 'accepted',
      price: { amount: null, invalid: 'price is negative' },
      verdict: { result: 'no_bid', reason: 'invalid_bid' },
    })
    expect(body.bid).toMatchObject({ amount: null, passes: false, reason: 'invalid_bid' })
    expect(JSON.parse(body.post.request.body)).toMatchObject({ ref: 'r-2' })
  })

  test('falls back on the price of the contract', async () => {
    const { body } = await tryIt({ send: true, contract: contractWith(raw({ accepted: true }), 'accept') })
    expect(body.ping.price).toBeNull()
    expect(body.bid).toMatchObject({ amount: 40, source: 'contract', passes: true })
  })

  test('posts nothing after a no', async () => {
    const { body } = await tryIt({ send: true, contract: contractWith('decline', 'accept') })
    expect(body.ping).toMatchObject({ outcome: 'rejected', decided_by: null, verdict: { reason: 'declined' } })
    expect(body.post).toMatchObject({ sent: false, not_sent: 'the ping was not answered with a yes' })
    expect(await received('test')).toHaveLength(1)
  })

  test('posts at once to a buyer without a ping', async () => {
    const { body } = await tryIt({ send: true, contract: contractWith(null, 'reject') })
    expect(body).toMatchObject({
      ping: null,
      bid: { amount: 40, source: 'contract', passes: true },
      post: { outcome: 'rejected', verdict: { result: 'unsold', reason: 'post_rejected' } },
    })
  })

  test.each([
    [
      'a yes with a server error',
      'status/500',
      { outcome: 'rejected', verdict: { result: 'no_bid', reason: 'buyer_error' } },
    ],
    ['a web page', 'html', { outcome: 'unknown', format: 'text', verdict: { reason: 'buyer_error' } }],
    ['half an answer', 'half', { outcome: 'unknown', verdict: { reason: 'buyer_error' } }],
    ['ten megabytes', 'big', { answer: { truncated: true }, verdict: { detail: 'too_large' } }],
    ['a cut line', 'reset', { answer: null, failure: { reason: 'network_error' }, outcome: null }],
  ])('shows %s for what it is', async (_, manner, expected) => {
    const { body, status } = await tryIt({ send: true, contract: contractWith(manner, 'accept') })
    expect(status).toBe(200)
    expect(body.ping).toMatchObject(expected)
    expect(body.bid).toMatchObject({ passes: false, reason: 'buyer_error' })
    expect(body.post.sent).toBe(false)
    if (manner === 'big') expect(body.ping.answer.body).toHaveLength(65_536)
  })

  test('waits as long as the contract says, and no longer', async () => {
    const contract = contractWith('hang', 'accept')
    const request = { ...contract.ping?.request, timeout_ms: 150 }
    const started = Date.now()
    const { body } = await tryIt({ send: true, contract: { ...contract, ping: { ...contract.ping, request } } })
    expect(body.ping).toMatchObject({ answer: null, failure: { reason: 'timed_out' } })
    expect(body.bid.reason).toBe('timed_out')
    expect(Date.now() - started).toBeLessThan(1_500)
  })

  test.each([true, 'test'])('is refused without test URLs, and reaches nobody (%s)', async (send) => {
    const { ping, post } = contractWith('bid/12', 'accept')
    const live = {
      price: 40,
      ping: { ...ping, request: { url: ping?.request.url } },
      post: { request: { url: post.request.url } },
    }
    const tried = await tryIt({ send, contract: live })
    expect(tried.status).toBe(422)
    expect(tried.body.field_errors).toMatchObject([
      { field: 'contract.ping.request.test_url', code: 'missing_required' },
      { field: 'contract.post.request.test_url', code: 'missing_required' },
    ])
    await put(live)
    const stored = await tryIt({ send })
    expect(stored.body.field_errors).toMatchObject([
      { field: 'ping.request.test_url' },
      { field: 'post.request.test_url' },
    ])
    expect(await received('live')).toEqual([])
  })
})

describe('sending to the live URLs', () => {
  test('happens where it is asked for by name', async () => {
    await put(contractWith('bid/12', 'accept'))
    const { body } = await tryIt({ send: 'live' })
    expect(body).toMatchObject({ target: 'live', bid: { amount: 20, passes: true }, post: { reference: 'live' } })
    expect([await received('live'), await received('test')]).toMatchObject([[{}, {}], []])
  })

  test('sends no ping that filters would have kept back', async () => {
    const contract = contractWith('bid/12', 'accept', { filters: FILTERS })
    const { body } = await tryIt({ send: 'live', contract, lead: { state: 'TX' } })
    expect(body.ping).toMatchObject({ sent: false, not_sent: 'filters keep this lead from the buyer' })
    expect(body.post.sent).toBe(false)
    expect(await received('live')).toEqual([])
  })

  test('sends no post that an auction would not have sent', async () => {
    const { body } = await tryIt({ send: 'live', contract: contractWith('bid/12', 'accept', { max_bid: 19 }) })
    expect(body.bid).toMatchObject({ amount: 20, passes: false, reason: 'above_max_bid' })
    expect(body.post).toMatchObject({ sent: false, not_sent: 'an auction would not have sold the lead for this' })
    expect(await received('live')).toHaveLength(1)
  })
})

describe('secrets', () => {
  const withAuth = (ping: object, post: object, manner = 'echo') => {
    const contract = contractWith(manner, 'echo')
    return {
      ...contract,
      ping: { ...contract.ping, request: { ...contract.ping?.request, auth: ping } },
      post: { ...contract.post, request: { ...contract.post.request, auth: post } },
    }
  }
  const spelled = [
    SECRET,
    encodeURIComponent(SECRET),
    'a+secret%2Fof%2Bthe+buyer',
    btoa(SECRET),
    btoa(`gavel-1:${SECRET}`),
  ]

  test.each<
    [string, object, (request: { url: string; headers: Record<string, string>; body: string }) => unknown, unknown]
  >([
    ['bearer', { type: 'bearer', token: SECRET }, ({ headers }) => headers.authorization, `Bearer ${MASK}`],
    [
      'basic',
      { type: 'basic', username: 'gavel-1', password: SECRET },
      ({ headers }) => headers.authorization,
      `Basic ${MASK}`,
    ],
    ['header', { type: 'header', name: 'X-Key', value: SECRET }, ({ headers }) => headers['x-key'], MASK],
    ['query', { type: 'query', name: 'key', value: SECRET }, ({ url }) => url.split('?')[1], `key=${MASK}`],
    ['body', { type: 'body', name: 'key', value: SECRET }, ({ body }) => JSON.parse(body).key, MASK],
  ])(
    'of auth %s are sent and masked where they stand, also where the buyer says them back',
    async (_, auth, masked, expected) => {
      await put(withAuth(auth, auth))
      for (const send of [false, 'test']) {
        const { body } = await tryIt({ send })
        expect([masked(body.ping.request), masked(body.post.request)]).toEqual([expected, expected])
        const text = JSON.stringify(body)
        for (const spelling of spelled) expect(text).not.toContain(spelling)
      }
      const sent = JSON.stringify(await received('test'))
      expect(spelled.some((spelling) => sent.includes(spelling))).toBe(true)
    },
  )

  test('of OAuth are exchanged for a token, and neither is shown', async () => {
    const auth = {
      type: 'oauth_client_credentials',
      token_url: at('token/the-access-token', 'oauth'),
      client_id: 'gavel',
      client_secret: SECRET,
    }
    const { body } = await tryIt({ send: 'test', contract: withAuth(auth, auth) })
    expect(body.ping.request.headers.authorization).toBe(`Bearer ${MASK}`)
    expect(JSON.stringify(body)).not.toMatch(/the-access-token/)
    expect(JSON.stringify(await received('test'))).toContain('Bearer the-access-token')
  })

  test('to sign by are used and not shown, nor is the signature', async () => {
    const contract = contractWith('echo', 'echo')
    const request = { ...contract.post.request, signature: { secret: SECRET } }
    await put({ ...contract, post: { ...contract.post, request } })
    const { body } = await tryIt({ send: 'test' })
    expect(body.post.request.headers['x-ld-signature']).toBe(MASK)
    expect(JSON.stringify(body)).not.toContain(SECRET)
    const signature = expect.stringMatching(/^t=\d{10},v1=[0-9a-f]{64}$/)
    expect((await received('test'))[1]).toMatchObject({ headers: { 'x-ld-signature': signature } })
  })

  test('that cannot be exchanged are a failure with its reason', async () => {
    const auth = { type: 'oauth_client_credentials', token_url: at('status/401'), client_id: 'a', client_secret: 'b' }
    const { body } = await tryIt({ send: 'test', contract: withAuth(auth, { type: 'none' }) })
    expect(body.ping).toMatchObject({ answer: null, failure: { reason: 'no_credentials' } })
    expect(body.bid).toMatchObject({ passes: false, reason: 'buyer_error' })
  })

  test('of the stored contract stand in for masks, and what stands for nothing is refused', async () => {
    const bearer = (token: string) => ({ type: 'bearer', token })
    await put(withAuth(bearer(SECRET), { type: 'none' }))
    await tryIt({ send: 'test', contract: withAuth(bearer(MASK), { type: 'none' }) })
    expect(await received('test')).toMatchObject([{ headers: { authorization: `Bearer ${SECRET}` } }, {}])
    const refused = await tryIt({ contract: withAuth(bearer(MASK), bearer(MASK)) })
    expect(refused.body.field_errors).toMatchObject([{ field: 'contract.post.request.auth.token' }])
  })
})

describe('refusals', () => {
  test.each<[string, object, string, string]>([
    ['an unknown member', { colour: 'red' }, 'colour', 'unknown_field'],
    ['an unknown way of sending', { send: 'both' }, 'send', 'invalid_value'],
    ['a lead that is a list', { lead: [] }, 'lead', 'wrong_type'],
    ['a field that is an object', { lead: { phone: {} } }, 'lead.phone', 'invalid_value'],
    ['a phone number that is none', { lead: { phone: '12' } }, 'lead.phone', 'invalid_value'],
    ['a required field that is blank', { lead: { email: ' ' } }, 'lead.email', 'missing_required'],
    [
      'an unknown preset',
      { contract: { ...contractWithUrls(), preset: 'nobody' } },
      'contract.preset',
      'unknown_preset',
    ],
    [
      'an unknown member of the contract',
      { contract: { ...contractWithUrls(), colour: 1 } },
      'contract.colour',
      'unknown_field',
    ],
    [
      'a filter on no field',
      { contract: { ...contractWithUrls(), filters: [{ field: '__proto__', op: 'exists' }] } },
      'contract.filters.0.field',
      'invalid_value',
    ],
    [
      'personal data in a ping',
      { contract: contractWithUrls({ p: '{{phone | md5}}' }) },
      'contract.ping.request.template.p',
      'pii_in_ping',
    ],
    [
      'a template that does not parse',
      { contract: contractWithUrls({ p: '{{state' }) },
      'contract.ping.request.template.p',
      'invalid_template',
    ],
    [
      'an unknown pipe',
      { contract: contractWithUrls({ p: '{{state | shout}}' }) },
      'contract.ping.request.template.p',
      'invalid_template',
    ],
    [
      'a URL of the inner network',
      { contract: { price: 1, post: { request: { url: 'https://10.0.0.1/', test_url: 'https://10.0.0.2/' } } } },
      'contract.post.request.test_url',
      'url_not_allowed',
    ],
  ])('%s', async (_, body, field, code) => {
    const answer = await tryIt(Object.hasOwn(body, 'contract') ? body : { contract: contractWithUrls(), ...body })
    expect(answer.status).toBe(422)
    expect(answer.body.field_errors).toContainEqual({ field, code, expected: expect.stringMatching(/\w/) })
  })

  test('a stored contract that a change of the campaign has made wrong', async () => {
    await put(contractWithUrls({ c: '{{city}}' }))
    expect((await tryIt()).status).toBe(200)
    const fields = [{ name: 'city', type: 'string', pii: true }]
    await management.call('PATCH', `/v1/campaigns/${campaignId}`, { fields })
    const { status, body } = await tryIt()
    expect(status).toBe(422)
    expect(body.field_errors).toMatchObject([{ field: 'ping.request.template.c', code: 'pii_in_ping' }])
  })

  test('a template that grows too long for this lead', async () => {
    const grow = `{{note${' | append: "xxxxxxxxxxxxxxxx" | replace: "x", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"'.repeat(6)}}}`
    const { status, body } = await tryIt({ contract: contractWithUrls({ n: grow }), lead: { note: 'x'.repeat(4_000) } })
    expect(status).toBe(422)
    expect(body.field_errors).toMatchObject([{ field: 'contract.ping.request.template', code: 'invalid_template' }])
  })

  test('a buyer without a contract, an unknown campaign, an archived buyer', async () => {
    expect(await tryIt()).toMatchObject({ status: 404, body: { message: expect.stringContaining('contract') } })
    const nowhere = await management.call('POST', '/v1/campaigns/camp_x/buyers/buy_x/try', {})
    expect(nowhere.status).toBe(404)
    await put(contractWithUrls())
    await management.call('DELETE', `/v1/buyers/${path.split('/').at(-1)}`)
    expect((await tryIt()).status).toBe(409)
  })

  test("another tenant's campaign; each tenant has its own", async () => {
    await put(contractWithUrls())
    expect((await tryIt({}, { key: SANDBOX_OPERATOR })).status).toBe(404)
    const key = SANDBOX_OPERATOR
    const campaign = await make(management, '/v1/campaigns', CAMPAIGN, key)
    const buyer = await make(management, '/v1/buyers', { name: 'Test buyer' }, key)
    const url = `/v1/campaigns/${campaign}/buyers/${buyer}/try`
    const body = { contract: contractWith('bid/12', 'accept'), send: 'test' }
    expect((await management.call('POST', url, body, { key })).body).toMatchObject({ bid: { passes: true } })
  })

  test('nothing of what else it is sent with a failure', async () => {
    const anything = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(true, 'test', '{{state}}', '{{', {}))
    const lead = fc.oneof(
      anything,
      fc.dictionary(fc.constantFrom('phone', 'state', '__proto__', 'constructor'), anything),
    )
    const request = fc.record(
      {
        url: fc.constant('https://buyer.example/'),
        template: anything,
        format: fc.constantFrom('json', 'xml', 'form'),
      },
      { requiredKeys: ['url'] },
    )
    const contract = fc.record(
      { price: fc.constant(1), post: fc.record({ request }), filters: anything },
      { requiredKeys: ['post'] },
    )
    const body = fc.record({ lead, contract }, { requiredKeys: [] })
    await put(contractWithUrls())
    await fc.assert(
      fc.asyncProperty(body, async (trial) => {
        expect([200, 400, 422]).toContain((await tryIt(trial)).status)
        expect(management.errors).toEqual([])
      }),
      { numRuns: 150 },
    )
  }, 60_000)

  test('whoever is no operator', async () => {
    expect((await tryIt({}, { key: null })).status).toBe(401)
    const { body } = await management.call('POST', '/v1/suppliers', { name: 'Acme' })
    expect((await tryIt({}, { key: body.api_key })).status).toBe(403)
  })
})

/** URLs that no test reaches. */
function contractWithUrls(ping: object = { st: '{{state}}' }) {
  const request = { url: 'https://buyer.example/ping', test_url: 'https://buyer.example/test' }
  return { price: 40, ping: { request: { ...request, template: ping } }, post: { request } }
}
