import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { HOSTILE_URLS } from '../../support/hostile-urls'
import {
  CAMPAIGN,
  CONTRACT,
  DB,
  type Management,
  make,
  SANDBOX_OPERATOR,
  SNAPSHOTS,
  startManagement,
} from '../../support/management'

let management: Management
let campaignId: string
let buyerId: string
let path: string
beforeAll(async () => {
  management = await startManagement()
})
beforeEach(async () => {
  campaignId = await make(management, '/v1/campaigns', CAMPAIGN)
  buyerId = await make(management, '/v1/buyers', { name: 'Big Insurance' })
  path = `/v1/campaigns/${campaignId}/buyers/${buyerId}`
})

/** The contract in full, as the documentation shows it. */
const FULL = {
  status: 'active',
  price: 40,
  priority: 2,
  weight: 3,
  tier: 2,
  min_bid: 5,
  max_bid: 500,
  bid_valid_seconds: 60,
  on_unknown: 'hold',
  filters: [{ field: 'state', op: 'in', value: ['TX', 'FL', 'CA'] }],
  ping: {
    enabled: true,
    request: {
      url: 'https://buyer.example/ping',
      format: 'json',
      timeout_ms: 1500,
      template: { state: '{{state}}', zip3: '{{zip | slice: 0, 3}}', score: '{{ai_quality_score}}' },
    },
    answer: { accepted: [{ path: 'accepted', op: 'eq', value: true }], price: ['bid_price', 'data.price'] },
  },
  post: {
    request: {
      url: 'https://buyer.example/leads',
      format: 'json',
      template: { first_name: '{{first_name}}', phone: '{{phone}}', ref: '{{ping.ref}}' },
    },
    answer: { accepted: [{ on: 'status', op: 'eq', value: 201 }], reference: ['id'] },
  },
  ping_pii: [],
  caps: [{ period: 'day', count: 10, timezone: 'America/Chicago' }],
  schedule: { timezone: 'America/Chicago', windows: [{ days: ['mon', 'tue'], from: '09:00', to: '17:00' }] },
  suppression_list_ids: [],
  preset: null,
}

const secretOf = (token: string) => ({ type: 'bearer', token })
const withSecrets = (ping: string, post: string) => ({
  ...FULL,
  ping: { ...FULL.ping, request: { ...FULL.ping.request, auth: secretOf(ping) } },
  post: { ...FULL.post, request: { ...FULL.post.request, auth: secretOf(post) } },
})

