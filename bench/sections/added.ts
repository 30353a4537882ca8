/**
 * (c) Milliseconds beyond the slowest buyer and the post. What is left of each lead's time once those two are taken off is
 * compared, which is stricter than comparing whole times: there the buyers' own 70 ms would hide most of it.
 */

import { POST_DELAY_MS, SLOWEST_PING_MS } from '../load/buyer-plan.ts'
import type { BenchOptions } from '../options.ts'
import { number, type Row, type SectionResult } from '../report.ts'
import type { Measured, Side, Stand } from '../stand.ts'
import { median, percentile, round, type Spread, spreadOf } from '../statistics.ts'
import { alternate, type Round } from './alternate.ts'
import { SaleTurns } from './sales.ts'

const BUYERS_MS = SLOWEST_PING_MS + POST_DELAY_MS
/** Few enough that a lead seldom waits for another. */
const CONNECTIONS = 2
const BUSY_CONNECTIONS = 8
const WARM_MS = 3_000
/** Some three hundred leads: the p99 of a hundred would be the slowest of them. */
const TURN_MS = 12_000
const BUSY_SHARE = 1 / 6
const BARS = { p50_ms: 8, p99_ratio: 1.5 }

export async function measureAdded(stand: Stand, options: BenchOptions): Promise<SectionResult> {
  const turns = await SaleTurns.begin(stand)
  const maxMs = options.seconds === null ? TURN_MS : options.seconds * 1_000
  const turn = { what: 'sale', pace: 'slow', maxMs, connections: CONNECTIONS } as const
  await alternate(1, (side) => turns.take(side, { ...turn, maxMs: WARM_MS }))
  const rounds = await alternate(options.rounds, (side) => turns.take(side, turn))
  const busyTurn = { ...turn, connections: BUSY_CONNECTIONS, maxMs: maxMs * BUSY_SHARE }
  const busy = await alternate(options.rounds, (side) => turns.take(side, busyTurn))
  await turns.end()
  return report(rounds, busy)
}

type Rounds = readonly Round<Measured>[]

/** A lead's time less the buyers' own. */
function beyond({ latenciesMs }: Measured, share: number): number {
  return percentile(latenciesMs, share) - BUYERS_MS
}

/** How much one turn of Gavel is slower than the turn of the bare Worker beside it. */
function compare(rounds: Rounds) {
  return {
    p50: spreadOf(rounds.map(({ gavel, bare }) => beyond(gavel, 0.5) - beyond(bare, 0.5))),
    p99: spreadOf(rounds.map(({ gavel, bare }) => beyond(gavel, 0.99) / beyond(bare, 0.99))),
    wholeP99: spreadOf(rounds.map(({ gavel, bare }) => whole(gavel, 0.99) / whole(bare, 0.99))),
  }
}

function whole({ latenciesMs }: Measured, share: number): number {
  return percentile(latenciesMs, share)
}

function report(rounds: Rounds, busyRounds: Rounds): SectionResult {
  const { p50, p99, wholeP99 } = compare(rounds)
  const busy = compare(busyRounds)
  const middle = (side: Side, share: number) => median(rounds.map((one) => beyond(one[side], share)))
  const passed = { p50: p50.median <= BARS.p50_ms, p99: p99.median <= BARS.p99_ratio }
  const json = {
    p50_ms: round(p50.median, 2),
    p50_ms_spread: pair(p50),
    p99_ratio: round(p99.median, 3),
    p99_ratio_spread: pair(p99),
    bar: BARS,
    passed: passed.p50 && passed.p99,
    connections: CONNECTIONS,
    buyers_ms: BUYERS_MS,
    gavel_beyond_p50_ms: round(middle('gavel', 0.5), 2),
    bare_beyond_p50_ms: round(middle('bare', 0.5), 2),
    gavel_beyond_p99_ms: round(middle('gavel', 0.99), 2),
    bare_beyond_p99_ms: round(middle('bare', 0.99), 2),
    whole_p99_ratio: round(wholeP99.median, 3),
    whole_p99_ratio_spread: pair(wholeP99),
    leads_a_turn: median(rounds.map(({ gavel }) => gavel.latenciesMs.length)),
    busy: {
      connections: BUSY_CONNECTIONS,
      p50_ms: round(busy.p50.median, 2),
      p50_ms_spread: pair(busy.p50),
      p99_ratio: round(busy.p99.median, 3),
      p99_ratio_spread: pair(busy.p99),
    },
  }
  const row = (share: number, cells: Pick<Row, 'reached' | 'bar' | 'passed'>): Row => ({
    label: `ms beyond buyers and post, p${share * 100}, ${CONNECTIONS} connections`,
    gavel: number(middle('gavel', share)),
    bare: number(middle('bare', share)),
    ...cells,
  })
  const rows = [
    row(0.5, { reached: inMs(p50), bar: `≤ +${BARS.p50_ms} ms`, passed: passed.p50 }),
    row(0.99, { reached: inTimes(p99), bar: `≤ ${BARS.p99_ratio.toFixed(2)} ×`, passed: passed.p99 }),
  ]
  const notes = [
    `The p99 of a lead's whole time is ${inTimes(wholeP99)} of bare's.`,
    `On ${BUSY_CONNECTIONS} connections Gavel adds ${inMs(busy.p50)} at p50, and has ${inTimes(busy.p99)} of bare's p99.`,
  ]
  return { json, rows, notes }
}

function pair({ min, max }: Spread): readonly [number, number] {
  return [round(min, 3), round(max, 3)]
}

function inMs({ median: middle, min, max }: Spread): string {
  const signed = (ms: number) => `${ms < 0 ? '−' : '+'}${Math.abs(ms).toFixed(1)}`
  return `${signed(middle)} ms (${signed(min)} to ${signed(max)})`
}

function inTimes({ median: middle, min, max }: Spread): string {
  return `${middle.toFixed(2)} × (${min.toFixed(2)} to ${max.toFixed(2)})`
}
