import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { CAMPAIGN, type Management, make, OPERATOR, SANDBOX_OPERATOR, startManagement } from '../../support/management'

let management: Management
beforeAll(async () => {
  management = await startManagement()
})

/** Every member of the contract, none at its default. */
const FULL = {
  name: 'Auto, Texas',
  vertical: 'auto_insurance',
  sub_vertical: 'non_standard',
  status: 'paused',
  type: 'direct_post',
  ping_mode: 'auction',
  distribution: 'waterfall',
  floor_price: 12.345678,
  max_sells: 3,
  bid_window_ms: 1500,
  post_timeout_ms: 2500,
  deadline_ms: 6000,
  fields: [
    { name: 'phone', type: 'phone', required: true, required_on: 'ping', pii: true },
    { name: 'state', type: 'state', required: true, required_on: 'ping' },
    { name: 'coverage', type: 'enum', required: false, required_on: 'post', values: ['Full', 'Minimum'] },
    {
      name: 'landlord',
      type: 'string',
      required: false,
      required_on: 'post',
      required_when: [{ field: 'state', op: 'eq', value: 'TX' }],
      pii: false,
    },
  ],
  filters: [
    { field: 'state', op: 'in', value: ['TX', 'FL', 'CA'] },
    { field: 'age', op: 'between', value: [18, 65] },
    { field: 'email', op: 'exists' },
  ],
  dedupe: { fields: ['phone', 'email'], days: 30 },
}

