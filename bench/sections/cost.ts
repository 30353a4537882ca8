/**
 * (d) What one sold lead of five buyers writes and calls, counted in the deployed code itself by counting/entry.ts.
 *
 * The headline is a lead sent alone, which shares no batch with another, in a campaign that sold before: the median of some,
 * since now and then one meets an identity index for the first time. Beside it stands a lead under load, and what
 * forgetting a lead after its 30 days costs.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Tally } from '../counting/tally.ts'
import type { Gavel } from '../gavel.ts'
import { leadFields } from '../load/leads.ts'
import type { BenchOptions } from '../options.ts'
import { COST_NAMES, type CostCounts, perLead, usdPerMillion } from '../prices.ts'
import { number, type Row, type SectionResult } from '../report.ts'
import type { Stand } from '../stand.ts'
import { median, round } from '../statistics.ts'
import { drain } from './sales.ts'

const LONE_LEADS = 5
/** So many that all identity indexes of the campaign were met. */
const WARM_LEADS = 600
const LOADED_LEADS = 300
const LOADED_CONNECTIONS = 16
const QUIET_MS = 400
const BUDGET: { readonly [name in Exclude<keyof CostCounts, 'workerRequests'> | 'usd']: number } = {
  rowsObjects: 12,
  rowsD1: 10,
  objectCalls: 9,
  queueOps: 9,
  usd: 35,
}

export async function measureCost(stand: Stand, _options: BenchOptions): Promise<SectionResult> {
  const gavel = await stand.startCounting()
  const bench = new CountedSales(stand, gavel)
  // Objects that stay pay for their tables and their next sweep with the first lead that they meet.
  let from = await bench.sellMany(WARM_LEADS)
  const loadedFrom = from
  from = await bench.sellMany(LOADED_LEADS)
  const loaded = perLead(sum(loadedFrom), sum(from), LOADED_LEADS)
  const lone: CostCounts[] = []
  const loneFrom = from
  for (let index = 0; index < LONE_LEADS; index++) {
    const to = await bench.sellAlone()
    lone.push(perLead(sum(from), sum(to), 1))
    from = to
  }
  const forgotten = perLead(sum(from), sum(await bench.expire()), bench.sold)
  const classes = byClass(loneFrom, from)
  return report({ lone, loaded, forgotten, classes })
}

class CountedSales {
  readonly #stand: Stand
  readonly #gavel: Gavel
  #sold = 0

  constructor(stand: Stand, gavel: Gavel) {
    this.#stand = stand
    this.#gavel = gavel
  }

