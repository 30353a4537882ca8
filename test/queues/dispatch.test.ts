import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { PostRetry } from '../../src/contracts/projection'
import { consumeBatch, type QueueServices } from '../../src/queues'
import { retryLater } from '../../src/queues/message'
import { DeadLetterStore } from '../../src/stores/dead-letter-store'
import { fresh, soldLead } from '../support/projections'

function setUp(overrides: Partial<QueueServices> = {}) {
  const calls: string[] = []
  const services: QueueServices = {
    charge: async ({ buyerId }, sold) => {
      calls.push(`charge ${buyerId} ${sold.length}`)
    },
    apply: async (messages) => {
      calls.push(`apply ${messages.length}`)
      return { wakes: [] }
    },
    wakeLater: async (wakes) => {
      calls.push(`wake later ${wakes.length}`)
    },
    wake: async ({ endpointId }) => {
      calls.push(`wake ${endpointId}`)
    },
    storeNotice: async ({ draft }) => {
      calls.push(`store ${draft.key}`)
      return [{ kind: 'webhook_wake', tenantId: 'live', endpointId: 'whe_of_notice' }]
    },
    acknowledgeNotice: async ({ draft }) => {
      calls.push(`acknowledge ${draft.key}`)
    },
    acknowledge: async () => undefined,
    pause: async () => undefined,
    retryPost: async (auctionId, contractId, tryNumber) => {
      calls.push(`post ${auctionId} ${contractId} ${tryNumber}`)
      return true
    },
    keep: (letters) => new DeadLetterStore(env.DB).add(letters),
    tellingDied: async (auctionId, sequence) => {
      calls.push(`died ${auctionId} ${sequence}`)
    },
    now: () => Date.parse('2026-11-20T10:00:00Z'),
    log: () => undefined,
    ...overrides,
  }
  return { services, calls }
}

/** @param messages bodies by message id */
async function consume(
  queue: string,
  messages: { readonly [id: string]: unknown },
  services: QueueServices,
  attempts = 1,
) {
  const batch = createMessageBatch(
    queue,
    Object.entries(messages).map(([id, body]) => ({ id, timestamp: new Date(0), attempts, body })),
  )
  await consumeBatch(batch, services)
  const { explicitAcks, retryMessages, ackAll } = await getQueueResult(batch, createExecutionContext())
  return { acked: explicitAcks, ackAll, retried: retryMessages.map(({ msgId }) => msgId) }
}

const retry = (overrides: Partial<PostRetry> = {}): PostRetry => ({
  kind: 'post_retry',
  auctionId: 'auc_1',
  contractId: 'con_a',
  tryNumber: 2,
  ...overrides,
})

async function lettersOf(...ids: readonly string[]) {
  const sql = `SELECT * FROM dead_letters WHERE id IN (SELECT value FROM json_each(?1)) ORDER BY id`
  const { results } = await env.DB.prepare(sql).bind(JSON.stringify(ids)).all<{ id: string; body: string }>()
  return results.map(({ body, ...letter }) => ({ ...letter, body: JSON.parse(body) }))
}

describe('queues', () => {
  it('each go to their own consumer', async () => {
    const { services, calls } = setUp()
    await consume('gavel-projection', { m1: soldLead() }, services)
    await consume('gavel-post-retry', { m1: retry() }, services)
    expect(calls).toEqual(['apply 1', 'post auc_1 con_a 2'])
  })

  it('without a consumer keep their messages', async () => {
    await expect(consume('gavel-other', { m1: {} }, setUp().services)).rejects.toThrow('gavel-other')
    await expect(consume('toString', { m1: {} }, setUp().services)).rejects.toThrow('toString')
  })
})

describe('a message given back', () => {
  it.each([
    [1, 2],
    [2, 4],
    [5, 32],
    [9, 300],
    [60, 300],
  ])('for the %i. time waits %i s', (attempts, seconds) => {
    const given: unknown[] = []
    retryLater({
      id: 'm1',
      timestamp: new Date(0),
      attempts,
      body: null,
      ack: () => undefined,
      retry: (options) => given.push(options),
    })
    expect(given).toEqual([{ delaySeconds: seconds }])
  })
})

describe('post retries', () => {
  it('are done with whether or not the try was due; one that fails comes back alone', async () => {
    const { services } = setUp({
      retryPost: async (auctionId) => {
        if (auctionId === 'auc_2') throw new Error('object is restarting')
        return auctionId === 'auc_1'
      },
    })
    const messages = {
      m1: retry(),
      m2: retry({ auctionId: 'auc_2' }),
      m3: retry({ auctionId: 'auc_3' }),
      m4: { kind: 'lead' },
    }
    const { acked, retried } = await consume('gavel-post-retry', messages, services)
    expect(acked.toSorted()).toEqual(['m1', 'm3'])
    expect(retried.toSorted()).toEqual(['m2', 'm4'])
  })

  it('do not wait for one another', async () => {
    const order: string[] = []
    const { services } = setUp({
      retryPost: async (auctionId) => {
        if (auctionId === 'auc_slow') await scheduler.wait(50)
        order.push(auctionId)
        return true
      },
    })
    await consume(
      'gavel-post-retry',
      { m1: retry({ auctionId: 'auc_slow' }), m2: retry({ auctionId: 'auc_fast' }) },
      services,
    )
    expect(order).toEqual(['auc_fast', 'auc_slow'])
  })
})

