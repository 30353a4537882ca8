/** What a buyer's account has to tell: once for each cap and period, and until somebody has it. */
import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import { BuyerAccountObject } from '../../durable-objects/buyer-account/buyer-account'
import type { AccountConfiguration } from '../../src/contracts/buyer-account'
import type { WebhookNotice } from '../../src/contracts/webhook-outbox'
import { fresh } from '../support/projections'
import { money } from '../support/submit-lead'
import { ObjectLife } from './support/object-life'

const START = Date.parse('2076-11-20T10:15:00Z')
const HOUR = 60 * 60 * 1_000
const DAY_CAP = { period: 'day', timeZone: 'UTC', count: 2, amountMicros: null, contractId: null } as const

async function setUp(caps: AccountConfiguration['caps'] = [DAY_CAP]) {
  const buyerId = fresh('buy')
  const clock = { now: START }
  const told: WebhookNotice[] = []
  const queue = { isDown: false }
  const life = new ObjectLife(env.BUYER_ACCOUNT, env.BUYER_ACCOUNT.idFromName(`live/${buyerId}`), (state) => {
    return new BuyerAccountObject(state, env, {
      now: () => clock.now,
      auction: () => null,
      notify: async (notice) => {
        if (queue.isDown) throw new Error('queue is down')
        told.push(notice)
      },
    })
  })
  await life.run((account) => account.configure({ version: 1, active: true, caps, budgets: [] }))
  const sell = async (auctionId: string) => {
    const request = { auctionId, attempt: 1, contractId: 'con_a', priceMicros: money(40), at: clock.now }
    const { granted } = await life.run((account) => account.reserve(request))
    if (granted) await life.run((account) => account.commit([{ auctionId, attempt: 1 }]))
    return granted
  }
  return { buyerId, clock, told, queue, life, sell }
}

describe('a cap', () => {
  it('is told when its last place is sold, once a period, with whose it is', async () => {
    const { buyerId, clock, told, life, sell } = await setUp()
    await sell('auction-1')
    expect(told).toEqual([])
    expect([await sell('auction-2'), await sell('auction-3'), await sell('auction-4')]).toEqual([true, false, false])
    await vi.waitUntil(() => told.length === 1)
    expect(told[0]).toMatchObject({ tenantId: 'live', buyerId, draft: { type: 'buyer.cap_reached' } })
    expect(told[0]?.draft.tellings[1]).toMatchObject({
      subjectId: buyerId,
      data: { period: 'day', count: 2, period_started_at: '2076-11-20T00:00:00.000Z' },
    })
    await life.run((account) => account.acknowledgeNotice(told[0]?.draft.key ?? ''))
    clock.now += 24 * HOUR
    expect([await sell('auction-5'), await sell('auction-6')]).toEqual([true, true])
    await vi.waitUntil(() => told.length === 2)
    expect(told[1]?.draft.key).not.toBe(told[0]?.draft.key)
  })

  it('is on record as reached in the very turn that sells its last place, however many others a batch fills', async () => {
    const contractIds = ['con_a', 'con_b', 'con_c']
    const { life, told, queue, clock } = await setUp(
      contractIds.map((contractId) => ({ ...DAY_CAP, contractId, count: 1 })),
    )
    queue.isDown = true
    for (const [index, contractId] of contractIds.entries()) {
      const request = { auctionId: `auction-${index}`, attempt: 1, contractId, priceMicros: money(40), at: clock.now }
      await life.run((account) => account.reserve(request))
    }
    const stored = await life.run(async (account, { storage }) => {
      const committing = account.commit(contractIds.map((_, index) => ({ auctionId: `auction-${index}`, attempt: 1 })))
      // Nothing was awaited yet: a crash from here on takes all of it, or nothing.
      const { sold, notices } = storage.sql
        .exec<{ sold: number; notices: number }>(
          "SELECT (SELECT COUNT(*) FROM holds WHERE status = 'sold') AS sold, (SELECT COUNT(*) FROM notices) AS notices",
        )
        .one()
      await committing
      return { sold, notices }
    })
    expect(stored).toEqual({ sold: 3, notices: 3 })
    queue.isDown = false
    await life.ring()
    expect(told).toHaveLength(3)
  })

  it('is told again, also by the next life of the account, until somebody has it', async () => {
    const { told, queue, life, clock, sell } = await setUp()
    queue.isDown = true
    for (const auctionId of ['auction-1', 'auction-2']) await sell(auctionId)
    await life.crash()
    queue.isDown = false
    clock.now += 60_000
    expect(await life.alarmAt()).toBeLessThanOrEqual(clock.now)
    await life.ring()
    expect(told).toHaveLength(1)
    clock.now += 60_000
    await life.ring()
    expect(told).toHaveLength(2)
    expect(told[1]).toEqual(told[0])
    await life.run((account) => account.acknowledgeNotice(told[0]?.draft.key ?? ''))
    clock.now += 60_000
    await life.ring()
    expect(await sell('auction-3')).toBe(false)
    expect(told).toHaveLength(2)
  })
})
