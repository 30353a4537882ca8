/** How many auctions of a supplier run at once, over isolates that know nothing of each other, through the gate in workerd. */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { SupplierGateObject } from '../../durable-objects/supplier-gate/supplier-gate'
import { AuctionPlaces } from '../../src/http/intake/auction-places'
import { ObjectLife } from './support/object-life'

function newSupplier(limit: number) {
  const clock = { now: Date.parse('2076-11-21T10:00:00Z') }
  const counts = { hops: 0, running: 0, most: 0 }
  const behind: Promise<unknown>[] = []
  const life = new ObjectLife(env.SUPPLIER_GATE, env.SUPPLIER_GATE.newUniqueId(), (state) => {
    return new SupplierGateObject(state, env, { now: () => clock.now, auction: () => null })
  })
  /** Keeps the next answer of the gate on its way, until let go. */
  let onItsWay: Promise<void> | null = null
  const hold = Object.assign(
    () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      onItsWay = promise
      return resolve
    },
    { asked: Promise.resolve() },
  )
  let isolates = 0
  const owner = { tenantId: 'live', supplierId: 'sup_1', limit }
  const isolate = () => {
    isolates += 1
    const places = new AuctionPlaces({
      now: () => clock.now,
      isolate: `isolate-${isolates}`,
      gate: () => ({
        askPlaces: async (question) => {
          counts.hops += 1
          const held = onItsWay
          onItsWay = null
          const answer = life.run((gate) => gate.askPlaces(question))
          if (held !== null) hold.asked = answer.then(() => undefined)
          await held
          return answer
        },
      }),
      keepAlive: (work) => void behind.push(work),
      log: (event) => {
        throw new Error(event)
      },
    })
    const begin = async () => {
      const begun = await places.begin(owner)
      counts.running += begun ? 1 : 0
      counts.most = Math.max(counts.most, counts.running)
      return begun
    }
    const end = async () => {
      counts.running -= 1
      places.end(owner)
      await Promise.all(behind.splice(0))
    }
    return { begin, end }
  }
  return { clock, life, isolate, counts, hold }
}
const begun = (results: readonly boolean[]) => results.filter((result) => result).length

describe('auctions at the same time', () => {
  it.each([1, 3, 99, 100, 1_000])('may be all %i of one isolate, and no more', async (limit) => {
    const { isolate, counts } = newSupplier(limit)
    const { begin, end } = isolate()
    expect(begun(await Promise.all(Array.from({ length: limit + 20 }, begin)))).toBe(limit)
    expect(await begin()).toBe(false)
    for (let ended = 0; ended < limit; ended++) await end()
    expect(counts.running).toBe(0)
  })

  it('may begin once another has ended, elsewhere too where there are few', async () => {
    const { isolate, clock } = newSupplier(1)
    const [here, there] = [isolate(), isolate()]
    expect(await here.begin()).toBe(true)
    expect(await there.begin()).toBe(false)
    await here.end()
    clock.now += 100
    expect(await there.begin()).toBe(true)
    expect(await here.begin()).toBe(false)
  })

  it('are never more than the limit over isolates together, whatever restarts', async () => {
    for (const limit of [5, 120]) {
      const { isolate, clock, life, counts } = newSupplier(limit)
      const isolates = Array.from({ length: 4 }, () => ({ ...isolate(), running: 0 }))
      for (let step = 0; step < 120; step++) {
        for (const [index, place] of isolates.entries()) {
          const results = await Promise.all(Array.from({ length: (step * (index + 3)) % (limit / 2) }, place.begin))
          place.running += begun(results)
          for (let ending = (step * (index + 5)) % (limit / 2); ending > 0 && place.running > 0; ending--) {
            place.running -= 1
            await place.end()
          }
        }
        if (step % 40 === 39) await life.crash()
        clock.now += 700
      }
      expect(counts.most).toBeLessThanOrEqual(limit)
      expect(counts.most).toBeGreaterThan(limit / 2)
    }
  }, 60_000)

  it('use no place that was given back while the answer is on its way', async () => {
    const { isolate, hold } = newSupplier(2)
    const [here, there] = [isolate(), isolate()]
    expect(begun(await Promise.all([here.begin(), here.begin()]))).toBe(2)
    const letGo = hold()
    const ending = here.end()
    await hold.asked
    const results = [here.begin(), there.begin()]
    letGo()
    await ending
    expect(begun(await Promise.all(results))).toBe(1)
  })

  it('of a steady supplier cost hardly a hop', async () => {
    const { isolate, counts, clock } = newSupplier(1_000)
    const { begin, end } = isolate()
    for (let count = 0; count < 500; count++) {
      expect(await begin()).toBe(true)
      await end()
      clock.now += 20
    }
    expect(counts.hops).toBeLessThan(5)
  })

  it('that were begun by who never came back are forgotten in the end', async () => {
    const { isolate, clock } = newSupplier(1)
    expect(await isolate().begin()).toBe(true)
    const other = isolate()
    clock.now += 50_000
    expect(await other.begin()).toBe(false)
    clock.now += 70_000
    expect(await other.begin()).toBe(true)
  })
})
