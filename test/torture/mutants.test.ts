import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { MUTANTS } from '../../torture/mutants/list'

describe('the mutants of the torture', () => {
  it.for(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
    '%s finds its line once',
    ([, { file, from, to }]) => {
      expect(readFileSync(file, 'utf8').split(from)).toHaveLength(2)
      expect(to).not.toBe(from)
    },
  )
})
