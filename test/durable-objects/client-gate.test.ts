import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { ClientGateObject } from '../../durable-objects/client-gate/client-gate'
import type { KeptAnswer, RequestStart } from '../../src/contracts/client-gate'
import { ObjectLife } from './support/object-life'

const DAY = 24 * 60 * 60 * 1_000
const START = Date.parse('2076-11-21T10:00:00Z')
const ANSWER: KeptAnswer = { status: 201, contentType: 'application/json', sealedBody: 'sealed' }
const REQUEST = { key: 'key-1', fingerprint: 'print-1' }

/** A gate of its own, with a clock that the test moves, or another. */
function newGate(now?: () => number) {
  const clock = { now: START }
  let fences = 0
  const life = new ObjectLife(env.CLIENT_GATE, env.CLIENT_GATE.newUniqueId(), (state) => {
    return new ClientGateObject(state, env, { now: now ?? (() => clock.now), newFence: () => `fence-${++fences}` })
  })
  const start = (request = REQUEST) => life.run((gate) => gate.startRequest(request))
  const end = (started: RequestStart, answer: KeptAnswer | null) =>
    life.run((gate) =>
      gate.endRequest({ key: REQUEST.key, fence: started.kind === 'run' ? started.fence : '', answer }),
    )
  return { clock, life, start, end }
}

describe('a request with a key', () => {
  it('is carried out once, and answered the same for thirty days, also after a restart', async () => {
    const { start, end, clock, life } = newGate()
    const first = await start()
    expect(first.kind).toBe('run')
    await end(first, ANSWER)
    expect(await start()).toEqual({ kind: 'replay', answer: ANSWER })
    await life.crash()
    clock.now += 30 * DAY - 1
    expect(await start()).toEqual({ kind: 'replay', answer: ANSWER })
    clock.now += 1
    expect((await start()).kind).toBe('run')
  })

  it('is another one with another body, also while the first is being carried out', async () => {
    const { start, end } = newGate()
    const first = await start()
    expect(await start({ ...REQUEST, fingerprint: 'print-2' })).toEqual({ kind: 'reused' })
    await end(first, ANSWER)
    expect(await start({ ...REQUEST, fingerprint: 'print-2' })).toEqual({ kind: 'reused' })
    expect((await start({ ...REQUEST, key: 'key-2' })).kind).toBe('run')
  })

  it('waits for its twin, and is answered the same', async () => {
    const { start, end } = newGate()
    const first = await start()
    const twins = Array.from({ length: 100 }, () => start())
    await end(first, ANSWER)
    expect(await Promise.all(twins)).toEqual(Array.from({ length: 100 }, () => ({ kind: 'replay', answer: ANSWER })))
  })

  it('is carried out by one of the waiting where the first came to nothing', async () => {
    const { start, end } = newGate()
    const first = await start()
    const [second, third] = [start(), start()]
    await end(first, null)
    const next = await Promise.race([second, third])
    expect(next.kind).toBe('run')
    await end(next, ANSWER)
    const kinds = (await Promise.all([second, third])).map(({ kind }) => kind)
    expect(kinds.sort()).toEqual(['replay', 'run'])
  })

  it('waits for five seconds, and no longer', async () => {
    const { start } = newGate(() => Date.now())
    await start()
    const began = Date.now()
    expect(await start()).toEqual({ kind: 'in_progress' })
    expect(Date.now() - began).toBeGreaterThanOrEqual(5_000)
    expect(Date.now() - began).toBeLessThan(7_000)
  })

  it('is taken over where nobody says what came of it, and who was taken over is not heard', async () => {
    const { start, end, clock, life } = newGate()
    const first = await start()
    await life.crash()
    clock.now += 30_000
    const second = await start()
    expect(second.kind).toBe('run')
    await end(first, { ...ANSWER, sealedBody: 'late' })
    await end(first, null)
    await end(second, ANSWER)
    expect(await start()).toEqual({ kind: 'replay', answer: ANSWER })
  })
})
