import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { LeadProjection } from '../../src/contracts/projection'
import { applyLeadProjections } from '../../src/stores/projector-store'
import { fresh, sale, soldLead } from '../support/projections'

/** What an auction says over time: each message says all that the one before said, and more. */
interface Story {
  readonly campaignId: string
  readonly supplierId: string
  readonly receivedAt: string
  readonly test: boolean
  /** Buyers in the order of their sales, none twice. */
  readonly buyers: readonly string[]
  /** How many sales each message knows of; grows. */
  readonly known: readonly number[]
}

const story: fc.Arbitrary<Story> = fc.record({
  campaignId: fc.constantFrom('camp_1', 'camp_2'),
  supplierId: fc.constantFrom('sup_1', 'sup_2'),
  receivedAt: fc.constantFrom('2026-11-20T10:15:00.000Z', '2026-11-20T10:59:59.999Z', '2026-11-20T11:00:00.000Z'),
  test: fc.boolean(),
  buyers: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }),
  known: fc.array(fc.nat(3), { minLength: 1, maxLength: 4 }).map((known) => known.toSorted()),
})

/** Any messages of any stories, in any order, some twice, cut into batches anywhere; each story's last is among them. */
const delivery = fc.array(story, { minLength: 1, maxLength: 4 }).chain((stories) =>
  fc.record({
    stories: fc.constant(stories),
    order: fc.array(fc.tuple(fc.nat(stories.length - 1), fc.nat(3)), { maxLength: 14 }),
    batchSize: fc.integer({ min: 1, max: 6 }),
  }),
)

function messagesOf(stories: readonly Story[], tenantId: string): LeadProjection[][] {
  return stories.map(({ known, buyers, ...facts }) => {
    const first = soldLead({ ...facts, tenantId })
    return known.map((count, index) => {
      // Listed by contract, not by time: a sale that came later may stand first.
      const letters = buyers.slice(0, count).toSorted()
      const sales = letters.map((letter) => sale(letter, { revenueMicros: letter.charCodeAt(0), payoutMicros: 70 }))
      const status = sales.length > 0 ? 'sold' : index === known.length - 1 ? 'unsold' : 'pending'
      return { ...first, sequence: index + 1, status, sales }
    })
  })
}

/** The model: only the newest message of each auction matters. */
function expected(delivered: readonly LeadProjection[]) {
  const newest = new Map<string, LeadProjection>()
  for (const message of delivered) {
    if ((newest.get(message.leadId)?.sequence ?? 0) < message.sequence) newest.set(message.leadId, message)
  }
  const rollups = new Map<string, number[]>()
  const add = (message: LeadProjection, buyerId: string, numbers: readonly number[]) => {
    const key = [message.receivedAt.slice(0, 13), message.campaignId, message.supplierId, buyerId].join('|')
    rollups.set(
      key,
      (rollups.get(key) ?? [0, 0, 0, 0]).map((sum, index) => sum + (numbers[index] ?? 0)),
    )
  }
  const ledger: string[] = []
  for (const message of newest.values()) {
    if (message.test) continue
    add(message, message.sales[0]?.buyerId ?? '', [1, 0, 0, 0])
    for (const { contractId, buyerId, revenueMicros, payoutMicros } of message.sales) {
      add(message, buyerId, [0, 1, revenueMicros, payoutMicros])
      ledger.push([message.auctionId, contractId, buyerId, revenueMicros, payoutMicros].join('|'))
    }
  }
  const leads = [...newest.values()].map(({ leadId, sequence, status, sales }) =>
    [
      leadId,
      sequence,
      status,
      sales[0]?.buyerId,
      sales.reduce((sum, { revenueMicros }) => sum + revenueMicros, 0),
    ].join('|'),
  )
  return {
    leads: leads.toSorted(),
    ledger: ledger.toSorted(),
    rollups: [...rollups].map(([key, numbers]) => `${key}=${numbers}`).toSorted(),
  }
}

/** The tables, written as the model writes them. A rollup of zeros says the same as none. */
async function actual(tenantId: string) {
  const lines = async (sql: string) => {
    const { results } = await env.DB.prepare(sql).bind(tenantId).all<{ line: string }>()
    return results.map(({ line }) => line).toSorted()
  }
  return {
    leads: await lines(
      `SELECT concat_ws('|', id, sequence, status, coalesce(buyer_id, ''), revenue_micros) AS line FROM leads WHERE tenant_id = ?1`,
    ),
    ledger: await lines(
      `SELECT concat_ws('|', auction_id, contract_id, buyer_id, revenue_micros, payout_micros) AS line FROM ledger WHERE tenant_id = ?1`,
    ),
    rollups: await lines(
      `SELECT concat_ws('|', hour, campaign_id, supplier_id, buyer_id) || '=' ||
              concat_ws(',', leads, sales, revenue_micros, payout_micros) AS line
       FROM rollups WHERE tenant_id = ?1 AND (leads <> 0 OR sales <> 0)`,
    ),
  }
}

it('messages lost, doubled, reordered and cut into any batches leave the tables that the newest ones describe', async () => {
  await fc.assert(
    fc.asyncProperty(delivery, async ({ stories, order, batchSize }) => {
      const tenantId = fresh('tenant')
      const messages = messagesOf(stories, tenantId)
      const delivered = order.flatMap(([auction, index]) => messages[auction]?.[index] ?? [])
      for (let start = 0; start < delivered.length; start += batchSize) {
        await applyLeadProjections(env.DB, delivered.slice(start, start + batchSize))
      }
      expect(await actual(tenantId)).toEqual(expected(delivered))
    }),
    { numRuns: 150 },
  )
})

it('rollups are the ledger, summed, after any delivery', async () => {
  const { results } = await env.DB.prepare(
    `SELECT tenant_id, buyer_id, sum(sales), sum(revenue), sum(payout) FROM (
       SELECT tenant_id, buyer_id, sales, revenue_micros AS revenue, payout_micros AS payout FROM rollups
       UNION ALL SELECT tenant_id, buyer_id, -1, -revenue_micros, -payout_micros FROM ledger)
     GROUP BY 1, 2 HAVING sum(sales) <> 0 OR sum(revenue) <> 0 OR sum(payout) <> 0`,
  ).all()
  expect(results).toEqual([])
})
