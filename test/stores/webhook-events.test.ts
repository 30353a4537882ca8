/** Events are written with the change that they tell of: once, whatever comes twice, late or in another order. */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { LeadProjection } from '../../src/contracts/projection'
import type { Change } from '../../src/stores/change-set'
import { applyLeadProjections } from '../../src/stores/projector-store'
import { createTenantStores } from '../../src/stores/tenant-stores'
import { WebhookListeners } from '../../src/stores/webhook-listeners'
import { fresh, pendingLead, sale, soldLead, unsoldLead } from '../support/projections'

const STAMPS = { newEventId: () => fresh('evt'), now: () => Date.parse('2026-11-20T10:15:02Z') }
const change = (): Change => ({
  id: fresh('pub'),
  at: '2026-11-20T10:00:00.000Z',
  by: { role: 'operator', id: 'key_1', requestId: 'req_1' },
})

const apply = (messages: readonly LeadProjection[]) =>
  applyLeadProjections(env.DB, messages, { stamps: STAMPS, listeners: new WebhookListeners(env.DB) })

interface Wanted {
  readonly role?: 'operator' | 'supplier' | 'buyer'
  readonly subjectId?: string | null
  readonly events?: readonly string[]
  readonly status?: 'enabled' | 'disabled'
}

async function endpoint(
  tenantId: string,
  { role = 'operator', subjectId = null, events = ['*'], status = 'enabled' }: Wanted = {},
) {
  const id = fresh('whe')
  const rest = { url: 'https://hooks.example.com/', description: null, disabledReason: null, sealedSecret: 'sealed' }
  await createTenantStores(env.DB, tenantId).webhookEndpoints.create(
    { id, role, subjectId, events, status, ...rest },
    change(),
  )
  return id
}

/** What an endpoint is to be sent, by key without the auction. */
async function sentTo(endpointId: string): Promise<readonly string[]> {
  const sql = 'SELECT event_key AS key FROM webhook_deliveries WHERE endpoint_id = ?1'
  const { results } = await env.DB.prepare(sql).bind(endpointId).all<{ key: string }>()
  return results.map(({ key }) => key.replace(/auc_\d+/, 'auc')).sort()
}

const SOLD = ['auction.closed/auc', 'lead.posted/auc/con_a', 'lead.sold/auc/con_a']

