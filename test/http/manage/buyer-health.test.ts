import { beforeAll, describe, expect, it } from 'vitest'
import type { AccountHealth } from '../../../src/contracts/buyer-line'
import { CAMPAIGN, CONTRACT, type Management, make, SANDBOX_OPERATOR, startManagement } from '../../support/management'

const SINCE = Date.parse('2026-11-20T10:00:00Z')

let management: Management
let buyerId: string
let campaignId: string
let contractId: string
/** What the buyer's account says, and whose account was asked. */
let health: AccountHealth
const asked: string[] = []

beforeAll(async () => {
  management = await startManagement({
    buyerHealth: async (tenantId, id) => {
      asked.push(`${tenantId}/${id}`)
      return health
    },
  })
  buyerId = await make(management, '/v1/buyers', { name: 'Big' })
  campaignId = await make(management, '/v1/campaigns', CAMPAIGN)
  const { body } = await management.call('PUT', `/v1/campaigns/${campaignId}/buyers/${buyerId}`, CONTRACT)
  contractId = body.id
})

const read = (id = buyerId, key?: string) =>
  management.call('GET', `/v1/buyers/${id}/health`, undefined, key === undefined ? {} : { key })

describe('GET /v1/buyers/{id}/health', () => {
  it('shows every contract as closed where nothing is the matter', async () => {
    health = { pingsPerSecond: 100, sharedPerSecond: 12, contracts: [] }
    expect((await read()).body).toEqual({
      buyer_id: buyerId,
      ping_rate: { per_second: 100, shared: 12 },
      contracts: [
        {
          contract_id: contractId,
          campaign_id: campaignId,
          state: 'closed',
          call: null,
          since: null,
          until: null,
          failures: 0,
          last_reason: null,
          isolates: 0,
        },
      ],
    })
    expect(asked).toEqual([`live/${buyerId}`])
  })

  it('shows since when, why and until when a contract is skipped', async () => {
    const open = {
      state: 'open',
      call: 'ping',
      since: SINCE,
      until: SINCE + 30_000,
      failures: 10,
      isolates: 3,
    } as const
    health = { pingsPerSecond: 5, sharedPerSecond: 5, contracts: [{ ...open, contractId, lastReason: 'HTTP 503' }] }
    const { body } = await read()
    expect(body.contracts).toMatchObject([
      {
        contract_id: contractId,
        state: 'open',
        call: 'ping',
        since: '2026-11-20T10:00:00.000Z',
        until: '2026-11-20T10:00:30.000Z',
        failures: 10,
        last_reason: 'HTTP 503',
        isolates: 3,
      },
    ])
  })

  it('is for operators of the same tenant only', async () => {
    expect((await read(buyerId, SANDBOX_OPERATOR)).status).toBe(404)
    expect((await read('buy_unknown')).status).toBe(404)
    expect((await management.call('GET', `/v1/buyers/${buyerId}/health`, undefined, { key: null })).status).toBe(401)
  })
})

describe('ping_rate', () => {
  const rateOf = async (id: string) => (await management.call('GET', `/v1/buyers/${id}`)).body.ping_rate

  it('is a hundred a second unless the operator says otherwise, and is told to the account', async () => {
    expect(await rateOf(buyerId)).toEqual({ per_second: 100 })
    const id = await make(management, '/v1/buyers', { name: 'Small', ping_rate: { per_second: 5 } })
    expect(await rateOf(id)).toEqual({ per_second: 5 })
    await management.call('PATCH', `/v1/buyers/${id}`, { ping_rate: { per_second: 7 } })
    expect(await rateOf(id)).toEqual({ per_second: 7 })
  })

  it.each([0, -1, 1.5, 10_001, '5', null])('of %j a second is refused', async (per_second) => {
    const { status, body } = await management.call('PATCH', `/v1/buyers/${buyerId}`, { ping_rate: { per_second } })
    expect([status, body.field_errors[0].field]).toEqual([422, 'ping_rate.per_second'])
  })
})