describe('PUT /v1/campaigns/{id}/buyers/{buyerId}', () => {
  test('takes the documented contract in full, echoes it, and takes effect at once', async () => {
    const { status, body } = await management.call('PUT', path, FULL)
    expect(body).toMatchObject({
      ...FULL,
      campaign_id: campaignId,
      buyer_id: buyerId,
      id: expect.stringMatching(/^con_/),
    })
    expect(status).toBe(201)
    expect((await management.call('GET', path)).body).toEqual(body)
    const [contract] = (await management.reader.campaign(campaignId))?.contracts ?? []
    expect(contract?.terms).toEqual({
      id: body.id,
      buyerId,
      buyerName: 'Big Insurance',
      active: true,
      priceMicros: 40_000_000,
      priority: 2,
      weight: 3,
      tier: 2,
      minBidMicros: 5_000_000,
      maxBidMicros: 500_000_000,
      bidValidMs: 60_000,
      onUnknown: 'hold',
      filters: [{ field: 'state', op: 'in', value: ['TX', 'FL', 'CA'] }],
      pings: true,
      pingTimeoutMs: 1500,
      postTimeoutMs: 2000,
      schedule: {
        timeZone: 'America/Chicago',
        open: [
          [540, 1020],
          [1980, 2460],
        ],
      },
    })
    expect(contract?.sealedSecrets).toBeNull()
  })

  test('needs a post URL only, and keeps the id when it is replaced', async () => {
    const first = await management.call('PUT', path, CONTRACT)
    expect(first.body).toMatchObject({
      status: 'active',
      price: 40,
      priority: 1,
      weight: 1,
      tier: 1,
      filters: [],
      caps: [],
      schedule: null,
      suppression_list_ids: [],
      min_bid: null,
      max_bid: null,
      bid_valid_seconds: 300,
      preset: null,
    })
    const second = await management.call('PUT', path, { ...CONTRACT, price: 41 })
    expect([first.status, second.status]).toEqual([201, 200])
    expect(second.body).toMatchObject({ id: first.body.id, price: 41, created_at: first.body.created_at })
  })

  test.each<[string, object, string, string]>([
    ['no post', { price: 40 }, 'post', 'missing_required'],
    ['a post without a URL', { price: 40, post: { request: {} } }, 'post.request.url', 'missing_required'],
    ['an unknown member', { ...CONTRACT, colour: 'red' }, 'colour', 'unknown_field'],
    [
      'an unknown member deep down',
      { post: { request: { url: 'https://b.example/', verb: 'POST' } } },
      'post.request.verb',
      'unknown_field',
    ],
    [
      'an unknown operator',
      { ...CONTRACT, filters: [{ field: 'state', op: 'like', value: 'T' }] },
      'filters.0.op',
      'invalid_value',
    ],
    [
      'in with one word',
      { ...CONTRACT, filters: [{ field: 'state', op: 'in', value: 'TX' }] },
      'filters.0.value',
      'invalid_value',
    ],
    [
      'a filter on __proto__',
      { ...CONTRACT, filters: [{ field: '__proto__', op: 'exists' }] },
      'filters.0.field',
      'invalid_value',
    ],
    ['a negative price', { ...CONTRACT, price: -1 }, 'price', 'invalid_value'],
    ['a price as text', { ...CONTRACT, price: '40' }, 'price', 'wrong_type'],
    [
      'an unknown auth',
      { post: { request: { url: 'https://b.example/', auth: { type: 'magic' } } } },
      'post.request.auth.type',
      'invalid_value',
    ],
    [
      'a bearer without a token',
      { post: { request: { url: 'https://b.example/', auth: { type: 'bearer' } } } },
      'post.request.auth.token',
      'missing_required',
    ],
    [
      'a schedule at 25:00',
      { ...CONTRACT, schedule: { timezone: 'UTC', windows: [{ days: ['mon'], from: '25:00', to: '26:00' }] } },
      'schedule.windows.0.from',
      'invalid_value',
    ],
    [
      'a mask for a secret that never was',
      { ...CONTRACT, post: { request: { url: 'https://b.example/', auth: secretOf('********') } } },
      'post.request.auth.token',
      'invalid_value',
    ],
  ])('refuses %s', async (_, body, field, code) => {
    const answer = await management.call('PUT', path, body)
    expect(answer.status).toBe(422)
    expect(answer.body.field_errors).toContainEqual({ field, code, expected: expect.stringMatching(/\w/) })
    expect((await management.call('GET', path)).status).toBe(404)
  })

  test.each([
    ['a URL that is no web address', { price: 1, post: { request: { url: 'ftp://buyer.example/' } } }],
    ['a URL of the inner network', { price: 1, post: { request: { url: 'https://10.0.0.1/' } } }],
    [
      'a template that does not parse',
      { price: 1, post: { request: { url: 'https://b.example/', template: { a: '{{state' } } } },
    ],
    ['an unknown preset', { price: 1, preset: 'nonesuch', post: { request: { url: 'https://b.example/' } } }],
    [
      'personal data in a ping',
      { ...FULL, ping: { ...FULL.ping, request: { ...FULL.ping.request, template: { p: '{{phone}}' } } } },
    ],
    [
      'personal data that the campaign does not declare',
      { ...FULL, ping: { ...FULL.ping, request: { ...FULL.ping.request, template: { p: '{{dob}}' } } } },
    ],
  ])('refuses %s', async (_, body) => {
    const answer = await management.call('PUT', path, body)
    expect([answer.status, answer.body.error]).toEqual([422, 'invalid_payload'])
    expect(answer.body.field_errors.length).toBeGreaterThan(0)
  })

  test('refuses every URL of the table of hostile ones, wherever it stands', async () => {
    const guarded = await startManagement({ allowLoopbackBuyers: false })
    const fine = 'https://buyer.example/'
    const oauth = (token_url: string) => ({
      type: 'oauth_client_credentials',
      token_url,
      client_id: 'a',
      client_secret: 'b',
    })
    const places: readonly [string, (url: string) => object][] = [
      ['post.request.url', (url) => ({ price: 1, post: { request: { url } } })],
      ['post.request.test_url', (url) => ({ price: 1, post: { request: { url: fine, test_url: url } } })],
      ['ping.request.url', (url) => ({ ping: { request: { url } }, post: { request: { url: fine } } })],
      ['post.request.auth.token_url', (url) => ({ price: 1, post: { request: { url: fine, auth: oauth(url) } } })],
    ]
    for (const [index, url] of HOSTILE_URLS.entries()) {
      const [field, contractWith] = places[index % places.length] ?? places[0] ?? ['', () => ({})]
      const { status, body } = await guarded.call('PUT', path, contractWith(url))
      expect([status, url]).toEqual([422, url])
      expect(body.field_errors.map((error: { field: string }) => error.field)).toContain(field)
    }
    expect((await management.call('GET', path)).status).toBe(404)
  })

  test('lets personal data into a ping that the contract lists', async () => {
    const ping = { ...FULL.ping, request: { ...FULL.ping.request, template: { p: '{{phone}}' } } }
    expect((await management.call('PUT', path, { ...FULL, ping, ping_pii: ['phone'] })).status).toBe(201)
  })

  test("says which end is unknown, also where it is another tenant's", async () => {
    const theirs = await make(management, '/v1/buyers', { name: 'theirs' }, SANDBOX_OPERATOR)
    const noCampaign = await management.call('PUT', `/v1/campaigns/camp_x/buyers/${buyerId}`, CONTRACT)
    expect([noCampaign.status, noCampaign.body.message]).toEqual([404, 'There is no campaign with this id.'])
    for (const id of ['buy_x', theirs]) {
      const answer = await management.call('PUT', `/v1/campaigns/${campaignId}/buyers/${id}`, CONTRACT)
      expect([answer.status, answer.body.message]).toEqual([404, 'There is no buyer with this id.'])
    }
  })

  test('fields that templates and filters name become known to the campaign', async () => {
    await management.call('PUT', path, FULL)
    const fields = (await management.reader.campaign(campaignId))?.campaign.fields ?? []
    expect(fields.find(({ name }) => name === 'state')).toEqual({
      name: 'state',
      type: 'state',
      required: false,
      requiredOn: 'post',
      values: null,
      pii: false,
    })
    expect(fields.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['first_name', 'last_name', 'phone', 'email', 'state', 'zip', 'ai_quality_score']),
    )
    expect(fields.map(({ name }) => name)).not.toContain('ping')
  })
})

