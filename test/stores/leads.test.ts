import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { LeadProjection } from '../../src/contracts/projection'
import { type LeadFilter, LeadStore } from '../../src/stores/lead-store'
import { applyLeadProjections } from '../../src/stores/projector-store'
import { fresh, pendingLead, sale, soldLead, unsoldLead } from '../support/projections'

async function storeWith(...messages: readonly ((tenantId: string) => LeadProjection)[]) {
  const tenantId = fresh('tenant')
  const leads = messages.map((message) => message(tenantId))
  await applyLeadProjections(env.DB, leads)
  return { store: new LeadStore(env.DB, tenantId), leads, tenantId }
}

const at = (receivedAt: string) => (tenantId: string) => soldLead({ tenantId, receivedAt })

/** Walks the whole list, a page at a time. */
async function walk(store: LeadStore, filter: LeadFilter, limit: number): Promise<string[][]> {
  const pages: string[][] = []
  let after: readonly string[] | null = null
  do {
    const page = await store.list(filter, { limit, after })
    pages.push(page.rows.map(({ id }) => id))
    after = page.next
  } while (after !== null)
  return pages
}

describe('a list of leads', () => {
  it('is the newest first, and leads of one moment keep one order over pages', async () => {
    const moment = '2026-11-20T10:00:00.000Z'
    const { store, leads } = await storeWith(
      at(moment),
      at('2026-11-20T09:59:59.999Z'),
      at(moment),
      at(moment),
      at('2026-11-20T10:00:00.001Z'),
    )
    const [a, oldest, b, c, newest] = leads.map(({ leadId }) => leadId)
    expect(await walk(store, {}, 2)).toEqual([[newest, c], [b, a], [oldest]])
    expect(await walk(store, {}, 5)).toEqual([[newest, c, b, a, oldest]])
    expect(await walk(store, {}, 1)).toHaveLength(5)
  })

  it('neither repeats nor hides a lead when others arrive between pages', async () => {
    const { store, leads, tenantId } = await storeWith(at('2026-11-20T10:00:00.000Z'), at('2026-11-20T11:00:00.000Z'))
    const first = await store.list({}, { limit: 1, after: null })
    await applyLeadProjections(env.DB, [soldLead({ tenantId, receivedAt: '2026-11-20T12:00:00.000Z' })])
    const second = await store.list({}, { limit: 1, after: first.next })
    expect([first, second].flatMap(({ rows }) => rows.map(({ id }) => id))).toEqual([
      leads[1]?.leadId,
      leads[0]?.leadId,
    ])
    expect(second.next).toBeNull()
  })

  it('holds what every filter wants', async () => {
    const { store, leads } = await storeWith(
      (tenantId) => soldLead({ tenantId, receivedAt: '2026-11-20T10:00:00.000Z' }),
      (tenantId) =>
        soldLead({ tenantId, campaignId: 'camp_2', sales: [sale('b')], receivedAt: '2026-11-20T11:00:00.000Z' }),
      (tenantId) => unsoldLead({ tenantId, supplierId: 'sup_2', receivedAt: '2026-11-20T12:00:00.000Z' }),
      (tenantId) => pendingLead({ tenantId, receivedAt: '2026-11-20T13:00:00.000Z' }),
    )
    const found = async (filter: LeadFilter) => {
      const { rows } = await store.list(filter, { limit: 10, after: null })
      return rows.map(({ id }) => leads.findIndex(({ leadId }) => leadId === id))
    }
    expect(await found({})).toEqual([3, 2, 1, 0])
    expect(await found({ status: 'sold' })).toEqual([1, 0])
    expect(await found({ status: 'pending' })).toEqual([3])
    expect(await found({ campaignId: 'camp_2' })).toEqual([1])
    expect(await found({ supplierId: 'sup_2' })).toEqual([2])
    expect(await found({ buyerId: 'buy_a' })).toEqual([0])
    expect(await found({ receivedFrom: '2026-11-20T11:00:00.000Z' })).toEqual([3, 2, 1])
    expect(await found({ receivedBefore: '2026-11-20T11:00:00.000Z' })).toEqual([0])
    expect(await found({ status: 'sold', campaignId: 'camp_1', supplierId: 'sup_1', buyerId: 'buy_a' })).toEqual([0])
    expect(await found({ status: 'unsold', buyerId: 'buy_a' })).toEqual([])
  })

  it('by buyer holds what that buyer bought, also where it shares the lead, and not what it lost', async () => {
    const bids = soldLead().bids
    const { store, leads } = await storeWith(
      (tenantId) => soldLead({ tenantId, bids, sales: [sale('a'), sale('b')] }),
      (tenantId) => soldLead({ tenantId, bids }),
      (tenantId) => unsoldLead({ tenantId, bids }),
    )
    const found = async (buyerId: string) => {
      const { rows } = await store.list({ buyerId }, { limit: 10, after: null })
      return rows.map(({ id }) => leads.findIndex(({ leadId }) => leadId === id)).toSorted()
    }
    expect(await found('buy_a')).toEqual([0, 1])
    expect(await found('buy_b')).toEqual([0])
    expect(await found('buy_c')).toEqual([])
  })

  it('holds no lead of another tenant, whatever is asked for', async () => {
    const { store, leads } = await storeWith(at('2026-11-20T10:00:00.000Z'))
    const other = new LeadStore(env.DB, fresh('tenant'))
    const id = String(leads[0]?.leadId)
    expect(await other.list({ campaignId: 'camp_1' }, { limit: 10, after: null })).toEqual({ rows: [], next: null })
    expect(await other.read(id)).toBeNull()
    expect(await store.read(id)).toMatchObject({ id, status: 'sold' })
  })

  it.each([{}, { campaignId: 'camp_1' }])('by %j reads the page alone, whatever lies before it', async (filter) => {
    const hours = Array.from({ length: 100 }, (_, hour) => new Date(Date.UTC(2026, 10, 1, hour)).toISOString())
    const { tenantId } = await storeWith(...hours.map(at))
    const { db, rowsRead } = recording(env.DB)
    const page = await new LeadStore(db, tenantId).list(filter, { limit: 5, after: [String(hours[50]), 'ld_'] })
    expect(page.rows[0]?.receivedAt).toBe(hours[49])
    // Six rows, each in the index and in the table.
    expect(await rowsRead()).toBeLessThanOrEqual(12)
  })
})

/** A database that remembers its last query, to ask what it costs. */
function recording(db: D1Database) {
  let last: D1PreparedStatement | null = null
  const prepare = (query: string) => ({
    bind: (...values: unknown[]) => {
      last = db.prepare(query).bind(...values)
      return last
    },
  })
  return { db: { prepare } as unknown as D1Database, rowsRead: async () => (await last?.all())?.meta.rows_read }
}

describe('names of buyers', () => {
  it('are those of the tenant', async () => {
    const [tenantId, other] = [fresh('tenant'), fresh('tenant')]
    const [mine, theirs] = [fresh('buy'), fresh('buy')]
    const insert = env.DB.prepare(
      `INSERT INTO buyers (id, tenant_id, name, status, settings, created_at, updated_at) VALUES (?1, ?2, ?3, 'active', '{}', '', '')`,
    )
    await env.DB.batch([insert.bind(mine, tenantId, 'Mine'), insert.bind(theirs, other, 'Theirs')])
    const names = await new LeadStore(env.DB, tenantId).buyerNames([mine, theirs, 'buy_none'])
    expect([...names]).toEqual([[mine, 'Mine']])
  })
})
