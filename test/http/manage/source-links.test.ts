import { beforeAll, describe, expect, test } from 'vitest'
import {
  CAMPAIGN,
  type Management,
  make,
  REVENUE_SHARE,
  SANDBOX_OPERATOR,
  startManagement,
} from '../../support/management'

let management: Management
let campaignId: string
let supplierId: string
let path: string
beforeAll(async () => {
  management = await startManagement()
  campaignId = await make(management, '/v1/campaigns', CAMPAIGN)
  supplierId = await make(management, '/v1/suppliers', { name: 'Acme' })
  path = `/v1/campaigns/${campaignId}/suppliers/${supplierId}`
})

const FULL = {
  status: 'active',
  cost_mode: 'revenue_share',
  cost_amount: null,
  cost_percent: 75,
  min_payout: 5,
  max_payout: 200.25,
  caps: [{ period: 'day', count: 100, timezone: 'America/Chicago' }],
  ping_caps: [{ period: 'hour', count: 1000, timezone: 'UTC' }],
  test_mode: true,
}

describe('PUT /v1/campaigns/{id}/suppliers/{supplierId}', () => {
  test('takes every member, echoes it, and takes effect at once', async () => {
    const { status, body } = await management.call('PUT', path, FULL)
    expect(status).toBe(201)
    expect(body).toMatchObject({ ...FULL, campaign_id: campaignId, supplier_id: supplierId })
    expect((await management.call('GET', path)).body).toEqual(body)
    expect((await management.reader.campaign(campaignId))?.links[supplierId]).toEqual({
      supplierId,
      supplierName: 'Acme',
      active: true,
      payout: {
        cost: { mode: 'revenue_share', share: 750_000 },
        minPayoutMicros: 5_000_000,
        maxPayoutMicros: 200_250_000,
      },
      testMode: true,
      capped: { leads: true, payouts: false, pings: true },
    })
  })

  test('replaces the whole', async () => {
    await management.call('PUT', path, FULL)
    const { status, body } = await management.call('PUT', path, { cost_mode: 'fixed', cost_amount: 12.5 })
    expect(status).toBe(200)
    expect(body).toMatchObject({ cost_mode: 'fixed', cost_amount: 12.5, min_payout: null, caps: [], test_mode: false })
    expect((await management.reader.campaign(campaignId))?.links[supplierId]).toMatchObject({
      payout: { cost: { mode: 'fixed', amountMicros: 12_500_000 }, minPayoutMicros: null },
      testMode: false,
    })
  })

  test.each<[object, string, string]>([
    [{}, 'cost_mode', 'missing_required'],
    [{ cost_mode: 'free' }, 'cost_mode', 'invalid_value'],
    [{ cost_mode: 'fixed' }, 'cost_amount', 'missing_required'],
    [{ cost_mode: 'fixed', cost_percent: 50 }, 'cost_amount', 'missing_required'],
    [{ cost_mode: 'revenue_share' }, 'cost_percent', 'missing_required'],
    [{ cost_mode: 'revenue_share', cost_percent: 100.1 }, 'cost_percent', 'invalid_value'],
    [{ cost_mode: 'revenue_share', cost_percent: -1 }, 'cost_percent', 'invalid_value'],
    [{ cost_mode: 'revenue_share', cost_percent: 0.00001 }, 'cost_percent', 'invalid_value'],
    [{ cost_mode: 'fixed', cost_amount: 1e300 }, 'cost_amount', 'invalid_value'],
    [{ ...REVENUE_SHARE, min_payout: 10, max_payout: 9 }, 'max_payout', 'invalid_value'],
    [{ ...REVENUE_SHARE, test_mode: 'yes' }, 'test_mode', 'wrong_type'],
    [{ ...REVENUE_SHARE, ping_caps: [{ period: 'day', count: 1.5 }] }, 'ping_caps.0.count', 'wrong_type'],
    [{ ...REVENUE_SHARE, cost: 5 }, 'cost', 'unknown_field'],
  ])('refuses %o', async (body, field, code) => {
    const answer = await management.call('PUT', path, body)
    expect(answer.status).toBe(422)
    expect(answer.body.field_errors).toEqual([{ field, code, expected: expect.stringMatching(/\w/) }])
  })

  test('says which end of the link is unknown', async () => {
    const theirs = await make(management, '/v1/suppliers', { name: 'theirs' }, SANDBOX_OPERATOR)
    const noCampaign = await management.call('PUT', `/v1/campaigns/camp_x/suppliers/${supplierId}`, REVENUE_SHARE)
    expect([noCampaign.status, noCampaign.body.message]).toEqual([404, 'There is no campaign with this id.'])
    for (const id of ['sup_x', theirs]) {
      const answer = await management.call('PUT', `/v1/campaigns/${campaignId}/suppliers/${id}`, REVENUE_SHARE)
      expect([answer.status, answer.body.message]).toEqual([404, 'There is no supplier with this id.'])
    }
  })

  test('gives nothing new to what is archived', async () => {
    const archived = await make(management, '/v1/suppliers', { name: 'gone' })
    await management.call('DELETE', `/v1/suppliers/${archived}`)
    const answer = await management.call('PUT', `/v1/campaigns/${campaignId}/suppliers/${archived}`, REVENUE_SHARE)
    expect([answer.status, answer.body.error, answer.body.message]).toEqual([
      409,
      'conflict',
      'The supplier is archived.',
    ])
  })
})

test('a link that is paused lets nobody in', async () => {
  await management.call('PUT', path, { ...FULL, status: 'paused' })
  expect((await management.reader.campaign(campaignId))?.links[supplierId]?.active).toBe(false)
})

test('links are listed by campaign, and gone after DELETE', async () => {
  const campaign = await make(management, '/v1/campaigns', CAMPAIGN)
  const list = `/v1/campaigns/${campaign}/suppliers`
  const suppliers: string[] = []
  for (const name of ['a', 'b', 'c']) {
    const id = await make(management, '/v1/suppliers', { name })
    suppliers.push(id)
    await management.call('PUT', `${list}/${id}`, REVENUE_SHARE)
  }
  const first = await management.call('GET', `${list}?limit=2`)
  const second = await management.call('GET', `${list}?limit=2&cursor=${first.body.next_cursor}`)
  const seen = [...first.body.data, ...second.body.data].map((link) => link.supplier_id)
  expect(seen).toEqual([...suppliers].sort().reverse())
  expect(second.body.next_cursor).toBeNull()

  const gone = `${list}/${suppliers[0]}`
  expect((await management.call('DELETE', gone)).status).toBe(204)
  expect((await management.call('GET', gone)).status).toBe(404)
  expect((await management.call('DELETE', gone)).status).toBe(404)
  expect(Object.keys((await management.reader.campaign(campaign))?.links ?? {}).sort()).toEqual(
    suppliers.slice(1).sort(),
  )
  expect((await management.call('GET', '/v1/campaigns/camp_x/suppliers')).status).toBe(404)
})

test('another tenant reads, lists, changes and deletes no link', async () => {
  await management.call('PUT', path, FULL)
  const key = { key: SANDBOX_OPERATOR }
  expect((await management.call('GET', path, undefined, key)).status).toBe(404)
  expect((await management.call('GET', `/v1/campaigns/${campaignId}/suppliers`, undefined, key)).status).toBe(404)
  expect((await management.call('PUT', path, REVENUE_SHARE, key)).status).toBe(404)
  expect((await management.call('DELETE', path, undefined, key)).status).toBe(404)
  expect((await management.call('GET', path)).body).toMatchObject(FULL)
})
