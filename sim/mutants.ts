/**
 * `npm run sim:mutants`: plants one fault after the other and looks whether the simulator finds it. A fault that survives
 * means that the simulator would not have found it in the exchange either.
 *
 *     npm run sim:mutants -- --seeds 50000
 *
 * Ends with 0 where every mutant was caught, 1 where one survived, 2 where it was asked in a wrong way.
 */
import { CORE_MUTANTS } from './mutants/core.ts'
import { DRIVER_MUTANTS } from './mutants/drivers.ts'
import type { Mutant } from './mutants/mutant.ts'
import { parseOptions, type SimOptions } from './options.ts'
import { type Outcome, Runner, runSeeds } from './run/pool.ts'

const MUTANTS: readonly Mutant[] = [...CORE_MUTANTS, ...DRIVER_MUTANTS]
/** The most histories that a mutant may need to be found. */
const DEFAULT_SEEDS = 60_000

function readOptions(): SimOptions {
  try {
    return parseOptions(process.argv.slice(2), DEFAULT_SEEDS)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(2)
  }
}

async function hunt(mutant: Mutant, { seeds, seed, workers }: SimOptions): Promise<Outcome> {
  const runners = Array.from({ length: workers }, () => new Runner(mutant))
  try {
    return await runSeeds(runners, { from: seed, count: seeds, onProgress: () => undefined })
  } finally {
    await Promise.all(runners.map((runner) => runner.close()))
  }
}

function row({ name, fault }: Mutant, { seeds, failure }: Outcome): string {
  const found = failure === null ? 'SURVIVED' : 'caught  '
  const where = failure === null ? `${seeds} histories` : `seed ${failure.seed}`
  const by = failure === null ? fault : (/^invariant \d+/.exec(failure.words)?.[0] ?? failure.words.slice(0, 60))
  return `${found}  ${name.padEnd(28)} ${where.padEnd(18)} ${by.padEnd(14)} ${failure === null ? '' : fault}`.trimEnd()
}

const options = readOptions()
let survivors = 0
for (const mutant of MUTANTS) {
  const outcome = await hunt(mutant, options)
  if (outcome.failure === null) survivors += 1
  console.log(row(mutant, outcome))
}
console.log(`${MUTANTS.length} mutants, ${MUTANTS.length - survivors} caught, ${survivors} survived`)
process.exitCode = survivors === 0 ? 0 : 1