describe('POST /v1/campaigns', () => {
  test('takes every member of the contract and echoes them with id, version and times', async () => {
    const { status, body } = await management.call('POST', '/v1/campaigns', FULL)
    expect(status).toBe(201)
    expect(body).toMatchObject(FULL)
    expect(body.id).toMatch(/^camp_[0-9A-HJKMNP-TV-Z]{26}$/)
    expect(body.version).toBe(1)
    expect(body.created_at).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
    expect(body.updated_at).toBe(body.created_at)
    const read = await management.call('GET', `/v1/campaigns/${body.id}`)
    expect(read).toMatchObject({ status: 200, body })
  })

  test('fills in the defaults of the contract', async () => {
    const { body } = await management.call('POST', '/v1/campaigns', CAMPAIGN)
    expect(body).toMatchObject({
      status: 'active',
      type: 'ping_post',
      ping_mode: 'eligibility',
      distribution: 'ping_post',
      floor_price: 0,
      max_sells: 1,
      bid_window_ms: 2000,
      post_timeout_ms: 2000,
      deadline_ms: 5000,
      sub_vertical: null,
      filters: [],
      dedupe: null,
      fields: [
        { name: 'first_name', type: 'string', required: true, required_on: 'post' },
        { name: 'last_name', type: 'string', required: true, required_on: 'post' },
        { name: 'phone', type: 'phone', required: true, required_on: 'post' },
        { name: 'email', type: 'email', required: true, required_on: 'post' },
      ],
    })
  })

  const field = (overrides: object) => ({ ...CAMPAIGN, fields: [{ name: 'x', type: 'string', ...overrides }] })
  const filter = (overrides: object) => ({ ...CAMPAIGN, filters: [{ field: 'x', op: 'eq', value: 'y', ...overrides }] })
  test.each<[string, object, string, string]>([
    ['no name', { vertical: 'auto' }, 'name', 'missing_required'],
    ['no vertical', { name: 'a' }, 'vertical', 'missing_required'],
    ['an empty name', { ...CAMPAIGN, name: '  ' }, 'name', 'invalid_value'],
    ['a number for a name', { ...CAMPAIGN, name: 5 }, 'name', 'wrong_type'],
    ['a long name', { ...CAMPAIGN, name: 'x'.repeat(201) }, 'name', 'too_long'],
    ['a name with NUL', { ...CAMPAIGN, name: 'a\u0000b' }, 'name', 'invalid_value'],
    ['a name with half a character', { ...CAMPAIGN, name: 'a\ud800b' }, 'name', 'invalid_value'],
    ['an unknown status', { ...CAMPAIGN, status: 'archived' }, 'status', 'invalid_value'],
    ['an unknown type', { ...CAMPAIGN, type: 'call' }, 'type', 'invalid_value'],
    ['an unknown ping mode', { ...CAMPAIGN, ping_mode: null }, 'ping_mode', 'invalid_value'],
    ['an unknown distribution', { ...CAMPAIGN, distribution: 'random' }, 'distribution', 'invalid_value'],
    ['a negative floor', { ...CAMPAIGN, floor_price: -1 }, 'floor_price', 'invalid_value'],
    ['a floor of seven decimals', { ...CAMPAIGN, floor_price: 0.0000001 }, 'floor_price', 'invalid_value'],
    ['a floor beyond all bounds', { ...CAMPAIGN, floor_price: 1e12 }, 'floor_price', 'invalid_value'],
    ['a floor as text', { ...CAMPAIGN, floor_price: '5' }, 'floor_price', 'wrong_type'],
    ['no sells', { ...CAMPAIGN, max_sells: 0 }, 'max_sells', 'invalid_value'],
    ['eleven sells', { ...CAMPAIGN, max_sells: 11 }, 'max_sells', 'invalid_value'],
    ['half a sell', { ...CAMPAIGN, max_sells: 1.5 }, 'max_sells', 'wrong_type'],
    ['a short window', { ...CAMPAIGN, bid_window_ms: 49 }, 'bid_window_ms', 'invalid_value'],
    ['a long window', { ...CAMPAIGN, bid_window_ms: 5001 }, 'bid_window_ms', 'invalid_value'],
    ['a long post', { ...CAMPAIGN, post_timeout_ms: 5001 }, 'post_timeout_ms', 'invalid_value'],
    ['a short deadline', { ...CAMPAIGN, deadline_ms: 99 }, 'deadline_ms', 'invalid_value'],
    ['a long deadline', { ...CAMPAIGN, deadline_ms: 30001 }, 'deadline_ms', 'invalid_value'],
    ['fields that are no list', { ...CAMPAIGN, fields: {} }, 'fields', 'wrong_type'],
    ['a field without a name', { ...CAMPAIGN, fields: [{ type: 'string' }] }, 'fields.0.name', 'missing_required'],
    ['a field in capitals', field({ name: 'State' }), 'fields.0.name', 'invalid_value'],
    ['a field of 65 characters', field({ name: 'x'.repeat(65) }), 'fields.0.name', 'invalid_value'],
    ['a reserved field', field({ name: 'flo_ping_id' }), 'fields.0.name', 'invalid_value'],
    ['a field named __proto__', field({ name: '__proto__' }), 'fields.0.name', 'invalid_value'],
    ['a field without a type', { ...CAMPAIGN, fields: [{ name: 'x' }] }, 'fields.0.type', 'missing_required'],
    ['a field of an unknown type', field({ type: 'money' }), 'fields.0.type', 'invalid_value'],
    ['an enum without values', field({ type: 'enum' }), 'fields.0.values', 'invalid_value'],
    ['a number with values', field({ type: 'number', values: ['1'] }), 'fields.0.values', 'invalid_value'],
    ['an unknown member of a field', field({ label: 'X' }), 'fields.0.label', 'unknown_field'],
    ['a field required on a call', field({ required_on: 'call' }), 'fields.0.required_on', 'invalid_value'],
    [
      'one field twice',
      { ...CAMPAIGN, fields: [field({}), field({})].flatMap((c) => c.fields) },
      'fields.1.name',
      'invalid_value',
    ],
    [
      'a filter without an operator',
      { ...CAMPAIGN, filters: [{ field: 'x', value: 1 }] },
      'filters.0.op',
      'missing_required',
    ],
    ['an unknown operator', filter({ op: 'matches' }), 'filters.0.op', 'invalid_value'],
    ['in with one word', filter({ op: 'in' }), 'filters.0.value', 'invalid_value'],
    ['not_in with one word', filter({ op: 'not_in' }), 'filters.0.value', 'invalid_value'],
    ['between with one value', filter({ op: 'between', value: [1] }), 'filters.0.value', 'invalid_value'],
    ['between with three values', filter({ op: 'between', value: [1, 2, 3] }), 'filters.0.value', 'invalid_value'],
    ['eq with a list', filter({ op: 'eq', value: ['a'] }), 'filters.0.value', 'invalid_value'],
    [
      'a filter that no value passes',
      { ...FULL, filters: [{ field: 'coverage', op: 'in', value: ['Full', 'Half'] }] },
      'filters.0.value',
      'invalid_value',
    ],
    [
      'a condition that is never met',
      field({ required_when: [{ field: 'phone', op: 'eq', value: '(512) 555-0182' }] }),
      'fields.0.required_when.0.value',
      'invalid_value',
    ],
    ['eq without a value', { ...CAMPAIGN, filters: [{ field: 'x', op: 'eq' }] }, 'filters.0.value', 'invalid_value'],
    ['exists with a value', filter({ op: 'exists', value: true }), 'filters.0.value', 'invalid_value'],
    ['a filter on a reserved name', filter({ field: 'flo_supplier_id' }), 'filters.0.field', 'invalid_value'],
    ['a filter on __proto__', filter({ field: '__proto__' }), 'filters.0.field', 'invalid_value'],
    [
      'a condition with a bad operator',
      field({ required_when: [{ field: 'x', op: 'like', value: 1 }] }),
      'fields.0.required_when.0.op',
      'invalid_value',
    ],
    ['dedupe over no field', { ...CAMPAIGN, dedupe: { fields: [], days: 1 } }, 'dedupe.fields', 'invalid_value'],
    [
      'dedupe over a year and a day',
      { ...CAMPAIGN, dedupe: { fields: ['phone'], days: 366 } },
      'dedupe.days',
      'invalid_value',
    ],
    ['dedupe without days', { ...CAMPAIGN, dedupe: { fields: ['phone'] } }, 'dedupe.days', 'missing_required'],
    ['an unknown member', { ...CAMPAIGN, colour: 'red' }, 'colour', 'unknown_field'],
    ["an id of one's own", { ...CAMPAIGN, id: 'camp_1' }, 'id', 'unknown_field'],
  ])('refuses %s', async (_, body, path, code) => {
    const answer = await management.call('POST', '/v1/campaigns', body)
    expect(answer.status).toBe(422)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.body.error).toBe('invalid_payload')
    expect(answer.body.field_errors).toContainEqual({ field: path, code, expected: expect.stringMatching(/\w/) })
    expect(answer.body.field_errors).toHaveLength(1)
  })

  test('names all that is wrong at once, and never repeats a value', async () => {
    const { body } = await management.call('POST', '/v1/campaigns', { name: 7, secret_member: 'hush', status: 'hush' })
    expect(body.field_errors.map(({ field }: { field: string }) => field).sort()).toEqual([
      'name',
      'secret_member',
      'status',
      'vertical',
    ])
    expect(JSON.stringify(body)).not.toContain('hush')
    expect(body.field_errors).toContainEqual({
      field: 'status',
      code: 'invalid_value',
      expected: 'one of: active, paused',
    })
  })

  test('refuses settings that are too long in sum with 413', async () => {
    const values = Array.from({ length: 500 }, (_, index) => `${index} ${'x'.repeat(190)}`)
    const fields = ['a', 'b', 'c'].map((name) => ({ name, type: 'enum', values }))
    const { status, body } = await management.call('POST', '/v1/campaigns', { ...CAMPAIGN, fields })
    expect([status, body.error]).toEqual([413, 'body_too_large'])
  })
})

