/** What the commands take. */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'

export interface SimOptions {
  readonly seeds: number
  /** The first seed. */
  readonly seed: number
  readonly workers: number
  /** A tape to play; null to run seeds. */
  readonly replay: string | null
  /** Names of the mutants to plant; null for all. */
  readonly only: readonly string[] | null
}

const MOST_SEEDS = 1_000_000_000

/** @throws with words for people where an option is wrong */
export function parseOptions(args: readonly string[], seeds: number): SimOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string' },
      seed: { type: 'string' },
      workers: { type: 'string' },
      replay: { type: 'string' },
      only: { type: 'string' },
    },
  })
  return {
    seeds: readCount('seeds', values.seeds, seeds, { least: 1, most: MOST_SEEDS }),
    seed: readCount('seed', values.seed, 1, { least: 0, most: Number.MAX_SAFE_INTEGER - MOST_SEEDS }),
    workers: readCount('workers', values.workers, availableParallelism(), { least: 1, most: 64 }),
    replay: values.replay ?? null,
    only: values.only?.split(',') ?? null,
  }
}

interface Bounds {
  readonly least: number
  readonly most: number
}

function readCount(name: string, text: string | undefined, otherwise: number, { least, most }: Bounds): number {
  if (text === undefined) return otherwise
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw new Error(`--${name}: expected a whole number from ${least} to ${most}, found "${text}"`)
}
