import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { createTenantStores } from '../../../src/stores/tenant-stores'
import { DB, type Management, SANDBOX_OPERATOR, startManagement } from '../../support/management'

let management: Management
beforeAll(async () => {
  management = await startManagement()
})

let keys = 0
const newKey = () => `key-${++keys}`
interface Sent {
  readonly status: number
  readonly text: string
  readonly replayed: string | null
  readonly headers: Headers
}
/** Like `management.call`, with a key, and the bytes of the answer. */
async function send(key: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Sent> {
  const response = await management.request('POST', path, body, { headers: { 'idempotency-key': key, ...headers } })
  const { status } = response
  return {
    status,
    text: await response.text(),
    replayed: response.headers.get('idempotent-replayed'),
    headers: response.headers,
  }
}
const suppliersNamed = async (name: string) =>
  (await DB.prepare('SELECT count(*) AS n FROM suppliers WHERE name = ?').bind(name).first<number>('n')) ?? -1

describe('a POST with an Idempotency-Key', () => {
  test('sent by a hundred at once makes one supplier, and shows all of them the same key', async () => {
    const [key, name] = [newKey(), 'Racer']
    const answers = await Promise.all(Array.from({ length: 100 }, () => send(key, '/v1/suppliers', { name })))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(answers.every(({ status }) => status === 201)).toBe(true)
    expect(answers.filter(({ replayed }) => replayed === 'true')).toHaveLength(99)
    expect(answers[0]?.headers.get('content-type')).toBe('application/json')
    expect(await suppliersNamed(name)).toBe(1)
  })

  test('is the same request bare or quoted, whatever the order of its members', async () => {
    const key = newKey()
    const first = await send(key, '/v1/buyers', { name: 'A', status: 'paused' })
    const second = await send(`"${key}"`, '/v1/buyers', { status: 'paused', name: 'A' })
    expect([second.text, second.replayed]).toEqual([first.text, 'true'])
  })

  test('is refused with another body', async () => {
    const key = newKey()
    await send(key, '/v1/suppliers', { name: 'A' })
    const other = await send(key, '/v1/suppliers', { name: 'B' })
    expect([other.status, JSON.parse(other.text).error]).toEqual([422, 'idempotency_key_reused'])
  })

  test.each([65, 3_000, 9_000])('is refused where its body is nested %i levels deep', async (levels) => {
    const body = { name: 'Deep', deep: JSON.parse('['.repeat(levels - 1) + ']'.repeat(levels - 1)) }
    const answer = await send(newKey(), '/v1/suppliers', body)
    expect([answer.status, JSON.parse(answer.text).error]).toEqual([400, 'malformed_body'])
  })

  test('is another request at another path, and of another client', async () => {
    const key = newKey()
    const first = await send(key, '/v1/suppliers', { name: 'A' })
    expect((await send(key, '/v1/buyers', { name: 'A' })).replayed).toBeNull()
    const other = await send(key, '/v1/suppliers', { name: 'A' }, { 'x-api-key': SANDBOX_OPERATOR })
    expect([other.status, other.replayed, other.text === first.text]).toEqual([201, null, false])
  })

  test('is the same request with the key that took the place of the first', async () => {
    const made = await management.call('POST', '/v1/api-keys', { role: 'operator' })
    const rotated = await management.call('POST', `/v1/api-keys/${made.body.id}/rotate`)
    const key = newKey()
    const first = await send(key, '/v1/buyers', { name: 'A' }, { 'x-api-key': made.body.api_key })
    const second = await send(key, '/v1/buyers', { name: 'A' }, { 'x-api-key': rotated.body.api_key })
    expect([second.text, second.replayed]).toEqual([first.text, 'true'])
  })

  test('is carried out again after an error of its body', async () => {
    const key = newKey()
    expect((await send(key, '/v1/suppliers', { nam: 'A' })).status).toBe(422)
    expect((await send(key, '/v1/suppliers', { name: 'A' })).status).toBe(201)
  })

  test('is carried out again after an error of ours', async () => {
    let fails = true
    const shaky = await startManagement({
      stores: (tenantId) => {
        if (fails) throw new Error('the database is away')
        return createTenantStores(DB, tenantId)
      },
    })
    const options = { headers: { 'idempotency-key': newKey() } }
    expect((await shaky.call('POST', '/v1/buyers', { name: 'A' }, options)).status).toBe(500)
    fails = false
    const second = await shaky.call('POST', '/v1/buyers', { name: 'A' }, options)
    expect([second.status, second.headers.get('idempotent-replayed')]).toEqual([201, null])
  })

  test.each(['""', '"a', 'x'.repeat(256)])('refuses the key %j', async (key) => {
    const answer = await send(key, '/v1/suppliers', { name: 'A' })
    expect([answer.status, JSON.parse(answer.text).error]).toEqual([400, 'idempotency_key_invalid'])
  })

  test('keeps no secret in plain', async () => {
    const { text } = await send(newKey(), '/v1/suppliers', { name: 'Secretive' })
    const gate = env.CLIENT_GATE.get(env.CLIENT_GATE.idFromName('live/bootstrap_live'))
    const rows = await runInDurableObject(gate, (_, state) => state.storage.sql.exec('SELECT * FROM answers').toArray())
    const kept = JSON.stringify(rows)
    expect(rows.length).toBeGreaterThan(0)
    expect(kept).not.toContain(JSON.parse(text).api_key.slice(8, -4))
    expect(kept).not.toContain('Secretive')
  })

  test('that took effect and died before it answered is not carried out again', async () => {
    const [key, name] = [newKey(), 'Once']
    await send(key, '/v1/suppliers', { name })
    // As if the gate had never heard of the answer.
    const gate = env.CLIENT_GATE.get(env.CLIENT_GATE.idFromName('live/bootstrap_live'))
    await runInDurableObject(gate, (_, state) => state.storage.sql.exec('DELETE FROM answers'))
    const again = await send(key, '/v1/suppliers', { name })
    expect([again.status, JSON.parse(again.text).error]).toEqual([409, 'conflict'])
    expect(await suppliersNamed(name)).toBe(1)
  })
})
