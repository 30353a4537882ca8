import { beforeAll, describe, expect, test } from 'vitest'
import { hashApiKey, isWellFormedApiKey } from '../../../src/security/api-keys'
import {
  type CallOptions,
  DB,
  type Management,
  make,
  SANDBOX_OPERATOR,
  SNAPSHOTS,
  startManagement,
} from '../../support/management'

let management: Management
const clock = { now: Date.parse('2026-11-21T10:00:00Z') }
beforeAll(async () => {
  management = await startManagement({ now: () => clock.now })
})

const HOUR = 60 * 60 * 1_000

async function makeKey(body: object, options: CallOptions = {}) {
  const answer = await management.call('POST', '/v1/api-keys', body, options)
  expect(answer).toMatchObject({ status: 201 })
  return answer.body
}
/** What a read with the key answers. */
const tryKey = async (key: string, headers = {}) =>
  (await management.call('GET', '/v1/suppliers', undefined, { key, headers })).status

describe('POST /v1/api-keys', () => {
  test('makes a key of an operator that works, is shown this once, and is kept by its hash alone', async () => {
    const { api_key: key, ...shown } = await makeKey({ role: 'operator', name: 'CI' })
    expect(isWellFormedApiKey(key)).toBe(true)
    expect(shown).toEqual({
      id: expect.stringMatching(/^key_/),
      role: 'operator',
      subject_id: null,
      name: 'CI',
      status: 'active',
      prefix: key.slice(0, 12),
      last_four: key.slice(-4),
      scopes: ['admin'],
      allowed_networks: [],
      rate_limit: null,
      created_at: '2026-11-21T10:00:00.000Z',
      expires_at: null,
      revoked_at: null,
      last_used_at: null,
      replaced_by: null,
    })
    expect(await tryKey(key)).toBe(200)
    expect((await management.call('GET', `/v1/api-keys/${shown.id}`)).body).toEqual(shown)

    const secret = key.slice('ld_live_'.length + 4, -4)
    const rows = await DB.prepare('SELECT * FROM api_keys').all()
    expect(JSON.stringify(rows.results)).not.toContain(secret)
    for (const { name } of (await SNAPSHOTS.list()).keys) {
      expect(`${name} ${await SNAPSHOTS.get(name)}`).not.toContain(secret)
    }
  })

  test('makes keys of suppliers and buyers with the scopes of their role', async () => {
    const supplier = await make(management, '/v1/suppliers', { name: 'Acme' })
    const buyer = await make(management, '/v1/buyers', { name: 'Crown' })
    expect(await makeKey({ role: 'supplier', subject_id: supplier })).toMatchObject({
      scopes: ['ping', 'post', 'webhook'],
    })
    expect(await makeKey({ role: 'buyer', subject_id: buyer, scopes: ['leads:read'] })).toMatchObject({
      scopes: ['leads:read'],
    })
  })

  test('makes a test key for the sandbox, which knows nothing of live', async () => {
    const { id, api_key: key } = await makeKey({ role: 'operator' }, { key: SANDBOX_OPERATOR })
    expect(key).toMatch(/^ld_test_/)
    expect((await management.call('GET', `/v1/api-keys/${id}`)).status).toBe(404)
    expect((await management.call('GET', `/v1/api-keys/${id}`, undefined, { key })).status).toBe(200)
  })

  test.each<[object, string, string]>([
    [{}, 'role', 'missing_required'],
    [{ role: 'supplier' }, 'subject_id', 'missing_required'],
    [{ role: 'supplier', subject_id: 'sup_none' }, 'subject_id', 'invalid_value'],
    [{ role: 'operator', subject_id: 'sup_1' }, 'subject_id', 'invalid_value'],
    [{ role: 'operator', scopes: ['ping'] }, 'scopes.0', 'invalid_value'],
    [{ role: 'operator', scopes: [] }, 'scopes', 'invalid_value'],
    [{ role: 'operator', allowed_networks: ['10.0.0.0/8', '10.0.0.1'] }, 'allowed_networks.1', 'invalid_value'],
    [{ role: 'operator', expires_at: 'soon' }, 'expires_at', 'invalid_value'],
    [{ role: 'operator', rate_limit: { per_second: 0 } }, 'rate_limit.per_second', 'invalid_value'],
    [{ role: 'operator', key: 'ld_live_mine' }, 'key', 'unknown_field'],
  ])('refuses %o', async (body, field, code) => {
    const answer = await management.call('POST', '/v1/api-keys', body)
    expect([answer.status, answer.body.field_errors?.[0]]).toEqual([422, expect.objectContaining({ field, code })])
  })
})

