import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CORE_MUTANTS } from '../../sim/mutants/core'
import { DRIVER_MUTANTS } from '../../sim/mutants/drivers'
import { mutate } from '../../sim/mutants/mutant'

describe('the mutants of the simulator', () => {
  it.for([...CORE_MUTANTS, ...DRIVER_MUTANTS].map((mutant) => [mutant.name, mutant] as const))(
    '%s finds its lines',
    ([, { changes }]) => {
      for (const change of changes) {
        const text = readFileSync(change.file, 'utf8')
        expect(mutate(text, change)).not.toBe(text)
      }
    },
  )
})
