/** The figures of suppression, as JSON and for a person. */
import { number, type SectionResult } from '../report.ts'
import { median, round, type Spread, spreadOf } from '../statistics.ts'
import { type Round, ratioOf, SIDES, type Side, type TurnResult } from './pings.ts'

/** Of the list that has only a few. */
export const FEW = 10_000
const BARS = { ratio: 1.2, import_per_s: 20_000, isolate_mb: 128 }

export interface Imported {
  readonly entries: number
  readonly storedSeconds: number
  readonly publishedSeconds: number
  readonly processor: number
  readonly cold: TurnResult
  readonly before: number
  readonly after: number
  /** MB. */
  readonly isolate: { readonly peakMb: number; readonly keptMb: number }
}

export function suppressionResult(rounds: readonly Round[], rest: Imported): SectionResult {
  const ratio = spreadOf(rounds.map((one) => ratioOf(one, ['many', 'few'], 'micros')))
  const ofProcessor = spreadOf(rounds.map((one) => ratioOf(one, ['many', 'few'], 'processor')))
  const toNone = (side: Side) => spreadOf(rounds.map((one) => ratioOf(one, [side, 'none'], 'processor'))).median
  const middle = (side: Side, of: 'micros' | 'processor') =>
    median(rounds.flatMap((one) => one[side].map((turn) => turn[of])))
  const micros = (side: Side) => middle(side, 'micros')
  const bySide = (of: 'micros' | 'processor') =>
    Object.fromEntries(SIDES.map((side) => [side, round(middle(side, of), 0)]))
  const [stored, published] = [rest.entries / rest.storedSeconds, rest.entries / rest.publishedSeconds]
  const json = {
    ratio: round(ratio.median, 3),
    ratio_spread: pair(ratio),
    import_per_s: Math.round(published),
    bar: BARS,
    passed: ratio.median <= BARS.ratio && published >= BARS.import_per_s && rest.isolate.peakMb < BARS.isolate_mb,
    entries: rest.entries,
    processor_ratio: round(ofProcessor.median, 3),
    processor_ratio_to_no_lists: { few: round(toNone('few'), 3), many: round(toNone('many'), 3) },
    ping_micros: bySide('micros'),
    ping_processor_micros: bySide('processor'),
    cold_first_second: { ping_micros: round(rest.cold.micros, 0), p99_ms: round(rest.cold.p99Ms, 1) },
    stored_per_s: Math.round(stored),
    import_per_processor_s: Math.round(rest.entries / rest.processor),
    isolate_mb: { peak: rest.isolate.peakMb, kept: rest.isolate.keptMb },
    process_mb: { before: rest.before, after: rest.after },
  }
  const rows = [
    {
      label: `ping against ${number(rest.entries)} entries, to one against ${number(FEW)}`,
      gavel: `${number(micros('many'))} µs`,
      bare: `${number(micros('few'))} µs`,
      reached: `${ratio.median.toFixed(2)} × (${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)})`,
      bar: `≤ ${BARS.ratio.toFixed(2)} ×`,
      passed: ratio.median <= BARS.ratio,
    },
    {
      label: 'entries a second, until published',
      gavel: number(published),
      bare: '',
      reached: number(published),
      bar: `≥ ${number(BARS.import_per_s)}`,
      passed: published >= BARS.import_per_s,
    },
    {
      label: 'MB in the isolate at most, import and pings',
      gavel: number(rest.isolate.peakMb),
      bare: '',
      reached: `${number(rest.isolate.peakMb)} MB, ${number(rest.isolate.keptMb)} MB kept`,
      bar: `< ${BARS.isolate_mb} MB`,
      passed: rest.isolate.peakMb < BARS.isolate_mb,
    },
  ]
  const notes = [
    `A ping of a campaign without lists takes ${number(micros('none'))} µs. Stored at ${number(stored)} entries/s.`,
    `The whole process of the Worker, its database and KV has ${rest.after} MB resident, ${rest.before} MB before the import.`,
  ]
  return { json, rows, notes }
}

function pair({ min, max }: Spread): readonly [number, number] {
  return [round(min, 3), round(max, 3)]
}
