import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { SuppressionBuilderObject } from '../../durable-objects/suppression-builder'
import { indexHeaderKey } from '../../src/contracts/suppression-index'
import { createTenantStores } from '../../src/stores/tenant-stores'
import worker from '../../workers/index'
import { fresh } from '../support/projections'
import { ObjectLife } from './support/object-life'

function newBuilder() {
  const clock = { now: Date.parse('2076-11-20T10:15:00Z') }
  const built: string[] = []
  const answers: (number | null | Error)[] = []
  const life = new ObjectLife(env.SUPPRESSION_BUILDER, env.SUPPRESSION_BUILDER.newUniqueId(), (state) => {
    return new SuppressionBuilderObject(state, env, {
      now: () => clock.now,
      log: () => {},
      build: async (tenantId) => {
        built.push(tenantId)
        const answer = answers.shift() ?? null
        if (answer instanceof Error) throw answer
        return answer
      },
    })
  })
  return { clock, built, answers, life, wake: () => life.run((builder) => builder.wake('tenant_1')) }
}

describe('a builder', () => {
  it('is called again as long as there is something to build', async () => {
    const { built, answers, clock, life, wake } = newBuilder()
    answers.push(500, 0)
    await wake()
    expect(await life.alarmAt()).toBe(clock.now)
    await life.ring()
    expect(await life.alarmAt()).toBe(clock.now + 500)
    await life.ring()
    expect(await life.alarmAt()).toBeGreaterThan(clock.now)
    await life.ring()
    expect(await life.alarmAt()).toBeNull()
    expect(built).toEqual(['tenant_1', 'tenant_1', 'tenant_1'])
  })

  it('goes on after a crash, for the tenant that it was woken for', async () => {
    const { built, life, wake } = newBuilder()
    await wake()
    await life.crash()
    expect(await life.alarmAt()).not.toBeNull()
    await life.ring()
    expect(built).toEqual(['tenant_1'])
  })

  it('tries again after a failure, later each time, and never gives up', async () => {
    const { answers, clock, life, wake } = newBuilder()
    const pauses: number[] = []
    answers.push(...Array.from({ length: 8 }, () => new Error('D1 is away')))
    await wake()
    for (let turn = 0; turn < 8; turn++) {
      await life.ring()
      pauses.push(((await life.alarmAt()) ?? 0) - clock.now)
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
  })

  it('is woken at once from a long pause, and not held up by a wake in a short one', async () => {
    const { answers, clock, life, wake } = newBuilder()
    answers.push(60 * 60_000)
    await wake()
    await life.ring()
    expect(await life.alarmAt()).toBe(clock.now + 60 * 60_000)
    await wake()
    expect(await life.alarmAt()).toBe(clock.now)
    clock.now += 10
    await wake()
    expect(await life.alarmAt()).toBe(clock.now - 10)
  })
})

describe('the deployed builder', () => {
  it('is woken by the cron for what nobody told it of, and publishes it', async () => {
    const tenantId = fresh('tenant')
    const at = new Date().toISOString()
    const by = { role: 'operator', id: 'key_1', requestId: 'req_1' } as const
    const { suppressionLists, suppressionIndex } = createTenantStores(env.DB, tenantId)
    const { row } = await suppressionLists.create(
      fresh('spl'),
      { name: 'x', scope: 'named' },
      { id: fresh('pub'), at, by },
    )
    await suppressionLists.archive(row, { id: fresh('pub'), at, by })
    expect(await suppressionIndex.pending()).not.toBeNull()
    const controller = { scheduledTime: Date.now(), cron: '* * * * *', noRetry: () => {} }
    await worker.scheduled(controller, env)
    const stub = env.SUPPRESSION_BUILDER.get(env.SUPPRESSION_BUILDER.idFromName(tenantId))
    await expect
      .poll(async () => {
        await runDurableObjectAlarm(stub)
        return suppressionIndex.pending()
      })
      .toBeNull()
    expect(await env.SNAPSHOTS.get(indexHeaderKey(tenantId), 'json')).toMatchObject({ schema: 1, bits: 0, lists: {} })
  })
})
