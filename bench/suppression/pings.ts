/** Pings of leads that are on no list, with what they took. */
import type { Child } from '../child.ts'
import type { LoadJob, LoadReport } from '../load/generator.ts'
import type { Runtime } from '../runtime.ts'
import { median, percentile } from '../statistics.ts'
import { processorSeconds } from './resources.ts'

/** A campaign without lists, one with a list of few entries, and one with a list of many. */
export const SIDES = ['none', 'few', 'many'] as const
export type Side = (typeof SIDES)[number]
export type Target = Pick<LoadJob, 'port' | 'headers' | 'campaignId' | 'supplierId'>

const CONNECTIONS = 16
const TURNS_A_ROUND = 9

export interface TurnResult {
  /** Microseconds a ping, as many at once as there are connections. */
  readonly micros: number
  /** Microseconds of the processors a ping. */
  readonly processor: number
  readonly p99Ms: number
}
/** Turn by turn: those of one place were taken one after the other. */
export type Round = { readonly [side in Side]: readonly TurnResult[] }

export class Pings {
  readonly #load: Child<LoadJob, LoadReport>
  readonly #runtime: Runtime
  readonly #targets: { readonly [side in Side]: Target }
  #nextNumber = 1

  constructor(load: Child<LoadJob, LoadReport>, runtime: Runtime, targets: { readonly [side in Side]: Target }) {
    this.#load = load
    this.#runtime = runtime
    this.#targets = targets
  }

  /**
   * Many short turns, in an order that changes: whatever else the machine does meets all sides alike.
   *
   * @param ms for each side
   */
  async round(index: number, ms: number): Promise<Round> {
    const turns: Record<Side, TurnResult[]> = { none: [], few: [], many: [] }
    for (let turn = 0; turn < TURNS_A_ROUND; turn++) {
      for (const place of SIDES.keys()) {
        const side = SIDES[(place + index + turn) % SIDES.length] ?? 'none'
        turns[side].push(await this.turn(side, ms / TURNS_A_ROUND))
      }
    }
    return turns
  }

  async turn(side: Side, maxMs: number): Promise<TurnResult> {
    const from = processorSeconds(this.#runtime)
    const job: LoadJob = {
      ...this.#targets[side],
      path: '/api/v1/ping',
      body: 'lead',
      keyed: false,
      connections: CONNECTIONS,
      maxMs,
      maxRequests: Number.MAX_SAFE_INTEGER,
      firstNumber: this.#nextNumber,
      expect: { status: 200, members: { accepted: true } },
    }
    const answer = await this.#load.ask(job)
    if (answer.kind !== 'done') throw new Error(answer.kind === 'failed' ? answer.message : 'the load did not run')
    const { latenciesMs, elapsedMs } = answer
    const count = latenciesMs.length
    this.#nextNumber += count
    const processor = ((processorSeconds(this.#runtime) - from) / count) * 1_000_000
    return { micros: (elapsedMs / count) * 1_000, processor, p99Ms: percentile(latenciesMs, 0.99) }
  }
}

/** @returns how much more one side took than another in turns that were close together: the middle of all such pairs */
export function ratioOf(round: Round, [side, other]: readonly [Side, Side], of: 'micros' | 'processor'): number {
  return median(round[side].map((turn, place) => turn[of] / (round[other][place]?.[of] ?? Number.NaN)))
}