describe('who may configure', () => {
  test('nobody without a key, and no supplier', async () => {
    const { body: supplier } = await management.call('POST', '/v1/suppliers', { name: 'Acme' })
    expect((await management.call('GET', '/v1/campaigns', undefined, { key: null })).status).toBe(401)
    expect((await management.call('GET', '/v1/campaigns', undefined, { key: 'nonsense' })).status).toBe(401)
    const refused = await management.call('POST', '/v1/campaigns', CAMPAIGN, { key: supplier.api_key })
    expect([refused.status, refused.body.error]).toEqual([403, 'forbidden'])
  })

  test('another tenant neither reads, lists, changes nor archives a campaign', async () => {
    const id = await make(management, '/v1/campaigns', { ...CAMPAIGN, name: 'mine' }, SANDBOX_OPERATOR)
    for (const [method, body] of [['GET'], ['PATCH', { name: 'theirs' }], ['DELETE']] as const) {
      const answer = await management.call(method, `/v1/campaigns/${id}`, body, { key: OPERATOR })
      expect([method, answer.status, answer.body.error]).toEqual([method, 404, 'not_found'])
    }
    const { body } = await management.call('GET', '/v1/campaigns?limit=200')
    expect(body.data.map((campaign: { id: string }) => campaign.id)).not.toContain(id)
    const kept = await management.call('GET', `/v1/campaigns/${id}`, undefined, { key: SANDBOX_OPERATOR })
    expect(kept.body).toMatchObject({ name: 'mine', status: 'active', version: 1 })
  })

  test.each([
    'camp_01J9ZQ5F8W3B6T1X0V7K2M4N5P',
    'x',
    '%00',
    '%ED%A0%80',
    'x'.repeat(3000),
    '__proto__',
    "a'b",
    '%F0%9F',
  ])('an unknown id %s is 404', async (id) => {
    for (const method of ['GET', 'DELETE']) {
      expect((await management.call(method, `/v1/campaigns/${id}`)).status).toBe(404)
    }
    expect((await management.call('PATCH', `/v1/campaigns/${id}`, { name: 'x' })).status).toBe(404)
  })
})

