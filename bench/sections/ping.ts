/** (a) Supplier pings a second, against a route that parses the same JSON, makes one HMAC and answers. */
import type { BenchOptions } from '../options.ts'
import type { SectionResult } from '../report.ts'
import type { Stand } from '../stand.ts'
import { alternate } from './alternate.ts'
import { throughput } from './throughput.ts'

const CONNECTIONS = 32
const WARM_MS = 1_500
const TURN_MS = 1_500
const BAR = 0.6

export async function measurePings(stand: Stand, options: BenchOptions): Promise<SectionResult> {
  const turn = { what: 'ping', pace: 'fast', connections: CONNECTIONS } as const
  const maxMs = options.seconds === null ? TURN_MS : options.seconds * 1_000
  await alternate(1, (side) => stand.turn(side, { ...turn, maxMs: WARM_MS }))
  const rounds = await alternate(options.rounds, (side) => stand.turn(side, { ...turn, maxMs }))
  const { json, row } = throughput(rounds, { label: `pings/s, ${CONNECTIONS} connections`, bar: BAR })
  return { json: { ...json, connections: CONNECTIONS }, rows: [row], notes: [] }
}
