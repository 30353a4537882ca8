import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LeadProjection } from '../../src/contracts/projection'
import { consumeProjection, type ProjectionServices } from '../../src/queues/projection'
import { applyLeadProjections } from '../../src/stores/projector-store'
import { fresh, sale, soldLead } from '../support/projections'

interface Logged {
  readonly event: string
  readonly text: string
}

/** A consumer with real storage, whose charges, acknowledgements and log are kept. */
function setUp(overrides: Partial<ProjectionServices> = {}) {
  const acknowledged: string[] = []
  const charged: string[] = []
  const logged: Logged[] = []
  const services: ProjectionServices = {
    charge: async ({ tenantId, buyerId }, sold) => {
      charged.push(`${tenantId}/${buyerId}: ${sold.map(({ auctionId, attempt }) => `${auctionId}#${attempt}`).join()}`)
    },
    apply: (messages) => applyLeadProjections(env.DB, messages),
    wakeLater: async () => undefined,
    acknowledge: async (auctionId, sequence) => {
      acknowledged.push(`${auctionId}#${sequence}`)
    },
    pause: async () => undefined,
    now: () => 0,
    log: (event, details) => logged.push({ event, text: JSON.stringify(details) }),
    ...overrides,
  }
  return { services, acknowledged, charged, logged }
}

async function consume(bodies: readonly unknown[], services: ProjectionServices) {
  const batch = createMessageBatch(
    'gavel-projection',
    bodies.map((body, index) => ({ id: `m${index}`, timestamp: new Date(0), attempts: 1, body })),
  )
  await consumeProjection(batch, services)
  const result = await getQueueResult(batch, createExecutionContext())
  return {
    acked: result.explicitAcks.toSorted(),
    retried: result.retryMessages.map(({ msgId }) => msgId),
  }
}

async function storedOf(tenantId: string): Promise<string[]> {
  const { results } = await env.DB.prepare('SELECT auction_id AS id FROM leads WHERE tenant_id = ?1 ORDER BY id')
    .bind(tenantId)
    .all<{ id: string }>()
  return results.map(({ id }) => id)
}

describe('a batch of messages', () => {
  it('is stored in one go, and each auction is told once, with its newest sequence', async () => {
    const tenantId = fresh('tenant')
    const [first, second] = [soldLead({ tenantId }), soldLead({ tenantId })]
    const applied: number[] = []
    const { services, acknowledged } = setUp({
      apply: (messages) => {
        applied.push(messages.length)
        return applyLeadProjections(env.DB, messages)
      },
    })
    const result = await consume([{ ...first, sequence: 2 }, second, first], services)
    expect(result).toEqual({ acked: ['m0', 'm1', 'm2'], retried: [] })
    expect(applied).toEqual([3])
    expect(acknowledged.toSorted()).toEqual([`${first.auctionId}#2`, `${second.auctionId}#1`])
    expect(await storedOf(tenantId)).toEqual([first.auctionId, second.auctionId])
  })

  it('that was stored before is acknowledged again: the first acknowledgement may have been lost', async () => {
    const { services, acknowledged } = setUp()
    const lead = soldLead()
    await consume([lead], services)
    await consume([lead], services)
    expect(acknowledged).toEqual([`${lead.auctionId}#1`, `${lead.auctionId}#1`])
  })

  it('writes times one way, so that they sort as text', async () => {
    const lead = soldLead({ receivedAt: '2026-11-20T12:15:00+02:00' })
    await consume([lead], setUp().services)
    const row = await env.DB.prepare('SELECT received_at FROM leads WHERE id = ?1').bind(lead.leadId).first()
    expect(row).toEqual({ received_at: '2026-11-20T10:15:00.000Z' })
  })
})

describe('acknowledgements', () => {
  beforeEach(() => vi.useFakeTimers({ now: 0 }))
  afterEach(() => vi.useRealTimers())

  /** @returns when each of so many auctions was told, in ms from the beginning */
  async function toldAt(leads: number, takingMs: number): Promise<readonly number[]> {
    const at: number[] = []
    const { services } = setUp({
      apply: async () => ({ wakes: [] }),
      acknowledge: async () => {
        at.push(Date.now())
        await new Promise((resolve) => setTimeout(resolve, takingMs))
      },
      pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      now: Date.now,
    })
    const batch = Array.from({ length: leads }, () => soldLead())
    const done = consume(batch, services)
    await vi.runAllTimersAsync()
    await done
    return at
  }

  it('are spread over half a second, so that no burst of them stands in the way of leads', async () => {
    expect(await toldAt(5, 1)).toEqual([0, 100, 200, 300, 400])
  })

  it('that take long run four at a time, and are not held up on top of that', async () => {
    expect(await toldAt(10, 1_000)).toEqual([0, 50, 100, 150, 1_000, 1_050, 1_100, 1_150, 2_000, 2_050])
  })

  it('of a single auction come at once', async () => {
    expect(await toldAt(1, 1)).toEqual([0])
  })
})

describe('what was sold', () => {
  it('is charged to its account, in one call for all of a batch, before the database has it', async () => {
    const tenantId = fresh('tenant')
    const [one, two, three] = [1, 2, 3].map(() => soldLead({ tenantId }))
    if (one === undefined || two === undefined || three === undefined) throw new Error('three leads')
    const shared = [sale('a', { attempt: 1 }), sale('b', { attempt: 2 })]
    const { services, charged } = setUp({
      apply: async (messages) => {
        charged.push(`stored ${messages.length}`)
        return applyLeadProjections(env.DB, messages)
      },
    })
    await consume(
      [
        { ...one, sales: shared },
        { ...two, sales: [sale('a', { attempt: 3 })] },
        { ...three, status: 'unsold', sales: [] },
      ],
      services,
    )
    expect(charged).toEqual([
      `${tenantId}/buy_a: ${one.auctionId}#1,${two.auctionId}#3`,
      `${tenantId}/buy_b: ${one.auctionId}#2`,
      'stored 3',
    ])
  })

  it('waits, with its report, for an account that cannot be told; the others do not', async () => {
    const tenantId = fresh('tenant')
    const leads = ['a', 'b', 'a', 'c'].map((name) => soldLead({ tenantId, sales: [sale(name, { attempt: 1 })] }))
    const { services, acknowledged, logged } = setUp({
      charge: async ({ buyerId }) => {
        if (buyerId === 'buy_a') throw new Error('the account is away')
      },
    })
    const result = await consume(leads, services)
    expect(result).toEqual({ acked: ['m1', 'm3'], retried: ['m0', 'm2'] })
    expect(await storedOf(tenantId)).toEqual([leads[1]?.auctionId, leads[3]?.auctionId])
    expect(acknowledged).toHaveLength(2)
    expect(logged).toEqual([{ event: 'charge_failed', text: expect.stringContaining('"buyerId":"buy_a","sales":2') }])
  })

  it('waits as little for an account that never answers', async () => {
    vi.useFakeTimers({ now: 0, toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const tenantId = fresh('tenant')
      const leads = ['a', 'b'].map((name) => soldLead({ tenantId, sales: [sale(name, { attempt: 1 })] }))
      const { services, logged } = setUp({
        charge: ({ buyerId }) => (buyerId === 'buy_a' ? new Promise(() => undefined) : Promise.resolve()),
      })
      const consuming = consume(leads, services)
      await vi.advanceTimersByTimeAsync(3_000)
      vi.useRealTimers()
      expect(await consuming).toEqual({ acked: ['m1'], retried: ['m0'] })
      expect(await storedOf(tenantId)).toEqual([leads[1]?.auctionId])
      expect(logged.map(({ event }) => event)).toEqual(['charge_failed'])
    } finally {
      vi.useRealTimers()
    }
  })

  it('and what an older auction told its account by itself is not told again', async () => {
    const { services, charged } = setUp()
    const lead = soldLead()
    await consume([{ ...lead, sales: lead.sales.map(({ attempt: _, ...older }) => older) }], services)
    expect(charged).toEqual([])
  })
})

describe('a message that nobody can read', () => {
  const lead = soldLead()
  const unreadable: readonly (readonly [string, unknown])[] = [
    ['null', null],
    ['a text', 'hello'],
    ['another kind', { ...lead, kind: 'other' }],
    ['no auction', { ...lead, auctionId: undefined }],
    ['an empty tenant', { ...lead, tenantId: '' }],
    ['a sequence that is none', { ...lead, sequence: -1 }],
    ['money with a fraction', { ...lead, sales: [sale('a', { revenueMicros: 0.5 })] }],
    ['money below zero', { ...lead, sales: [sale('a', { payoutMicros: -1 })] }],
    ['money beyond whole numbers', { ...lead, sales: [sale('a', { revenueMicros: 2 ** 60 })] }],
    ['an attempt that is none', { ...lead, sales: [sale('a', { attempt: 0 })] }],
    ['one sale twice', { ...lead, sales: [sale('a'), sale('a')] }],
    ['a time that is none', { ...lead, receivedAt: 'yesterday' }],
  ]

  it.each(unreadable)('(%s) is given back alone, and the others are stored once', async (_, body) => {
    const tenantId = fresh('tenant')
    const { services, acknowledged, logged } = setUp()
    const [before, after] = [soldLead({ tenantId }), soldLead({ tenantId })]
    const result = await consume([before, body, after], services)
    expect(result).toEqual({ acked: ['m0', 'm2'], retried: ['m1'] })
    expect(await storedOf(tenantId)).toEqual([before.auctionId, after.auctionId])
    expect(acknowledged).toHaveLength(2)
    expect(logged.map(({ event }) => event)).toEqual(['message_unreadable'])
  })

  it('never has its content logged', async () => {
    const { services, logged } = setUp()
    await consume([{ ...soldLead(), status: 'secret-value', campaignId: { name: 'secret-value' } }], services)
    expect(JSON.stringify(logged)).not.toContain('secret-value')
    expect(logged[0]?.text).toContain('status:invalid_value')
  })
})

describe('a message that the database refuses', () => {
  /** Refuses whatever holds this auction. */
  const refusing = (auctionId: string) => (messages: readonly LeadProjection[]) =>
    messages.some((message) => message.auctionId === auctionId)
      ? Promise.reject(new Error('constraint failed'))
      : applyLeadProjections(env.DB, messages)

  it('is given back alone; the others are stored one by one and acknowledged', async () => {
    const tenantId = fresh('tenant')
    const leads = [1, 2, 3, 4].map(() => soldLead({ tenantId }))
    const bad = String(leads[1]?.auctionId)
    const { services, acknowledged, logged } = setUp({ apply: refusing(bad) })
    const result = await consume(leads, services)
    expect(result).toEqual({ acked: ['m0', 'm2', 'm3'], retried: ['m1'] })
    expect(await storedOf(tenantId)).toEqual(leads.map(({ auctionId }) => auctionId).filter((id) => id !== bad))
    expect(acknowledged).toHaveLength(3)
    expect(acknowledged.join()).not.toContain(bad)
    expect(logged.map(({ event }) => event)).toEqual(['projection_batch_failed', 'projection_failed'])
  })

  it('does not stop the rest however many there are, once the database has answered', async () => {
    const tenantId = fresh('tenant')
    const leads = Array.from({ length: 20 }, () => soldLead({ tenantId }))
    const good = new Set([0, 19].map((index) => leads[index]?.auctionId))
    const { services } = setUp({
      apply: (messages) =>
        messages.every((message) => good.has(message.auctionId))
          ? applyLeadProjections(env.DB, messages)
          : Promise.reject(new Error('constraint failed')),
    })
    const result = await consume(leads, services)
    expect(result.acked).toEqual(['m0', 'm19'])
    expect(result.retried).toHaveLength(18)
  })
})

describe('trouble around a batch', () => {
  it('a database that is down is asked a few times only, and every message comes back', async () => {
    let asked = 0
    const { services, acknowledged } = setUp({
      apply: () => {
        asked += 1
        return Promise.reject(new Error('D1 is down'))
      },
    })
    const result = await consume(
      Array.from({ length: 100 }, () => soldLead()),
      services,
    )
    expect(result.acked).toEqual([])
    expect(result.retried).toHaveLength(100)
    expect(asked).toBe(6)
    expect(acknowledged).toEqual([])
  })

  it('an acknowledgement that fails leaves the message stored and the other auctions told', async () => {
    const tenantId = fresh('tenant')
    const leads = [1, 2, 3].map(() => soldLead({ tenantId }))
    const told: string[] = []
    const { services, logged } = setUp({
      acknowledge: async (auctionId) => {
        if (auctionId === leads[0]?.auctionId) throw new Error('object is restarting')
        told.push(auctionId)
      },
    })
    const result = await consume(leads, services)
    expect(result).toEqual({ acked: ['m0', 'm1', 'm2'], retried: [] })
    expect(told.toSorted()).toEqual([leads[1]?.auctionId, leads[2]?.auctionId])
    expect(logged.map(({ event }) => event)).toEqual(['acknowledge_failed'])
  })

  it('a queue that does not take the wakes of webhooks leaves the messages stored and acknowledged', async () => {
    const wake = { kind: 'webhook_wake', tenantId: 'live', endpointId: 'whe_1' } as const
    const { services, acknowledged, logged } = setUp({
      apply: async () => ({ wakes: [wake] }),
      wakeLater: () => Promise.reject(new Error('queue is down')),
    })
    expect(await consume([soldLead()], services)).toEqual({ acked: ['m0'], retried: [] })
    expect(acknowledged).toHaveLength(1)
    expect(logged.map(({ event }) => event)).toEqual(['webhook_wake_failed'])
  })

  it('nothing is acknowledged before it is stored', async () => {
    const steps: string[] = []
    const { services } = setUp({
      apply: async (messages) => {
        const applied = await applyLeadProjections(env.DB, messages)
        steps.push('stored')
        return applied
      },
      acknowledge: async () => {
        steps.push('acknowledged')
      },
    })
    await consume([soldLead(), soldLead()], services)
    expect(steps).toEqual(['stored', 'acknowledged', 'acknowledged'])
  })

  it('a hundred auctions are told four at a time', async () => {
    let [running, most, told] = [0, 0, 0]
    const { services } = setUp({
      apply: async () => ({ wakes: [] }),
      acknowledge: async () => {
        running += 1
        most = Math.max(most, running)
        await scheduler.wait(1)
        running -= 1
        told += 1
      },
    })
    await consume(
      Array.from({ length: 100 }, () => soldLead()),
      services,
    )
    expect({ most, told }).toEqual({ most: 4, told: 100 })
  })
})