describe('a key', () => {
  test('that may only read can change nothing', async () => {
    const { api_key: key } = await makeKey({ role: 'operator', scopes: ['admin:read'] })
    expect(await tryKey(key)).toBe(200)
    const refused = await management.call('POST', '/v1/suppliers', { name: 'x' }, { key })
    expect([refused.status, refused.body.error]).toEqual([403, 'forbidden'])
  })

  test.each(['203.0.113.9', '2001:db8:7::1', '::ffff:203.0.113.9'])('works from its network: %s', async (address) => {
    const networks = ['203.0.113.0/24', '2001:db8::/32']
    const { api_key: key } = await makeKey({ role: 'operator', allowed_networks: networks })
    expect(await tryKey(key, { 'cf-connecting-ip': address })).toBe(200)
    expect(await tryKey(key, { 'cf-connecting-ip': '198.51.100.1', 'x-forwarded-for': address })).toBe(401)
    expect(await tryKey(key)).toBe(401)
  })

  test('ends when it expires', async () => {
    const expires_at = new Date(clock.now + HOUR).toISOString()
    const { id, api_key: key } = await makeKey({ role: 'operator', expires_at })
    expect(await tryKey(key)).toBe(200)
    clock.now += HOUR
    expect(await tryKey(key)).toBe(401)
    expect((await management.call('GET', `/v1/api-keys/${id}`)).body.status).toBe('expired')
  })

  test('that is revoked works no more, stays readable, and cannot be changed', async () => {
    const { id, api_key: key } = await makeKey({ role: 'operator' })
    expect(await tryKey(key)).toBe(200)
    expect((await management.call('DELETE', `/v1/api-keys/${id}`)).status).toBe(204)
    expect((await management.call('DELETE', `/v1/api-keys/${id}`)).status).toBe(204)
    expect(await tryKey(key)).toBe(401)
    expect((await management.call('GET', `/v1/api-keys/${id}`)).body).toMatchObject({ status: 'revoked' })
    expect((await management.call('PATCH', `/v1/api-keys/${id}`, { name: 'x' })).status).toBe(409)
    expect((await management.call('POST', `/v1/api-keys/${id}/rotate`, {})).status).toBe(409)
  })

  test('takes changes at once, and keeps what was not named', async () => {
    const { id, api_key: key } = await makeKey({ role: 'operator', name: 'CI' })
    const changed = await management.call('PATCH', `/v1/api-keys/${id}`, {
      scopes: ['admin:read'],
      rate_limit: { per_second: 7 },
      allowed_networks: ['10.1.2.3/8'],
    })
    expect(changed.body).toMatchObject({
      name: 'CI',
      scopes: ['admin:read'],
      rate_limit: { per_second: 7 },
      allowed_networks: ['10.0.0.0/8'],
    })
    expect(await tryKey(key)).toBe(401)
    expect(await management.reader.credential(await hashApiKey(key))).toMatchObject({ requestsPerSecond: 7 })
    const opened = await management.call('PATCH', `/v1/api-keys/${id}`, { allowed_networks: [], rate_limit: null })
    expect(opened.body).toMatchObject({ name: 'CI', rate_limit: null })
    expect(await tryKey(key)).toBe(200)
    const wrong = await management.call('PATCH', `/v1/api-keys/${id}`, { scopes: ['ping'] })
    expect([wrong.status, wrong.body.field_errors[0].field]).toEqual([422, 'scopes.0'])
  })

  test('is not of another tenant', async () => {
    const { id } = await makeKey({ role: 'operator' })
    for (const [method, path, body] of [
      ['GET', `/v1/api-keys/${id}`],
      ['PATCH', `/v1/api-keys/${id}`, { name: 'x' }],
      ['DELETE', `/v1/api-keys/${id}`],
      ['POST', `/v1/api-keys/${id}/rotate`, {}],
    ] as const) {
      expect((await management.call(method, path, body, { key: SANDBOX_OPERATOR })).status).toBe(404)
    }
  })
})