describe('PATCH /v1/campaigns/{id}', () => {
  test('judges filters by the fields as they will be, and leaves old ones be where neither is touched', async () => {
    const { body } = await management.call('POST', '/v1/campaigns', FULL)
    const path = `/v1/campaigns/${body.id}`
    const filters = [{ field: 'coverage', op: 'eq', value: 'Half' }]
    const refused = await management.call('PATCH', path, { filters })
    expect([refused.status, refused.body.field_errors]).toEqual([
      422,
      [{ field: 'filters.0.value', code: 'invalid_value', expected: 'what coverage can be: one of: Full, Minimum' }],
    ])
    const fields = FULL.fields.map((one) => (one.name === 'coverage' ? { ...one, values: ['Half'] } : one))
    expect((await management.call('PATCH', path, { fields, filters })).status).toBe(200)
    await env.DB.prepare('UPDATE campaigns SET settings = json_set(settings, ?1, ?2) WHERE id = ?3')
      .bind('$.filters[0].value', 'Other', body.id)
      .run()
    expect((await management.call('PATCH', path, { status: 'paused' })).status).toBe(200)
    expect((await management.call('PATCH', path, { filters: [] })).status).toBe(200)
  })

  test('changes what it names and keeps the rest', async () => {
    const { body: made } = await management.call('POST', '/v1/campaigns', FULL)
    const { status, body } = await management.call('PATCH', `/v1/campaigns/${made.id}`, {
      status: 'active',
      floor_price: 20,
      dedupe: null,
      filters: [],
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({ ...FULL, status: 'active', floor_price: 20, dedupe: null, filters: [], version: 2 })
    expect(body.created_at).toBe(made.created_at)
    expect((await management.call('GET', `/v1/campaigns/${made.id}`)).body).toEqual(body)
  })

  test.each<[object, string, string]>([
    [{ max_sells: 0 }, 'max_sells', 'invalid_value'],
    [{ colour: 'red' }, 'colour', 'unknown_field'],
    [{ name: null }, 'name', 'wrong_type'],
    [{ id: 'camp_1' }, 'id', 'unknown_field'],
  ])('refuses %o', async (patch, field, code) => {
    const id = await make(management, '/v1/campaigns', CAMPAIGN)
    const { status, body } = await management.call('PATCH', `/v1/campaigns/${id}`, patch)
    expect(status).toBe(422)
    expect(body.field_errors).toEqual([{ field, code, expected: expect.any(String) }])
    expect((await management.call('GET', `/v1/campaigns/${id}`)).body.version).toBe(1)
  })

  test('two at once lose nothing of each other', async () => {
    const id = await make(management, '/v1/campaigns', CAMPAIGN)
    const path = `/v1/campaigns/${id}`
    const patches = [{ floor_price: 7 }, { max_sells: 3 }, { name: 'renamed' }]
    const answers = await Promise.all(patches.map((patch) => management.call('PATCH', path, patch)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect((await management.call('GET', path)).body).toMatchObject({ floor_price: 7, max_sells: 3, name: 'renamed' })
    expect(await management.reader.campaign(id)).toMatchObject({
      campaign: { floorMicros: 7_000_000, maxSells: 3, name: 'renamed' },
    })
  })

  test('takes effect before it answers', async () => {
    const id = await make(management, '/v1/campaigns', CAMPAIGN)
    expect((await management.reader.campaign(id))?.campaign.status).toBe('active')
    await management.call('PATCH', `/v1/campaigns/${id}`, { status: 'paused' })
    expect((await management.reader.campaign(id))?.campaign.status).toBe('paused')
  })
})

describe('DELETE /v1/campaigns/{id}', () => {
  test('archives: readable, not listed, not for sale, not to be changed', async () => {
    const id = await make(management, '/v1/campaigns', CAMPAIGN)
    const path = `/v1/campaigns/${id}`
    expect(await management.call('DELETE', path)).toMatchObject({ status: 204, body: null })
    expect(await management.call('GET', path)).toMatchObject({ status: 200, body: { id, status: 'archived' } })
    const { body } = await management.call('GET', '/v1/campaigns?limit=200')
    expect(body.data.map((campaign: { id: string }) => campaign.id)).not.toContain(id)
    expect(await management.reader.campaign(id)).toBeNull()
    expect((await management.call('PATCH', path, { name: 'again' })).body.error).toBe('conflict')
    expect((await management.call('DELETE', path)).status).toBe(204)
  })
})

describe('GET /v1/campaigns', () => {
  test('pages through all of them, the newest first, each once', async () => {
    const made: string[] = []
    for (let count = 0; count < 5; count++) made.push(await make(management, '/v1/campaigns', CAMPAIGN))
    const seen: string[] = []
    let path: string | null = '/v1/campaigns?limit=2'
    while (path !== null) {
      const { status, body } = await management.call('GET', path)
      expect(status).toBe(200)
      expect(body.data.length).toBeLessThanOrEqual(2)
      seen.push(...body.data.map((campaign: { id: string }) => campaign.id))
      path = body.next_cursor === null ? null : `/v1/campaigns?limit=2&cursor=${body.next_cursor}`
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.filter((id) => made.includes(id)).sort()).toEqual([...made].sort())
    expect(seen).toEqual([...seen].sort().reverse())
  })

  test.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=', 'limit'],
    ['limit=1e1', 'limit'],
    ['cursor=', 'cursor'],
    ['cursor=%00', 'cursor'],
    ['cursor=bm9uc2Vuc2U', 'cursor'],
    ['cursor=e30', 'cursor'],
    ['cursor=W10', 'cursor'],
    ['cursor=WzFd', 'cursor'],
  ])('refuses %s', async (query, field) => {
    const { status, body } = await management.call('GET', `/v1/campaigns?${query}`)
    expect(status).toBe(422)
    expect(body.field_errors).toEqual([{ field, code: 'invalid_value', expected: expect.any(String) }])
  })
})