  async sellAlone(): Promise<Tally> {
    const { port, apiKey, campaigns } = this.#gavel
    const number = this.#stand.takeNumber()
    const headers = { 'content-type': 'application/json', 'x-api-key': apiKey, 'idempotency-key': `alone-${number}` }
    const body = JSON.stringify(leadFields(campaigns.fast, number))
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/ingest`, { method: 'POST', headers, body })
    const text = await response.text()
    if (response.status !== 201 || !text.includes('"ACCEPTED"')) throw new Error(`not sold: ${response.status} ${text}`)
    return this.#quiet(1)
  }

  get sold(): number {
    return this.#sold
  }

  async sellMany(leads: number): Promise<Tally> {
    const turn = { what: 'sale', pace: 'fast', connections: LOADED_CONNECTIONS, maxMs: 60_000 } as const
    await this.#stand.sell(this.#gavel, { ...turn, maxRequests: leads })
    return this.#quiet(leads)
  }

  /** Lets the 30 days pass for every object that there is. */
  async expire(): Promise<Tally> {
    const response = await fetch(`http://127.0.0.1:${this.#gavel.port}/__expire`, { method: 'POST' })
    if (!response.ok) throw new Error(`expiring failed: ${response.status}`)
    return readTally(this.#gavel)
  }

  /** Waits until everything is written and acknowledged. */
  async #quiet(leads: number): Promise<Tally> {
    this.#sold += leads
    await drain(this.#gavel, this.#sold)
    let tally = await readTally(this.#gavel)
    for (let last = ''; last !== JSON.stringify(tally); tally = await readTally(this.#gavel)) {
      last = JSON.stringify(tally)
      await sleep(QUIET_MS)
    }
    return tally
  }
}

async function readTally({ port }: Gavel): Promise<Tally> {
  return (await fetch(`http://127.0.0.1:${port}/__tally`)).json() as Promise<Tally>
}

function total(counts: { readonly [name: string]: number }): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

function sum(tally: Tally): CostCounts {
  return {
    rowsObjects: total(tally.objectRows),
    rowsD1: tally.d1Rows,
    objectCalls: total(tally.objectCalls),
    queueOps: total(tally.queue),
    workerRequests: total(tally.worker),
  }
}

/** Rows and calls of one lone lead, by class and method. */
function byClass(from: Tally, to: Tally) {
  const difference = (kind: 'objectRows' | 'objectCalls') =>
    Object.fromEntries(
      Object.entries(to[kind]).map(([name, count]) => [name, round((count - (from[kind][name] ?? 0)) / LONE_LEADS, 2)]),
    )
  return { rows: difference('objectRows'), calls: difference('objectCalls') }
}

interface CostParts {
  readonly lone: readonly CostCounts[]
  readonly loaded: CostCounts
  readonly forgotten: CostCounts
  readonly classes: ReturnType<typeof byClass>
}

function report({ lone, loaded, forgotten, classes }: CostParts): SectionResult {
  const middle = (name: keyof CostCounts) => median(lone.map((counts) => counts[name]))
  const headline = Object.fromEntries(COST_NAMES.map((name) => [name, middle(name)])) as unknown as CostCounts
  const usd = usdPerMillion(headline)
  const row = (label: string, name: keyof typeof BUDGET): Row => {
    const values = name === 'usd' ? lone.map(usdPerMillion) : lone.map((counts) => counts[name])
    const value = median(values)
    const [min, max] = [Math.min(...values), Math.max(...values)]
    const reached = `${number(value)} (${number(min)} to ${number(max)})`
    return { label, gavel: number(value), bare: '', reached, bar: `≤ ${BUDGET[name]}`, passed: value <= BUDGET[name] }
  }
  const rows = [
    row('rows written in objects, per sold lead', 'rowsObjects'),
    row('rows written in D1', 'rowsD1'),
    row('calls to objects', 'objectCalls'),
    row('queue operations', 'queueOps'),
    row('dollars per million sold leads', 'usd'),
  ]
  const spread = (name: keyof CostCounts) => {
    const values = lone.map((counts) => counts[name])
    return [Math.min(...values), Math.max(...values)]
  }
  const json = {
    ...shape(headline),
    usd_per_million: round(usd, 2),
    spread: Object.fromEntries(COST_NAMES.map((name) => [SHAPE[name], spread(name)])),
    bar: { ...shape({ ...BUDGET, workerRequests: 0 }), worker_requests: undefined, usd_per_million: BUDGET.usd },
    passed: rows.every(({ passed }) => passed),
    leads: lone.length,
    by_class: classes,
    under_load: { ...shape(loaded), usd_per_million: round(usdPerMillion(loaded), 2), leads: LOADED_LEADS },
    forgetting: { ...shape(forgotten), usd_per_million: round(usdPerMillion(forgotten), 2) },
  }
  const notes = [
    `Under load, where leads share batches, a million leads cost $${usdPerMillion(loaded).toFixed(2)};`,
    `forgetting them after 30 days costs $${usdPerMillion(forgotten).toFixed(2)} more.`,
  ]
  return { json, rows, notes }
}

const SHAPE: { readonly [name in keyof CostCounts]: string } = {
  rowsObjects: 'rows_objects',
  rowsD1: 'rows_d1',
  objectCalls: 'object_calls',
  queueOps: 'queue_ops',
  workerRequests: 'worker_requests',
}

function shape(counts: CostCounts) {
  return Object.fromEntries(COST_NAMES.map((name) => [SHAPE[name], round(counts[name], 3)]))
}
