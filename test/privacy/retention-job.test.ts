import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { RetentionJob } from '../../src/privacy/retention-job'
import { applyLeadProjections } from '../../src/stores/projector-store'
import { soldLead } from '../support/projections'
import { DAY_MS, ERASED, iso, NOW, TestTenant } from './support'

const daysAgo = (days: number) => iso(NOW - days * DAY_MS)
const BY = { role: 'operator', id: 'key_1', requestId: 'req_1' } as const

async function tenantKeeping(contactDays: number, detailsDays: number): Promise<TestTenant> {
  const tenant = new TestTenant()
  await tenant.stores.retention.set({ contactDays, detailsDays }, { id: `pub_${tenant.id}`, at: iso(NOW), by: BY })
  return tenant
}

const jobFor = (tenant: TestTenant, now = NOW) =>
  new RetentionJob({
    tenants: async () => [tenant.id],
    store: () => tenant.stores.retention,
    auction: tenant.auction,
    now: () => now,
  })

describe('the retention of leads', () => {
  it('erases contact data first, and the rest in its time, in young auctions too', async () => {
    const tenant = await tenantKeeping(10, 60)
    const [oldest, old, young] = await tenant.store(
      { receivedAt: daysAgo(61) },
      { receivedAt: daysAgo(11) },
      { receivedAt: daysAgo(9) },
    )
    for (const lead of [old, young]) await tenant.noteOn(lead?.leadId ?? '')
    expect(await jobFor(tenant).run()).toBe(3)
    expect(await tenant.noteKeys()).toEqual([null, 'v1.note-key'])
    expect(await tenant.leads()).toEqual([
      expect.objectContaining({ ...ERASED, id: oldest?.leadId, status: 'sold' }),
      expect.objectContaining({ ...ERASED, sealed_details: 'v1.details', details_key: 'v1.details-key' }),
      expect.objectContaining({ sealed_key: 'v1.key', details_key: 'v1.details-key' }),
    ])
    expect(await tenant.contacts()).toHaveLength(2)
    // The oldest auction has forgotten everything by itself.
    expect(tenant.told).toEqual([`contact ${old?.auctionId}`])
    expect(await jobFor(tenant).run()).toBe(0)
  })

  it('goes through many, some a run, and loses none of those of one moment', async () => {
    const tenant = await tenantKeeping(40, 400)
    await tenant.store(...Array.from({ length: 450 }, () => ({ receivedAt: daysAgo(41) })))
    for (const leads of [200, 200, 50, 0]) expect(await jobFor(tenant).run()).toBe(leads)
    expect((await tenant.leads()).filter(({ sealed_key }) => sealed_key !== null)).toEqual([])
    expect(await tenant.contacts()).toEqual([])
  })

  it('brings nothing back that comes late', async () => {
    const tenant = await tenantKeeping(10, 60)
    await jobFor(tenant).run()
    await applyLeadProjections(env.DB, [soldLead({ tenantId: tenant.id, receivedAt: daysAgo(30) })])
    expect(await tenant.leads()).toEqual([
      expect.objectContaining({ ...ERASED, sealed_details: 'v1.details', details_key: 'v1.details-key' }),
    ])
    expect(await tenant.contacts()).toEqual([])
  })

  it('stays where it is while an auction cannot be told', async () => {
    const tenant = await tenantKeeping(10, 60)
    await tenant.store({ receivedAt: daysAgo(11) })
    tenant.failure = new Error('no answer')
    await expect(jobFor(tenant).run()).rejects.toThrow('no answer')
    tenant.failure = null
    expect(await jobFor(tenant).run()).toBe(1)
    expect((await tenant.leads())[0]).toMatchObject({ sealed_key: null })
  })

  it('is two years and five where nothing is set', async () => {
    const tenant = new TestTenant()
    await tenant.store({ receivedAt: daysAgo(1_827) }, { receivedAt: daysAgo(731) }, { receivedAt: daysAgo(729) })
    await jobFor(tenant).run()
    const kept = (await tenant.leads()).map((lead) => [lead.sealed_key !== null, lead.details_key !== null])
    expect(kept).toEqual([
      [false, false],
      [false, true],
      [true, true],
    ])
  })
})