describe('secrets', () => {
  test('that are masked are not sent to another host than they were given for', async () => {
    await management.call('PUT', path, withSecrets('hush-ping', 'hush-post'))
    const { body: shown } = await management.call('GET', path)
    const { id: _, campaign_id: __, buyer_id: ___, created_at: ____, updated_at: _____, ...kept } = shown
    const moved = {
      ...kept,
      post: { ...kept.post, request: { ...kept.post.request, url: 'https://elsewhere.example/' } },
    }
    const refused = await management.call('PUT', path, moved)
    expect([refused.status, refused.body.field_errors]).toEqual([
      422,
      [{ field: 'post.request.auth.token', code: 'invalid_value', expected: expect.stringMatching(/other hosts/) }],
    ])
    expect((await management.call('PUT', path, kept)).status).toBe(200)
    const auth = { type: 'bearer', token: 'hush-new' }
    const anew = { ...moved, post: { ...moved.post, request: { ...moved.post.request, auth } } }
    expect((await management.call('PUT', path, anew)).status).toBe(200)
  })

  test('are sealed, and no answer, row or document shows them', async () => {
    const put = await management.call('PUT', path, withSecrets('hush-ping', 'hush-post'))
    expect(put.status).toBe(201)
    const get = await management.call('GET', path)
    const list = await management.call('GET', `/v1/campaigns/${campaignId}/buyers`)
    const rows = await DB.prepare('SELECT * FROM buyer_contracts').all()
    const document = await SNAPSHOTS.get(`campaign:${campaignId}`)
    for (const shown of [put.body, get.body, list.body, rows.results, document]) {
      expect(JSON.stringify(shown)).not.toMatch(/hush-p/)
    }
    expect(get.body.post.request.auth).toEqual({ type: 'bearer', token: '********' })
    const sealed = (await management.reader.campaign(campaignId))?.contracts[0]?.sealedSecrets ?? ''
    expect(JSON.parse(await management.services.openSecrets(sealed))).toEqual({
      'ping.request.auth.token': 'hush-ping',
      'post.request.auth.token': 'hush-post',
    })
  })

  test('survive a PUT of what was read, and are replaced by a new one', async () => {
    await management.call('PUT', path, withSecrets('hush-ping', 'hush-post'))
    expect((await management.call('PUT', path, withSecrets('********', 'new-post'))).status).toBe(200)
    const sealed = (await management.reader.campaign(campaignId))?.contracts[0]?.sealedSecrets ?? ''
    expect(JSON.parse(await management.services.openSecrets(sealed))).toEqual({
      'ping.request.auth.token': 'hush-ping',
      'post.request.auth.token': 'new-post',
    })
  })

  test('are gone with the contract, or with its auth', async () => {
    await management.call('PUT', path, withSecrets('hush-ping', 'hush-post'))
    await management.call('PUT', path, CONTRACT)
    expect((await management.reader.campaign(campaignId))?.contracts[0]?.sealedSecrets).toBeNull()
    await management.call('PUT', path, withSecrets('hush-ping', 'hush-post'))
    expect((await management.call('DELETE', path)).status).toBe(204)
    expect((await management.call('GET', path)).status).toBe(404)
    expect((await management.call('DELETE', path)).status).toBe(404)
    expect((await management.reader.campaign(campaignId))?.contracts).toEqual([])
  })
})

