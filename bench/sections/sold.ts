/**
 * (b) Sold leads a second with five buyers, against a new object that fetches the same five, fetches one post and writes
 * one row. Each lead is new: a phone and an Idempotency-Key of its own, and no ping before it.
 */
import type { BenchOptions } from '../options.ts'
import type { SectionResult } from '../report.ts'
import type { Stand } from '../stand.ts'
import { median, round } from '../statistics.ts'
import { alternate } from './alternate.ts'
import { SaleTurns } from './sales.ts'
import { throughput } from './throughput.ts'

const CONNECTIONS = 32
/** On few connections first: what isolates lease from objects that are only just starting is not there for a crowd at once. */
const FIRST = { connections: 2, maxMs: 1_000 }
/** Some hundred leads, until the platform has compiled what they run through. */
const WARM_MS = 8_000
const TURN_MS = 2_500
const BAR = 0.4

export async function measureSales(stand: Stand, options: BenchOptions): Promise<SectionResult> {
  const turns = await SaleTurns.begin(stand)
  const turn = { what: 'sale', pace: 'fast', connections: CONNECTIONS } as const
  const maxMs = options.seconds === null ? TURN_MS : options.seconds * 1_000
  await alternate(1, (side) => turns.take(side, { ...turn, ...FIRST }))
  await alternate(1, (side) => turns.take(side, { ...turn, maxMs: WARM_MS }))
  const rounds = await alternate(options.rounds, (side) => turns.take(side, { ...turn, maxMs }))
  await turns.end()
  const { json, row } = throughput(rounds, { label: `sold leads/s, 5 buyers, ${CONNECTIONS} connections`, bar: BAR })
  const drainMs = round(median(turns.drainsMs), 0)
  const notes = [`The database holds the last sale of a turn ${drainMs} ms after its end (median).`]
  return {
    json: { ...json, connections: CONNECTIONS, buyers: 5, drain_ms: drainMs, leads: turns.leads },
    rows: [row],
    notes,
  }
}
