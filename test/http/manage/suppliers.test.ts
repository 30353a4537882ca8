import { beforeAll, describe, expect, test } from 'vitest'
import { hashApiKey, isWellFormedApiKey } from '../../../src/security/api-keys'
import {
  CAMPAIGN,
  DB,
  type Management,
  make,
  REVENUE_SHARE,
  SANDBOX_OPERATOR,
  SNAPSHOTS,
  startManagement,
} from '../../support/management'

let management: Management
beforeAll(async () => {
  management = await startManagement()
})

describe('POST /v1/suppliers', () => {
  test('answers with a working key, which is shown this once and kept nowhere', async () => {
    const { status, body } = await management.call('POST', '/v1/suppliers', { name: 'Acme Leads' })
    expect(status).toBe(201)
    expect(body).toMatchObject({ name: 'Acme Leads', status: 'active', id: expect.stringMatching(/^sup_/) })
    expect(body.api_key).toMatch(/^ld_live_/)
    expect(isWellFormedApiKey(body.api_key)).toBe(true)
    expect(await management.reader.credential(await hashApiKey(body.api_key))).toMatchObject({
      tenantId: 'live',
      role: 'supplier',
      subjectId: body.id,
      scopes: ['ping', 'post', 'webhook'],
      revoked: false,
    })

    const { api_key, ...shown } = body
    expect((await management.call('GET', `/v1/suppliers/${body.id}`)).body).toEqual(shown)
    const secret = body.api_key.slice('ld_live_'.length + 4, -4)
    const rows = await DB.prepare('SELECT * FROM api_keys JOIN suppliers ON suppliers.id = subject_id').all()
    expect(JSON.stringify(rows.results)).not.toContain(secret)
    for (const { name } of (await SNAPSHOTS.list()).keys) {
      expect(`${name} ${await SNAPSHOTS.get(name)}`).not.toContain(secret)
    }
  })

  test('gives a sandbox operator a test key that sees the sandbox only', async () => {
    const { body } = await management.call('POST', '/v1/suppliers', { name: 'Acme' }, { key: SANDBOX_OPERATOR })
    expect(body.api_key).toMatch(/^ld_test_/)
    expect(await management.reader.credential(await hashApiKey(body.api_key))).toMatchObject({ tenantId: 'sandbox' })
    expect((await management.call('GET', `/v1/suppliers/${body.id}`)).status).toBe(404)
  })

  test.each<[object, string, string]>([
    [{}, 'name', 'missing_required'],
    [{ name: 'x', status: 'banned' }, 'status', 'invalid_value'],
    [{ name: 'x', api_key: 'ld_live_mine' }, 'api_key', 'unknown_field'],
    [{ name: ['x'] }, 'name', 'wrong_type'],
  ])('refuses %o', async (body, field, code) => {
    const answer = await management.call('POST', '/v1/suppliers', body)
    expect(answer.status).toBe(422)
    expect(answer.body.field_errors).toEqual([{ field, code, expected: expect.any(String) }])
  })
})

/** What the supplier's gate was told last. */
const gateOf = (id: string) => {
  const told = management.told.filter(([object, , subject]) => object === 'gate' && subject === id).at(-1)
  return told === undefined ? null : { version: told[3], active: told[4] }
}

describe('a supplier that changes', () => {
  const linked = async () => {
    const supplierId = await make(management, '/v1/suppliers', { name: 'Acme' })
    const campaigns = [
      await make(management, '/v1/campaigns', CAMPAIGN),
      await make(management, '/v1/campaigns', CAMPAIGN),
    ]
    for (const id of campaigns)
      await management.call('PUT', `/v1/campaigns/${id}/suppliers/${supplierId}`, REVENUE_SHARE)
    return { supplierId, campaigns }
  }

  test('is paused in every campaign at once, and at its gate', async () => {
    const { supplierId, campaigns } = await linked()
    const { status, body } = await management.call('PATCH', `/v1/suppliers/${supplierId}`, { status: 'paused' })
    expect([status, body.status, body.name]).toEqual([200, 'paused', 'Acme'])
    for (const id of campaigns) {
      expect((await management.reader.campaign(id))?.links[supplierId]?.active).toBe(false)
    }
    expect(gateOf(supplierId)).toMatchObject({ active: false })
  })

  test('is renamed everywhere, without a word to its gate, which does not know names', async () => {
    const { supplierId, campaigns } = await linked()
    const before = gateOf(supplierId)
    await management.call('PATCH', `/v1/suppliers/${supplierId}`, { name: 'Zenith' })
    for (const id of campaigns) {
      expect((await management.reader.campaign(id))?.links[supplierId]?.supplierName).toBe('Zenith')
    }
    expect(gateOf(supplierId)).toEqual(before)
  })

  test('loses its keys, links and gate when it is archived', async () => {
    const { body: supplier } = await management.call('POST', '/v1/suppliers', { name: 'Acme' })
    const campaignId = await make(management, '/v1/campaigns', CAMPAIGN)
    await management.call('PUT', `/v1/campaigns/${campaignId}/suppliers/${supplier.id}`, REVENUE_SHARE)
    expect((await management.call('DELETE', `/v1/suppliers/${supplier.id}`)).status).toBe(204)
    expect(await management.reader.credential(await hashApiKey(supplier.api_key))).toMatchObject({ revoked: true })
    expect((await management.reader.campaign(campaignId))?.links[supplier.id]?.active).toBe(false)
    expect(gateOf(supplier.id)).toMatchObject({ active: false })
    expect((await management.call('GET', `/v1/suppliers/${supplier.id}`)).body.status).toBe('archived')
    const refused = await management.call('PATCH', `/v1/suppliers/${supplier.id}`, { status: 'active' })
    expect([refused.status, refused.body.error]).toEqual([409, 'conflict'])
    const { body } = await management.call('GET', '/v1/suppliers?limit=200')
    expect(body.data.map(({ id }: { id: string }) => id)).not.toContain(supplier.id)
  })
})