describe('webhooks', () => {
  const wake = (endpointId: string) => ({ kind: 'webhook_wake', tenantId: 'live', endpointId })
  const notice = (key: string) => ({
    kind: 'webhook_notice',
    tenantId: 'live',
    buyerId: 'buy_1',
    draft: { key, type: 'buyer.cap_reached', tellings: [] },
  })

  it('wake each endpoint once, however many messages name it; what fails or cannot be read comes back alone', async () => {
    const { services, calls } = setUp()
    const failing = {
      ...services,
      wake: async (one: Parameters<QueueServices['wake']>[0]) => {
        if (one.endpointId === 'whe_2') throw new Error('object is restarting')
        await services.wake(one)
      },
    }
    const messages = {
      m1: wake('whe_1'),
      m2: wake('whe_2'),
      m3: wake('whe_1'),
      m4: { kind: 'webhook' },
      m5: wake('whe_3'),
    }
    const { acked, retried } = await consume('gavel-webhook', messages, failing)
    expect(calls.toSorted()).toEqual(['wake whe_1', 'wake whe_3'])
    expect([acked.toSorted(), retried.toSorted()]).toEqual([
      ['m1', 'm3', 'm5'],
      ['m2', 'm4'],
    ])
  })

  it('store a notice before its account is told that it is stored', async () => {
    const { services, calls } = setUp()
    await consume('gavel-webhook', { m1: notice('cap') }, services)
    expect(calls).toEqual(['store cap', 'wake whe_of_notice', 'acknowledge cap'])
    const down = setUp({ storeNotice: () => Promise.reject(new Error('D1 is down')) })
    expect(await consume('gavel-webhook', { m1: notice('cap') }, down.services)).toMatchObject({ retried: ['m1'] })
    expect(down.calls).toEqual([])
  })
})

describe('dead letters', () => {
  it('are kept with their queue and body, and taken off the queue', async () => {
    const [first, second] = [fresh('letter'), fresh('letter')]
    const result = await consume(
      'gavel-projection-dead',
      { [first]: { a: [1, 'é'] }, [second]: null },
      setUp().services,
      3,
    )
    expect(result.ackAll).toBe(true)
    const kept = {
      queue: 'gavel-projection-dead',
      attempts: 3,
      failed_at: '2026-11-20T10:00:00.000Z',
      tenant_id: null,
      status: 'kept',
      deaths: 1,
      resent_at: null,
    }
    expect(await lettersOf(first, second)).toEqual([
      { id: first, body: { a: [1, 'é'] }, ...kept },
      { id: second, body: null, ...kept },
    ])
  })

  it('delivered twice are one row, as first kept', async () => {
    const id = fresh('letter')
    await consume('gavel-post-retry-dead', { [id]: { first: true } }, setUp().services)
    await consume('gavel-post-retry-dead', { [id]: { first: false } }, setUp().services)
    expect(await lettersOf(id)).toEqual([expect.objectContaining({ body: { first: true }, deaths: 1 })])
  })

  it('are told to the auctions that sent them, once they are kept, whatever else they hold', async () => {
    const { services, calls } = setUp()
    const lead = soldLead()
    const unread = { ...lead, auctionId: fresh('auc'), sequence: 3, currency: 'none' }
    await consume(
      'gavel-projection-dead',
      { m1: lead, m2: { kind: 'lead' }, m3: unread, m4: 'x', m5: retry() },
      services,
    )
    expect(calls).toEqual([`died ${lead.auctionId} ${lead.sequence}`, `died ${unread.auctionId} 3`])
  })

  it('are kept where their auction cannot be told, and not told where they are not kept', async () => {
    const deaf = setUp({ tellingDied: () => Promise.reject(new Error('object is restarting')) })
    expect((await consume('gavel-projection-dead', { m1: soldLead() }, deaf.services)).ackAll).toBe(true)
    const down = setUp({ keep: () => Promise.reject(new Error('D1 is down')) })
    await consume('gavel-projection-dead', { m1: soldLead() }, down.services)
    expect(down.calls).toEqual([])
  })

  it('that are no JSON are kept as what can be said of them', async () => {
    const [big, nothing, text] = [fresh('letter'), fresh('letter'), fresh('letter')]
    await consume('gavel-projection-dead', { [big]: 10n, [nothing]: undefined, [text]: '"}{' }, setUp().services)
    expect((await lettersOf(big, nothing, text)).map(({ body }) => body)).toEqual([
      { unreadable: 'bigint' },
      null,
      '"}{',
    ])
  })

  it('a hundred of the largest are kept', async () => {
    const messages = Object.fromEntries(Array.from({ length: 100 }, () => [fresh('letter'), '名'.repeat(42_000)]))
    await consume('gavel-projection-dead', messages, setUp().services)
    expect(await lettersOf(...Object.keys(messages))).toHaveLength(100)
  })

  it('that the database refuses are kept as what can be said of them, and take no other along', async () => {
    const [bad, good] = [fresh('letter'), fresh('letter')]
    const refuses = (letters: readonly { readonly body: unknown }[]) => letters.some(({ body }) => body === 'poison')
    const { services } = setUp({
      keep: (letters) =>
        refuses(letters) ? Promise.reject(new Error('no')) : new DeadLetterStore(env.DB).add(letters),
    })
    const { acked } = await consume('gavel-projection-dead', { [bad]: 'poison', [good]: 'fine' }, services)
    expect(acked).toEqual([bad, good])
    expect((await lettersOf(bad, good)).map(({ body }) => body)).toEqual([
      { unreadable: 'refused by the database' },
      'fine',
    ])
  })

  it('stay on the queue while the database does not answer', async () => {
    const { services } = setUp({ keep: () => Promise.reject(new Error('D1 is down')) })
    const result = await consume('gavel-projection-dead', { m1: {}, m2: {} }, services)
    expect(result).toEqual({ acked: [], ackAll: false, retried: ['m1', 'm2'] })
  })
})
