import { expect, it } from 'vitest'
import { CORE_MUTANTS } from '../../sim/mutants/core'
import { Runner } from '../../sim/run/pool'

it('makes a failing history small, and the small one fails for the same reason', { timeout: 60_000 }, async () => {
  const mutant = CORE_MUTANTS.find(({ name }) => name === 'failover-on-timeout')
  if (mutant === undefined) throw new Error('no such mutant')
  const runner = new Runner(mutant)
  try {
    const { failure } = await runner.run({ from: 1, count: 2_000 })
    if (failure === null) throw new Error('nothing fails')
    const shrunk = await runner.shrink(failure.seed)
    expect(shrunk.failure.slice(0, 12)).toBe(failure.words.slice(0, 12))
    expect(shrunk.tape.filter((value) => value > 0).length).toBeLessThan(20)
    expect(shrunk.story.some((line) => line.includes('unknown'))).toBe(true)
  } finally {
    await runner.close()
  }
})
