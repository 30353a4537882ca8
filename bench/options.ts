/** What `npm run bench --` takes. */
import { parseArgs } from 'node:util'

export const SECTION_NAMES = ['ping', 'sold', 'added', 'cost', 'fanout20', 'caps', 'suppression'] as const
export type SectionName = (typeof SECTION_NAMES)[number]

export interface BenchOptions {
  readonly json: boolean
  readonly only: readonly SectionName[]
  /** Alternating rounds; each has a turn of Gavel and a turn of the bare Worker. */
  readonly rounds: number
  /** How long a turn lasts; null for each section's own. */
  readonly seconds: number | null
  /** Where both sides keep their state; null for memory where there is enough of it. */
  readonly stateDir: string | null
}

export const USAGE = `npm run bench -- [--json] [--only ${SECTION_NAMES.join(',')}] [--rounds 5] [--seconds S] [--state-dir DIR]`

/** @throws where an option is not one of these */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      only: { type: 'string', default: SECTION_NAMES.join(',') },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string' },
      'state-dir': { type: 'string' },
    },
  })
  const { json, only, rounds, seconds } = values
  return {
    json,
    only: only.split(',').map(sectionName),
    rounds: within('rounds', rounds, { from: 1, to: 100, whole: true }),
    seconds: seconds === undefined ? null : within('seconds', seconds, { from: 0.2, to: 60, whole: false }),
    stateDir: values['state-dir'] ?? null,
  }
}

function sectionName(text: string): SectionName {
  const name = SECTION_NAMES.find((known) => known === text)
  if (name === undefined) throw new Error(`--only takes ${SECTION_NAMES.join(', ')}`)
  return name
}

function within(name: string, text: string, bounds: { from: number; to: number; whole: boolean }): number {
  const value = Number(text)
  const isRight =
    text !== '' && value >= bounds.from && value <= bounds.to && (!bounds.whole || Number.isInteger(value))
  if (!isRight) throw new Error(`--${name} takes ${bounds.from} to ${bounds.to}`)
  return value
}
