/** A rate of Gavel against the bare Worker's: what pings and sales have in common. */
import { number, type Row } from '../report.ts'
import type { Measured, Side } from '../stand.ts'
import { median, percentile, round, spreadOf } from '../statistics.ts'
import type { Round } from './alternate.ts'

export interface ThroughputText {
  readonly label: string
  readonly bar: number
}

export function throughput(rounds: readonly Round<Measured>[], { label, bar }: ThroughputText) {
  const ratio = spreadOf(rounds.map(({ gavel, bare }) => gavel.perSecond / bare.perSecond))
  const rate = (side: Side) => median(rounds.map((one) => one[side].perSecond))
  const latency = (side: Side, share: number) =>
    round(median(rounds.map((one) => percentile(one[side].latenciesMs, share))), 2)
  const processor = (side: Side) => {
    const each = rounds
      .map((one) => one[side])
      .map(({ processorMs, latenciesMs }) => (processorMs ?? Number.NaN) / latenciesMs.length)
    return each.some(Number.isNaN) ? null : round(median(each), 3)
  }
  const passed = ratio.median >= bar
  const json = {
    ratio: round(ratio.median, 3),
    ratio_spread: [round(ratio.min, 3), round(ratio.max, 3)],
    bar: { ratio: bar },
    passed,
    gavel_per_second: round(rate('gavel'), 1),
    bare_per_second: round(rate('bare'), 1),
    gavel_p50_ms: latency('gavel', 0.5),
    gavel_p99_ms: latency('gavel', 0.99),
    bare_p50_ms: latency('bare', 0.5),
    bare_p99_ms: latency('bare', 0.99),
    gavel_processor_ms: processor('gavel'),
    bare_processor_ms: processor('bare'),
    rounds: rounds.map(({ gavel, bare }) => [round(gavel.perSecond, 1), round(bare.perSecond, 1)]),
  }
  const row: Row = {
    label,
    gavel: number(rate('gavel')),
    bare: number(rate('bare')),
    reached: `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)})`,
    bar: `≥ ${bar.toFixed(2)}`,
    passed,
  }
  return { json, row }
}