describe('POST /v1/api-keys/{id}/rotate', () => {
  test('makes a key with the same rights, and lets the old one live on for a day', async () => {
    const old = await makeKey({ role: 'operator', name: 'CI', scopes: ['admin:read'], rate_limit: { per_second: 7 } })
    const rotated = await management.call('POST', `/v1/api-keys/${old.id}/rotate`)
    expect(rotated.status).toBe(201)
    const { api_key: key, ...shown } = rotated.body
    expect(shown).toMatchObject({ name: 'CI', scopes: ['admin:read'], rate_limit: { per_second: 7 }, expires_at: null })
    expect([await tryKey(key), await tryKey(old.api_key)]).toEqual([200, 200])
    expect((await management.call('GET', `/v1/api-keys/${old.id}`)).body).toMatchObject({
      replaced_by: shown.id,
      expires_at: new Date(clock.now + 24 * HOUR).toISOString(),
    })
    expect(await management.reader.credential(await hashApiKey(key))).toMatchObject({ clientId: old.id })
    clock.now += 24 * HOUR
    expect([await tryKey(key), await tryKey(old.api_key)]).toEqual([200, 401])
  })

  test('ends the old key at once without an overlap', async () => {
    const old = await makeKey({ role: 'operator' })
    const { body } = await management.call('POST', `/v1/api-keys/${old.id}/rotate`, { overlap_hours: 0 })
    expect([await tryKey(body.api_key), await tryKey(old.api_key)]).toEqual([200, 401])
  })

  test('makes one key, however many ask at once', async () => {
    const old = await makeKey({ role: 'operator' })
    const racers = Array.from({ length: 10 }, () =>
      management.call('POST', `/v1/api-keys/${old.id}/rotate`, { overlap_hours: 1 }),
    )
    const statuses = (await Promise.all(racers)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 201)).toHaveLength(1)
    expect(statuses.filter((status) => status === 409)).toHaveLength(9)
    const { results } = await DB.prepare('SELECT id FROM api_keys WHERE client_id = ?').bind(old.id).all()
    expect(results).toHaveLength(1)
  })

  test.each([-1, 721, 'a'])('refuses an overlap of %j hours', async (overlap_hours) => {
    const { id } = await makeKey({ role: 'operator' })
    const answer = await management.call('POST', `/v1/api-keys/${id}/rotate`, { overlap_hours })
    expect([answer.status, answer.body.field_errors[0].field]).toEqual([422, 'overlap_hours'])
  })
})

test('GET /v1/api-keys pages, and finds the keys of one owner', async () => {
  const supplier = await make(management, '/v1/suppliers', { name: 'Acme' })
  const second = await makeKey({ role: 'supplier', subject_id: supplier })
  const list = await management.call('GET', `/v1/api-keys?subject_id=${supplier}`)
  expect(list.body.data.map(({ id }: { id: string }) => id)).toEqual([second.id, expect.stringMatching(/^key_/)])
  expect(JSON.stringify(list.body)).not.toContain(second.api_key)
  const page = await management.call('GET', `/v1/api-keys?subject_id=${supplier}&limit=1`)
  expect(page.body.data).toHaveLength(1)
  const next = await management.call('GET', `/v1/api-keys?subject_id=${supplier}&cursor=${page.body.next_cursor}`)
  expect(next.body).toMatchObject({ data: [{ role: 'supplier' }], next_cursor: null })
  expect((await management.call('GET', '/v1/api-keys?role=king')).status).toBe(422)
})

test('the limits of a supplier hold for its keys as soon as they change', async () => {
  const { body } = await management.call('POST', '/v1/suppliers', { name: 'Acme', rate_limit: { per_second: 5_000 } })
  expect(body).toMatchObject({ rate_limit: { per_second: 5_000 }, max_concurrent_auctions: 1_000 })
  const hash = await hashApiKey(body.api_key)
  expect(await management.reader.credential(hash)).toMatchObject({ requestsPerSecond: 5_000 })
  await management.call('PATCH', `/v1/suppliers/${body.id}`, { rate_limit: { per_second: 6_000 } })
  expect(await management.reader.credential(hash)).toMatchObject({ requestsPerSecond: 6_000 })
})

test('the gate of a supplier is told of every end of a key', async () => {
  const supplier = await make(management, '/v1/suppliers', { name: 'Acme' })
  const key = await makeKey({ role: 'supplier', subject_id: supplier })
  const told = () => management.gates.get(supplier)?.ends?.[key.id]
  expect(told()).toBeUndefined()
  await management.call('PATCH', `/v1/api-keys/${key.id}`, { expires_at: new Date(clock.now + HOUR).toISOString() })
  expect(told()).toBe(clock.now + HOUR)
  await management.call('DELETE', `/v1/api-keys/${key.id}`)
  expect(told()).toBe(clock.now)
})
