/**
 * `npm run sim`: plays histories of the exchange against a hostile world and checks the invariants after each.
 *
 *     npm run sim -- --seeds 100000 --seed 1
 *     npm run sim -- --replay <as printed>
 *
 * Ends with 0 where every invariant held, 1 where one did not, 2 where it was asked in a wrong way.
 */
import { parseOptions, type SimOptions } from './options.ts'
import { installLoader } from './run/loader.ts'
import type { Failure, Sums } from './run/messages.ts'
import { type Outcome, Runner, runSeeds } from './run/pool.ts'
import { readTape, writeTape } from './run/tape.ts'

const DEFAULT_SEEDS = 20_000
const SAY_EVERY_MS = 10_000

function readOptions(): SimOptions {
  try {
    return parseOptions(process.argv.slice(2), DEFAULT_SEEDS)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(2)
  }
}

async function runAll({ seeds, seed, workers }: SimOptions): Promise<boolean> {
  const runners = Array.from({ length: workers }, () => new Runner(null))
  const startedAt = performance.now()
  const usedBefore = process.cpuUsage()
  let saidAt = startedAt
  const onProgress = (sums: Sums) => {
    if (performance.now() - saidAt < SAY_EVERY_MS) return
    saidAt = performance.now()
    console.log(`${sums.seeds} histories …`)
  }
  try {
    const outcome = await runSeeds(runners, { from: seed, count: seeds, onProgress })
    const { user, system } = process.cpuUsage(usedBefore)
    const cpuMs = (user + system) / 1_000
    summarise(outcome, { seed, workers, seconds: (performance.now() - startedAt) / 1_000, cpuMs })
    const [runner] = runners
    if (outcome.failure !== null && runner !== undefined) await explain(runner, outcome.failure)
    return outcome.failure === null
  } finally {
    await Promise.all(runners.map((runner) => runner.close()))
  }
}

interface Circumstances {
  readonly seed: number
  readonly workers: number
  readonly seconds: number
  /** Of all threads: what others on the machine take does not count. */
  readonly cpuMs: number
}

function summarise(outcome: Outcome, { seed, workers, seconds, cpuMs }: Circumstances): void {
  const { seeds, steps, crashes, faults, takes } = outcome
  const words = outcome.failure === null ? 'every invariant held' : 'AN INVARIANT DID NOT HOLD'
  console.log(`${seeds} histories from seed ${seed}: ${words}`)
  console.log(`${steps} steps, ${faults} faults of which ${crashes} crashes, ${takes} leads taken by buyers`)
  const each = `${(cpuMs / seeds).toFixed(2)} ms of CPU a history`
  console.log(`${Math.round(seeds / seconds)} histories/s in ${workers} threads, ${seconds.toFixed(1)} s; ${each}`)
}

async function explain(runner: Runner, { seed, words }: Failure): Promise<void> {
  console.log(`\nseed ${seed}: ${words}\n`)
  const { tape, failure, story } = await runner.shrink(seed)
  console.log(`the same, made small:\n\n${story.join('\n')}\n\n${failure}\n`)
  console.log(`npm run sim -- --replay ${writeTape(tape)}`)
}

async function playTape(text: string): Promise<boolean> {
  installLoader(null)
  const { Chance } = await import('./engine/chance.ts')
  const { runHistory } = await import('./run/history.ts')
  const story: string[] = []
  const { failure } = runHistory(Chance.ofTape(readTape(text)), story)
  console.log(story.join('\n'))
  console.log(failure ?? 'every invariant held')
  return failure === null
}

const options = readOptions()
const isWell = await (options.replay === null ? runAll(options) : playTape(options.replay))
process.exitCode = isWell ? 0 : 1