describe('filters', () => {
  const coverage = { name: 'coverage', type: 'enum', values: ['Full', 'Minimum'] }
  const full = { field: 'coverage', op: 'eq', value: 'full' }

  test('that no lead can pass are refused by the fields of the campaign, and others are taken', async () => {
    await management.call('PATCH', `/v1/campaigns/${campaignId}`, { fields: [coverage] })
    const put = (filter: object) => management.call('PUT', path, { ...CONTRACT, filters: [full, filter] })
    const refused = await put({ field: 'coverage', op: 'in', value: ['Full', 'Liability'] })
    expect([refused.status, refused.body.field_errors]).toEqual([
      422,
      [{ field: 'filters.1.value', code: 'invalid_value', expected: 'what coverage can be: one of: Full, Minimum' }],
    ])
    expect((await put({ field: 'favourite_colour', op: 'eq', value: 'blue' })).status).toBe(201)
  })

  test('keep a campaign from changing the fields that they are on, until they are changed', async () => {
    const campaign = `/v1/campaigns/${campaignId}`
    await management.call('PATCH', campaign, { fields: [coverage] })
    await management.call('PUT', path, { ...CONTRACT, filters: [full] })
    const fields = [{ ...coverage, values: ['Minimum'] }]
    const refused = await management.call('PATCH', campaign, { fields })
    expect([refused.status, refused.body.field_errors]).toEqual([
      422,
      [{ field: 'fields', code: 'invalid_value', expected: expect.stringMatching(/buy_\w+.*one of: Minimum/) }],
    ])
    expect((await management.call('PATCH', campaign, { fields: [] })).status).toBe(200)
    await management.call('PATCH', campaign, { fields: [coverage] })
    await management.call('PUT', path, { ...CONTRACT, filters: [] })
    expect((await management.call('PATCH', campaign, { fields })).status).toBe(200)
  })
})

test('another tenant reads, lists, changes and deletes no contract', async () => {
  await management.call('PUT', path, FULL)
  const key = { key: SANDBOX_OPERATOR }
  expect((await management.call('GET', path, undefined, key)).status).toBe(404)
  expect((await management.call('GET', `/v1/campaigns/${campaignId}/buyers`, undefined, key)).status).toBe(404)
  expect((await management.call('PUT', path, CONTRACT, key)).status).toBe(404)
  expect((await management.call('DELETE', path, undefined, key)).status).toBe(404)
  expect((await management.call('GET', path)).body).toMatchObject(FULL)
})
