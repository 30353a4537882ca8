/** What sends to one endpoint, over days: a clock that the test moves, a real receiver, the real database. */
import { env } from 'cloudflare:workers'
import { describe, expect, inject, it, vi } from 'vitest'
import { WebhookSenderObject } from '../../durable-objects/webhook-sender'
import { createTenantStores } from '../../src/stores/tenant-stores'
import { writeWebhookEvents } from '../../src/stores/webhook-events'
import { WebhookSendingStore } from '../../src/stores/webhook-sending-store'
import { fresh } from '../support/projections'
import { ObjectLife } from './support/object-life'

const START = Date.parse('2076-11-20T10:00:00Z')
const HOUR = 60 * 60 * 1_000
const DAY = 24 * HOUR
const SECRET = `whsec_${btoa('x'.repeat(32))}`

async function setUp(manner: string) {
  const tenantId = fresh('tenant')
  const clock = { now: START }
  const stamps = { now: () => clock.now, newEventId: () => fresh('evt') }
  const store = new WebhookSendingStore(env.DB, stamps)
  const stores = createTenantStores(env.DB, tenantId)
  const woken: string[] = []
  const log = fresh('log')
  const make = async (url: string, events: readonly string[]) => {
    const row = { id: fresh('whe'), role: 'operator', subjectId: null, url, description: null, events } as const
    const rest = { status: 'enabled', disabledReason: null, sealedSecret: SECRET } as const
    const change = {
      id: fresh('pub'),
      at: new Date(START).toISOString(),
      by: { role: 'operator', id: 'key_1', requestId: 'req_1' },
    } as const
    return (await stores.webhookEndpoints.create({ ...row, ...rest }, change)).id
  }
  const id = await make(`${inject('buyerUrl')}/${log}/${manner}`, ['lead.sold'])
  const other = await make(`${inject('buyerUrl')}/${log}-other/status/200`, ['*'])
  const life = new ObjectLife(env.WEBHOOK_SENDER, env.WEBHOOK_SENDER.newUniqueId(), (state) => {
    return new WebhookSenderObject(state, env, {
      now: () => clock.now,
      random: () => 0.5,
      allowLoopback: true,
      work: (endpointId, limit) => store.work(endpointId, clock.now, limit),
      record: async (report) => {
        woken.push(...(await store.record(report)).map(({ endpointId }) => endpointId))
      },
      openSecret: async (sealed) => sealed,
      log: () => undefined,
    })
  })
  const happen = (key: string) => {
    const tellings = [{ role: 'operator', subjectId: null, data: { key } }] as const
    return writeWebhookEvents(env.DB, tenantId, [{ key, type: 'lead.sold', tellings }], stamps)
  }
  const deliveries = async (endpointId = id) => {
    const page = await stores.webhookDeliveries.list(endpointId, {}, { limit: 100, after: null })
    return page.rows.toReversed()
  }
  /** Resolves once so many attempts are on record. */
  const attempts = async (count: number) => {
    await vi.waitUntil(async () => (await deliveries()).reduce((sum, row) => sum + row.attempts.length, 0) === count)
    return await deliveries()
  }
  const endpoint = async () => await stores.webhookEndpoints.read(id)
  /** Resolves once the receiver has got so many requests. */
  const received = (requests: number) => fetch(`${inject('buyerUrl')}/_log/${log}?requests=${requests}`)
  const wake = () => life.run((sender) => sender.wake(id))
  return { clock, id, other, life, happen, deliveries, attempts, endpoint, wake, received, woken, store }
}

