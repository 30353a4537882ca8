/** The rate of a client, shared by isolates that know nothing of each other, through the gate in workerd. */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { ClientGateObject } from '../../durable-objects/client-gate/client-gate'
import { RequestRates } from '../../src/http/plumbing/request-rates'
import { ObjectLife } from './support/object-life'

const START = Date.parse('2076-11-21T10:00:00Z')

function newClient(requestsPerSecond: number) {
  const clock = { now: START }
  const counts = { hops: 0 }
  const life = new ObjectLife(env.CLIENT_GATE, env.CLIENT_GATE.newUniqueId(), (state) => {
    return new ClientGateObject(state, env, { now: () => clock.now, newFence: () => '' })
  })
  let isolates = 0
  const client = { tenantId: 'live', clientId: 'key_1', requestsPerSecond }
  const passed: number[] = []
  const isolate = () => {
    isolates += 1
    const rates = new RequestRates({
      now: () => clock.now,
      isolate: `isolate-${isolates}`,
      gate: () => ({
        askRate: (question) => {
          counts.hops += 1
          return life.run((gate) => gate.askRate(question))
        },
      }),
      keepAlive: (work) => void work.catch(() => undefined),
      log: (event) => {
        throw new Error(event)
      },
    })
    return {
      take: async () => {
        const verdict = await rates.take(client)
        if (verdict.allowed) passed.push(clock.now)
        return verdict
      },
    }
  }
  return { clock, life, isolate, passed, counts }
}

/** The most that passed within any second. */
function mostInASecond(passed: readonly number[]): number {
  const sorted = [...passed].sort((left, right) => left - right)
  return Math.max(0, ...sorted.map((from) => sorted.filter((at) => at >= from && at < from + 1_000).length))
}

describe("a client's rate", () => {
  it('is all there for one isolate, to the last request, and no further', async () => {
    const { isolate, passed } = newClient(100)
    const { take } = isolate()
    const verdicts = await Promise.all(Array.from({ length: 150 }, take))
    expect(passed).toHaveLength(100)
    expect(verdicts.filter(({ allowed }) => !allowed)).toHaveLength(50)
    expect(verdicts.every(({ limit }) => limit === 100)).toBe(true)
    expect(verdicts.filter(({ allowed }) => !allowed).every(({ remaining }) => remaining === 0)).toBe(true)
  })

  it('counts down on answers, and says when all of it is back', async () => {
    const { isolate, clock } = newClient(100)
    const { take } = isolate()
    const seen = []
    for (let count = 0; count < 5; count++) seen.push((await take()).remaining)
    expect(seen).toEqual([99, 98, 97, 96, 95])
    expect((await take()).resetAt).toBe(START / 1_000 + 1)
    clock.now += 1_020
    expect((await take()).remaining).toBe(99)
  })

  it('is there again a second later', async () => {
    const { isolate, clock, passed } = newClient(100)
    const { take } = isolate()
    await Promise.all(Array.from({ length: 150 }, take))
    clock.now += 1_300
    await Promise.all(Array.from({ length: 150 }, take))
    expect(passed).toHaveLength(200)
  })

  it('is never exceeded by isolates together, whenever they call, and whatever restarts', async () => {
    const { isolate, clock, passed, life } = newClient(40)
    const isolates = Array.from({ length: 6 }, isolate)
    for (let step = 0; step < 160; step++) {
      const calls = isolates.flatMap(({ take }, index) => Array.from({ length: (step * (index + 3)) % 5 }, take))
      await Promise.all(calls)
      if (step % 50 === 49) await life.crash()
      clock.now += 20
    }
    expect(mostInASecond(passed)).toBeLessThanOrEqual(40)
    expect(passed.length).toBeGreaterThan(40)
  })

  it('is whole for a client that comes back after a while, though its gate was let go of meanwhile', async () => {
    const { isolate, clock, passed, life } = newClient(100)
    const { take } = isolate()
    await Promise.all(Array.from({ length: 150 }, take))
    expect(passed).toHaveLength(100)
    clock.now += 14_000
    await life.crash()
    await Promise.all(Array.from({ length: 150 }, take))
    expect(passed).toHaveLength(200)
  })

  it('is not given out call by call again by a gate that restarted in the same second', async () => {
    const { life, clock } = newClient(100)
    const ask = (holder: string) =>
      life.run((gate) => gate.askRate({ holder, wanted: 1, waiting: 60, used: 0, limit: 100 }))
    expect((await ask('isolate-1')).permits).toBe(59)
    await life.crash()
    expect((await ask('isolate-2')).permits).toBe(0)
    clock.now += 1_250
    expect((await ask('isolate-3')).permits).toBe(59)
  })

  it('is not shared out as far as it is out in permits', async () => {
    const { life, clock } = newClient(100)
    const ask = (holder: string, wanted: number, waiting: number) =>
      life.run((gate) => gate.askRate({ holder, wanted, waiting, used: 0, limit: 100 }))
    const first = await ask('isolate-1', 1, 60)
    expect([first.perSecond, first.permits]).toEqual([1, 59])
    const second = await ask('isolate-2', 75, 75)
    expect(first.perSecond + first.permits + second.perSecond + second.permits).toBe(100)
    clock.now += 1_300
    expect((await ask('isolate-2', 75, 75)).perSecond).toBe(74)
  })

  it('refuses nobody who is under it, from however many places the client calls', async () => {
    const { isolate, clock, passed } = newClient(100)
    const isolates = Array.from({ length: 40 }, isolate)
    for (let step = 0; step < 80; step++) {
      await isolates[step % 40]?.take()
      clock.now += 50
    }
    expect(passed).toHaveLength(80)
  })

  it('costs a steady caller hardly a hop', async () => {
    const { isolate, clock, passed, counts } = newClient(100)
    const { take } = isolate()
    for (let step = 0; step < 1_000; step++) {
      await take()
      clock.now += 20
    }
    expect(passed).toHaveLength(1_000)
    expect(counts.hops).toBeLessThan(15)
  })

  it('turns a flood away without asking for each', async () => {
    const { isolate, counts } = newClient(10)
    const { take } = isolate()
    for (let count = 0; count < 500; count++) await take()
    expect(counts.hops).toBeLessThan(20)
  })

  it('is held by an isolate alone while the gate cannot be asked', async () => {
    const clock = { now: START }
    const events: string[] = []
    const rates = new RequestRates({
      now: () => clock.now,
      isolate: 'isolate-1',
      gate: () => ({ askRate: () => Promise.reject(new Error('away')) }),
      keepAlive: () => {},
      log: (event) => void events.push(event),
    })
    const client = { tenantId: 'live', clientId: 'key_1', requestsPerSecond: 5 }
    const verdicts = []
    for (let count = 0; count < 8; count++) verdicts.push((await rates.take(client)).allowed)
    expect(verdicts.filter((allowed) => allowed)).toHaveLength(5)
    expect(events).toContain('rate_share_failed')
  })
})
