/**
 * `npm run sim:mutants`: plants one fault after the other and looks whether the simulator finds it. A fault that survives
 * means that the simulator would not have found it in the exchange either.
 *
 *     npm run sim:mutants -- --seeds 50000
 *     npm run sim:mutants -- --only failover-on-timeout,intent-not-written
 *
 * Ends with 0 where every mutant was caught, 1 where one survived, 2 where it was asked in a wrong way.
 */
import { CORE_MUTANTS } from './mutants/core.ts'
import { DRIVER_MUTANTS } from './mutants/drivers.ts'
import type { Mutant } from './mutants/mutant.ts'
import { parseOptions, type SimOptions } from './options.ts'
import { type Outcome, Runner, runSeeds } from './run/pool.ts'

const ALL: readonly Mutant[] = [...CORE_MUTANTS, ...DRIVER_MUTANTS]
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

function chosen({ only }: SimOptions): readonly Mutant[] {
  const names = ALL.map(({ name }) => name)
  const unknown = only?.find((name) => !names.includes(name))
  if (unknown !== undefined) {
    console.error(`--only: expected names of ${names.join(', ')}; found "${unknown}"`)
    process.exit(2)
  }
  return ALL.filter(({ name }) => only === null || only.includes(name))
}

async function hunt(mutant: Mutant, { seeds, seed }: SimOptions): Promise<Outcome> {
  const runner = new Runner(mutant)
  try {
    return await runSeeds([runner], { from: seed, count: seeds, onProgress: () => undefined })
  } finally {
    await runner.close()
  }
}

function row({ name, fault }: Mutant, { seeds, failure }: Outcome): string {
  const found = failure === null ? 'SURVIVED' : 'caught  '
  const where = failure === null ? `${seeds} histories` : `seed ${failure.seed}`
  const by = failure === null ? fault : (/^invariant \d+|program failed/.exec(failure.words)?.[0] ?? 'program failed')
  return `${found}  ${name.padEnd(28)} ${where.padEnd(18)} ${by.padEnd(14)} ${failure === null ? '' : fault}`.trimEnd()
}

/** As many at once as there are threads; said in the order of the list. @returns how many survived */
async function huntAll(mutants: readonly Mutant[], options: SimOptions): Promise<number> {
  const outcomes: Promise<Outcome>[] = []
  const free = Array.from({ length: options.workers }, () => Promise.resolve<unknown>(undefined))
  for (const [index, mutant] of mutants.entries()) {
    const place = index % free.length
    const outcome = (free[place] ?? Promise.resolve()).then(() => hunt(mutant, options))
    free[place] = outcome
    outcomes.push(outcome)
  }
  let survivors = 0
  for (const [index, mutant] of mutants.entries()) {
    const outcome = await outcomes[index]
    if (outcome === undefined) continue
    if (outcome.failure === null) survivors += 1
    console.log(row(mutant, outcome))
  }
  return survivors
}

const options = readOptions()
const mutants = chosen(options)
const survivors = await huntAll(mutants, options)
console.log(`${mutants.length} mutants, ${mutants.length - survivors} caught, ${survivors} survived`)
process.exitCode = survivors === 0 ? 0 : 1