describe('an endpoint that takes nothing', () => {
  it('is tried six times over a day, by its own alarm, and reported once', async () => {
    const { clock, id, other, life, happen, deliveries, attempts, wake, woken } = await setUp('status/500')
    await happen('sale 1')
    await wake()
    const waits: number[] = []
    for (let tries = 1; tries <= 5; tries++) {
      const [row] = await attempts(tries)
      expect(row?.status).toBe('pending')
      await vi.waitUntil(async () => (await life.alarmAt()) === row?.nextAttemptAt)
      waits.push((row?.nextAttemptAt ?? 0) - clock.now)
      clock.now = row?.nextAttemptAt ?? 0
      await life.ring()
    }
    const [row] = await attempts(6)
    expect([row?.status, row?.nextAttemptAt]).toEqual(['failed', null])
    expect(waits).toEqual([5_250, 315_000, 1.05 * HOUR, 10.5 * HOUR, 12.6 * HOUR])
    expect((await deliveries(other)).map(({ type }) => type)).toEqual(['lead.sold', 'webhook.failing'])
    expect(woken).toEqual([other])
    expect((await deliveries(other))[1]?.data).toMatchObject({ endpoint_id: id, last_error: 'status 500' })
  })

  it('is disabled after five days, and what it was still to get is kept', async () => {
    const { clock, other, happen, deliveries, attempts, endpoint, wake } = await setUp('status/503')
    await happen('sale 1')
    await wake()
    await attempts(1)
    expect(await endpoint()).toMatchObject({ status: 'enabled', failingSince: new Date(START).toISOString() })
    clock.now = START + 5 * DAY - 1
    await happen('sale 2')
    await wake()
    await attempts(3)
    expect((await endpoint())?.status).toBe('enabled')
    clock.now = START + 5 * DAY
    await happen('sale 3')
    await wake()
    await attempts(4)
    expect(await endpoint()).toMatchObject({ status: 'disabled', disabledReason: 'failing' })
    expect((await deliveries()).map(({ status, nextAttemptAt }) => [status, nextAttemptAt])).toEqual([
      ['failed', null],
      ['failed', null],
      ['failed', null],
    ])
    expect((await deliveries(other)).map(({ type }) => type)).toContain('webhook.disabled')
    await happen('sale 4')
    expect(await deliveries()).toHaveLength(3)
  })
})

describe('an endpoint', () => {
  it('that takes an event again is well, and its failing is forgotten', async () => {
    const { clock, happen, attempts, endpoint, wake } = await setUp('turns/status:500,status:200,status:500')
    await happen('sale 1')
    await wake()
    const [row] = await attempts(1)
    clock.now = row?.nextAttemptAt ?? 0
    await wake()
    const [taken] = await attempts(2)
    expect([taken?.status, taken?.nextAttemptAt]).toEqual(['delivered', null])
    expect(await endpoint()).toMatchObject({ failingSince: null, failingReported: false })
  })

  it('gets more events than fit into a round, each once, though it is woken many times', async () => {
    const { happen, attempts, wake, deliveries } = await setUp('status/200?delay=5')
    for (let sale = 0; sale < 45; sale++) await happen(`sale ${sale}`)
    await Promise.all([wake(), wake(), wake()])
    await wake()
    await attempts(45)
    expect(
      (await deliveries()).every(({ status, attempts: { length } }) => status === 'delivered' && length === 1),
    ).toBe(true)
  })

  it('whose object dies while it sends is found by the clock, and sent to again', async () => {
    const { clock, id, happen, attempts, life, wake, store, received } = await setUp('turns/hang,status:200')
    await happen('sale 1')
    await wake()
    await received(1)
    await life.crash()
    expect((await store.waiting(clock.now)).map(({ endpointId }) => endpointId)).not.toContain(id)
    clock.now += 20_000
    expect((await store.waiting(clock.now - 15_000)).map(({ endpointId }) => endpointId)).toContain(id)
    await wake()
    expect((await attempts(1))[0]?.status).toBe('delivered')
  })
})

describe('a delivery that is sent again while it is on its way', () => {
  it('keeps its new turn, whatever comes of the old one', async () => {
    const { clock, id, happen, store, deliveries } = await setUp('status/200')
    await happen('sale 1')
    const work = await store.work(id, clock.now, 10)
    const [due] = work?.due ?? []
    if (work === null || due === undefined) throw new Error('nothing was due')
    clock.now += 1_000
    const [row] = await deliveries()
    const stores = createTenantStores(env.DB, row?.tenantId ?? '')
    await stores.webhookDeliveries.resend(id, row?.eventId ?? '', clock.now)
    const attempt = { at: new Date(clock.now).toISOString(), statusCode: 500, error: null, durationMs: 1 }
    const sent = [{ delivery: due, attempt, status: 'failed', nextAttemptAt: null }] as const
    await store.record({
      endpoint: work.endpoint,
      sent,
      failingSince: null,
      failingReported: false,
      disable: null,
      drafts: [],
    })
    expect((await deliveries())[0]).toMatchObject({ status: 'pending', nextAttemptAt: clock.now, attempts: [attempt] })
  })
})
