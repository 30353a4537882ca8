import { beforeAll, describe, expect, test } from 'vitest'
import { CAMPAIGN, CONTRACT, type Management, make, SANDBOX_OPERATOR, startManagement } from '../../support/management'

let management: Management
beforeAll(async () => {
  management = await startManagement()
})

const FULL = {
  name: 'Big Insurance',
  status: 'paused',
  caps: [
    { period: 'day', count: 100, timezone: 'America/Chicago' },
    { period: 'month', amount: 25000.5, timezone: 'UTC' },
  ],
  budget: { amount: 100000, period: 'month', timezone: 'America/Chicago' },
}

/** What the buyer's account was told last. */
const accountOf = (id: string) => {
  const told = management.told.filter(([object, , subject]) => object === 'account' && subject === id).at(-1)
  return told === undefined ? null : { version: told[3], active: told[4] }
}

describe('/v1/buyers', () => {
  test('takes every member and echoes it', async () => {
    const { status, body } = await management.call('POST', '/v1/buyers', FULL)
    expect(status).toBe(201)
    expect(body).toMatchObject({ ...FULL, id: expect.stringMatching(/^buy_/) })
    expect((await management.call('GET', `/v1/buyers/${body.id}`)).body).toEqual(body)
    const { body: list } = await management.call('GET', '/v1/buyers?limit=200')
    expect(list.data).toContainEqual(body)
  })

  test('fills in defaults, and takes a bare amount for a budget', async () => {
    const { body } = await management.call('POST', '/v1/buyers', { name: 'Small', budget: 500 })
    expect(body).toMatchObject({ status: 'active', caps: [], budget: 500 })
  })

  test.each<[object, string, string]>([
    [{}, 'name', 'missing_required'],
    [{ name: 'x', caps: [{ period: 'day' }] }, 'caps.0', 'invalid_value'],
    [{ name: 'x', caps: [{ period: 'year', count: 1 }] }, 'caps.0.period', 'invalid_value'],
    [{ name: 'x', caps: [{ period: 'day', count: -1 }] }, 'caps.0.count', 'invalid_value'],
    [{ name: 'x', caps: [{ period: 'day', count: 1, timezone: 'Mars/Base' }] }, 'caps.0.timezone', 'invalid_value'],
    [{ name: 'x', caps: [{ period: 'day', count: 1, zone: 'UTC' }] }, 'caps.0.zone', 'unknown_field'],
    [{ name: 'x', budget: -1 }, 'budget', 'invalid_value'],
    [{ name: 'x', budget: { amount: 1, per: 'day' } }, 'budget.per', 'unknown_field'],
    [{ name: 'x', budget: 'lots' }, 'budget', 'invalid_value'],
    [{ name: 'x', tier: 1 }, 'tier', 'unknown_field'],
  ])('refuses %o', async (body, field, code) => {
    const answer = await management.call('POST', '/v1/buyers', body)
    expect(answer.status).toBe(422)
    expect(answer.body.field_errors).toEqual([{ field, code, expected: expect.stringMatching(/\w/) }])
  })

  test('a change reaches every campaign of the buyer and its account before it is answered', async () => {
    const buyerId = await make(management, '/v1/buyers', { name: 'Big' })
    expect(accountOf(buyerId)).toEqual({ version: 1, active: true })
    const campaigns = [
      await make(management, '/v1/campaigns', CAMPAIGN),
      await make(management, '/v1/campaigns', CAMPAIGN),
    ]
    for (const id of campaigns) await management.call('PUT', `/v1/campaigns/${id}/buyers/${buyerId}`, CONTRACT)
    const { status } = await management.call('PATCH', `/v1/buyers/${buyerId}`, { status: 'paused' })
    expect(status).toBe(200)
    for (const id of campaigns) {
      expect((await management.reader.campaign(id))?.contracts[0]?.terms).toMatchObject({ buyerId, active: false })
    }
    expect(accountOf(buyerId)).toMatchObject({ active: false })
  })

  test('DELETE archives it in every campaign', async () => {
    const buyerId = await make(management, '/v1/buyers', { name: 'Big' })
    const campaignId = await make(management, '/v1/campaigns', CAMPAIGN)
    await management.call('PUT', `/v1/campaigns/${campaignId}/buyers/${buyerId}`, CONTRACT)
    expect((await management.call('DELETE', `/v1/buyers/${buyerId}`)).status).toBe(204)
    expect((await management.reader.campaign(campaignId))?.contracts[0]?.terms.active).toBe(false)
    expect(accountOf(buyerId)).toMatchObject({ active: false })
    expect((await management.call('GET', `/v1/buyers/${buyerId}`)).body.status).toBe('archived')
    expect((await management.call('PATCH', `/v1/buyers/${buyerId}`, { name: 'y' })).status).toBe(409)
  })

  test('of another tenant are not there', async () => {
    const id = await make(management, '/v1/buyers', { name: 'theirs' }, SANDBOX_OPERATOR)
    for (const method of ['GET', 'DELETE']) {
      expect((await management.call(method, `/v1/buyers/${id}`)).status).toBe(404)
    }
    expect((await management.call('PATCH', `/v1/buyers/${id}`, { name: 'mine' })).status).toBe(404)
  })
})
