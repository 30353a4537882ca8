import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import type { BalanceAccountRpc } from '../../../src/contracts/balance'
import { fingerprintOf } from '../../../src/security/fingerprint'
import { KeyedHash } from '../../../src/security/keyed-hash'
import { type Management, make, SANDBOX_OPERATOR, startManagement } from '../../support/management'

let management: Management
let buyerId: string

beforeAll(async () => {
  const hash = new KeyedHash(new Uint8Array(32).fill(3))
  management = await startManagement({
    fingerprint: (path, body) => fingerprintOf(hash, path, body),
    buyerBalance: (tenantId, id) =>
      env.BUYER_ACCOUNT.get(env.BUYER_ACCOUNT.idFromName(`${tenantId}/${id}`)) as unknown as BalanceAccountRpc,
  })
})

const newBuyer = async () => {
  buyerId = await make(management, '/v1/buyers', { name: 'Big' })
}
const credit = (body: unknown, headers: { readonly [name: string]: string } = {}) =>
  management.call('POST', `/v1/buyers/${buyerId}/balance`, body, { headers })
const balance = () => management.call('GET', `/v1/buyers/${buyerId}/balance`)

describe('/v1/buyers/{id}/balance', () => {
  it('is nothing at first, and then what was credited', async () => {
    await newBuyer()
    const nothing = { buyer_id: buyerId, currency: 'USD', balance: 0, held: 0, spent: 0, credited: 0 }
    expect((await balance()).body).toEqual({ ...nothing, prepaid: false, credits: [] })
    const { status, body } = await credit({ amount: 250.5, note: 'Wire', reference: 'invoice 1042' })
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.stringMatching(/^crd_/),
      buyer_id: buyerId,
      amount: 250.5,
      currency: 'USD',
      note: 'Wire',
      reference: 'invoice 1042',
      balance: 250.5,
      created_at: expect.stringMatching(/Z$/),
    })
    expect((await balance()).body).toEqual({
      ...nothing,
      balance: 250.5,
      credited: 250.5,
      prepaid: true,
      credits: [body],
    })
  })

  it('is credited once for each Idempotency-Key and each reference', async () => {
    await newBuyer()
    const first = await credit({ amount: 10, reference: 'a' }, { 'idempotency-key': 'key-1' })
    for (const headers of [{ 'idempotency-key': 'key-1' }, { 'idempotency-key': '"key-1"' }, {}]) {
      const again = await credit({ reference: 'a', amount: 10 }, headers as { [name: string]: string })
      expect([again.status, again.body, again.headers.get('idempotent-replayed')]).toEqual([201, first.body, 'true'])
    }
    const keyReused = await credit({ amount: 11 }, { 'idempotency-key': 'key-1' })
    expect([keyReused.status, keyReused.body.error]).toEqual([422, 'idempotency_key_reused'])
    const referenceReused = await credit({ amount: 11, reference: 'a' })
    expect([referenceReused.status, referenceReused.body.error]).toEqual([409, 'conflict'])
    await credit({ amount: 1 })
    await credit({ amount: 1 })
    expect((await balance()).body).toMatchObject({ balance: 12, credits: [{}, {}, {}] })
  })

  it.each([
    [{}, 'amount', 'missing_required'],
    [{ amount: 0 }, 'amount', 'invalid_value'],
    [{ amount: '10' }, 'amount', 'wrong_type'],
    [{ amount: 0.0000001 }, 'amount', 'invalid_value'],
    [{ amount: 1e10 }, 'amount', 'invalid_value'],
    [{ amount: 1, note: 'x'.repeat(501) }, 'note', 'too_long'],
    [{ amount: 1, reference: '' }, 'reference', 'invalid_value'],
    [{ amount: 1, currency: 'EUR' }, 'currency', 'unknown_field'],
  ])('refuses %j and names %s', async (body, field, code) => {
    const { status, body: problem } = await credit(body)
    expect(status).toBe(422)
    expect(problem.field_errors).toEqual([expect.objectContaining({ field, code })])
  })

  it("refuses a malformed key, an unknown buyer, another tenant's and an archived one", async () => {
    await newBuyer()
    const malformed = await credit({ amount: 1 }, { 'idempotency-key': '"open' })
    expect([malformed.status, malformed.body.error]).toEqual([400, 'idempotency_key_invalid'])
    for (const method of ['GET', 'POST']) {
      const path = `/v1/buyers/${buyerId}/balance`
      const body = method === 'GET' ? undefined : { amount: 1 }
      expect((await management.call(method, '/v1/buyers/buy_nobody/balance', body)).status).toBe(404)
      expect((await management.call(method, path, body, { key: SANDBOX_OPERATOR })).status).toBe(404)
    }
    await management.call('DELETE', `/v1/buyers/${buyerId}`)
    expect((await credit({ amount: 1 })).status).toBe(409)
    expect((await balance()).status).toBe(200)
  })
})
