/** What `npm run torture` takes. */
import { parseArgs } from 'node:util'

export interface TortureOptions {
  /** How often everything is killed. */
  readonly kills: number
  /** Of the moments of the kills, the bids and the faults. */
  readonly seed: number
  /** New leads that a life is sent on average, over all lives. */
  readonly leadsPerLife: number
  /** Where the state and the logs go; null for a new folder. */
  readonly folder: string | null
  /** Whether the folder stays where all is well; after a failure it stays anyway. */
  readonly keep: boolean
  /**
   * Whether the end is cut short: a person resolves what would be retried by itself a little later, and holds that a kill has
   * orphaned are left, as an account asks about them after ten to twenty minutes only.
   */
  readonly isBrief: boolean
}

interface Bounds {
  readonly least: number
  readonly most: number
}

/** @throws with words for people where an option is wrong */
export function parseOptions(args: readonly string[]): TortureOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: 'string' },
      seed: { type: 'string' },
      'leads-per-life': { type: 'string' },
      folder: { type: 'string' },
      keep: { type: 'boolean' },
      brief: { type: 'boolean' },
    },
  })
  return {
    kills: readCount('kills', values.kills, 20, { least: 1, most: 100_000 }),
    seed: readCount('seed', values.seed, 1, { least: 0, most: 0xffff_ffff }),
    leadsPerLife: readCount('leads-per-life', values['leads-per-life'], 14, { least: 1, most: 200 }),
    folder: values.folder ?? null,
    keep: values.keep ?? false,
    isBrief: values.brief ?? false,
  }
}

function readCount(name: string, text: string | undefined, otherwise: number, { least, most }: Bounds): number {
  if (text === undefined) return otherwise
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw new Error(`--${name}: expected a whole number from ${least} to ${most}, found "${text}"`)
}