describe('a report of an auction', () => {
  it('becomes events for whom they concern, and for nobody else', async () => {
    const tenantId = fresh('tenant')
    const operators = await endpoint(tenantId)
    const supplier = await endpoint(tenantId, { role: 'supplier', subjectId: 'sup_1' })
    const winner = await endpoint(tenantId, { role: 'buyer', subjectId: 'buy_a' })
    const loser = await endpoint(tenantId, { role: 'buyer', subjectId: 'buy_b' })
    const silent = await endpoint(tenantId, { role: 'buyer', subjectId: 'buy_c' })
    const others = [
      await endpoint(tenantId, { role: 'supplier', subjectId: 'sup_2' }),
      await endpoint(tenantId, { events: ['lead.unmatched'] }),
      await endpoint(tenantId, { status: 'disabled' }),
      await endpoint(fresh('tenant')),
      await endpoint(fresh('tenant'), { role: 'supplier', subjectId: 'sup_1' }),
    ]
    const { wakes } = await apply([soldLead({ tenantId })])
    expect(wakes.map(({ endpointId }) => endpointId).sort()).toEqual([operators, supplier, winner, loser].sort())
    expect(await sentTo(operators)).toEqual(SOLD)
    expect(await sentTo(supplier)).toEqual(SOLD)
    expect(await sentTo(winner)).toEqual(['auction.closed/auc/con_a', ...SOLD.slice(1)])
    expect(await sentTo(loser)).toEqual(['auction.closed/auc/con_b'])
    expect(await sentTo(silent)).toEqual([])
    for (const other of others) expect(await sentTo(other)).toEqual([])
  })

  it('is heard by an endpoint that came after reports that nobody heard, and by others of its tenant', async () => {
    const [tenantId, other] = [fresh('tenant'), fresh('tenant')]
    const events = { stamps: STAMPS, listeners: new WebhookListeners(env.DB) }
    const report = () => [soldLead({ tenantId }), soldLead({ tenantId: other })]
    expect((await applyLeadProjections(env.DB, report(), events)).wakes).toEqual([])
    const first = await endpoint(tenantId)
    expect((await applyLeadProjections(env.DB, report(), events)).wakes).toMatchObject([{ endpointId: first }])
    const second = await endpoint(tenantId)
    const { wakes } = await applyLeadProjections(env.DB, report(), events)
    expect(wakes.map(({ endpointId }) => endpointId).sort()).toEqual([first, second].sort())
    expect(await sentTo(first)).toEqual([...SOLD, ...SOLD].sort())
    expect(await sentTo(second)).toEqual(SOLD)
  })

  it('goes to the endpoints of its own tenant where several tenants share a batch', async () => {
    const [heard = '', unheard = '', also = ''] = ['tenant', 'tenant', 'tenant'].map(fresh)
    const endpoints = [await endpoint(heard), await endpoint(also)]
    const leads = [unheard, also, unheard, heard].map((tenantId) => soldLead({ tenantId }))
    await apply(leads)
    const { results } = await env.DB.prepare(
      `SELECT endpoint_id AS id, data ->> 'auction_id' AS auction FROM webhook_deliveries
       WHERE endpoint_id IN (?1, ?2) AND event_key = 'auction.closed/' || (data ->> 'auction_id')`,
    )
      .bind(...endpoints)
      .all()
    expect(results).toHaveLength(2)
    expect(results).toContainEqual({ id: endpoints[0], auction: leads[3]?.auctionId })
    expect(results).toContainEqual({ id: endpoints[1], auction: leads[1]?.auctionId })
  })

  it('costs nothing where nobody listens', async () => {
    const lead = soldLead({ tenantId: fresh('tenant') })
    const without = await applyLeadProjections(env.DB, [soldLead({ tenantId: fresh('tenant') })])
    const { rowsWritten, wakes } = await apply([lead])
    expect([rowsWritten, wakes]).toEqual([without.rowsWritten, []])
  })

  it('that comes twice, late or in another order tells everything once, and nothing that is over', async () => {
    const tenantId = fresh('tenant')
    const id = await endpoint(tenantId)
    const bids = (reason: string | null) => [
      { contractId: 'con_a', buyerId: 'buy_a', priceMicros: 1_000_000, reason, durationMs: 5, posted: true },
    ]
    const sold = soldLead({ tenantId, sequence: 2, bids: bids(null) })
    const pending = { ...pendingLead(), ...sold, sequence: 1, status: 'pending', sales: [], settledAt: null } as const
    await apply([pending])
    expect(await sentTo(id)).toEqual(['auction.closed/auc', 'lead.pending/auc/con_a', 'lead.posted/auc/con_a'])
    await apply([pending])
    await apply([sold])
    await apply([pending, sold])
    expect(await sentTo(id)).toEqual([
      'auction.closed/auc',
      'lead.pending/auc/con_a',
      'lead.posted/auc/con_a',
      'lead.sold/auc/con_a',
    ])

    const second = await endpoint(tenantId)
    const early = soldLead({ tenantId, sequence: 2, bids: bids(null) })
    await apply([early])
    await apply([{ ...early, sequence: 1, status: 'pending', sales: [], settledAt: null }])
    expect(await sentTo(second)).toEqual(SOLD)
  })

  it('tells of each sale of a shared lead, and of a lead that nobody took why', async () => {
    const tenantId = fresh('tenant')
    const id = await endpoint(tenantId, { events: ['lead.sold', 'lead.unmatched'] })
    await apply([soldLead({ tenantId, sales: [sale('a'), sale('b')] }), unsoldLead({ tenantId })])
    expect(await sentTo(id)).toEqual(['lead.sold/auc/con_a', 'lead.sold/auc/con_b', 'lead.unmatched/auc'])
  })

  it('that the database refuses leaves no event behind', async () => {
    const tenantId = fresh('tenant')
    const id = await endpoint(tenantId)
    const broken = { ...soldLead({ tenantId }), campaignId: null as unknown as string }
    await expect(apply([broken])).rejects.toThrow()
    expect(await sentTo(id)).toEqual([])
  })
})
