/**
 * Everything that runs during a bench, and its end: buyers, load, Gavel and the bare Worker, each in processes of their
 * own, and one folder that goes with them.
 */
import { join } from 'node:path'
import { type Bundles, bundleAll } from './bundle.ts'
import { Child } from './child.ts'
import { type Gavel, type GavelRequest, startGavel } from './gavel.ts'
import { Leftovers } from './leftovers.ts'
import type { BuyerCounts, BuyersReport, BuyersRequest } from './load/buyers.ts'
import type { LoadJob, LoadReport } from './load/generator.ts'
import { processorMs } from './processor.ts'
import { type Runtime, startWorker } from './runtime.ts'
import { bareTarget, gavelTarget, pingIdChars, type Target, type Turn } from './targets.ts'

export type { Turn }

export type Side = 'gavel' | 'bare'

export interface Measured {
  readonly perSecond: number
  readonly latenciesMs: readonly number[]
  /** Of the platform's process, with everything that the answers left to be done; null where the system does not tell. */
  readonly processorMs: number | null
}

/** Waits until a side has done what its answers left to be done. */
export type Finish = (measured: { readonly latenciesMs: readonly number[] }) => Promise<void>

const CHILD_START_MS = 20_000
const TURN_PATIENCE_MS = 120_000

interface Pair {
  readonly gavel: Gavel
  readonly bare: Runtime
}

interface StandParts {
  readonly dir: string
  readonly bundles: Bundles
  readonly onLog: (line: string) => void
  readonly buyers: Child<BuyersRequest, BuyersReport>
  readonly ports: readonly number[]
  readonly load: Child<LoadJob, LoadReport>
  readonly leftovers: Leftovers
}

export class Stand {
  readonly #parts: StandParts
  readonly #runtimes: Runtime[] = []
  #pair: Promise<Pair> | undefined
  #nextNumber = 1

  private constructor(parts: StandParts) {
    this.#parts = parts
  }

  /** @param root where the folder of this run is made */
  static async open(root: string, onLog: (line: string) => void): Promise<Stand> {
    const leftovers = await Leftovers.begin(root)
    const { dir } = leftovers
    const bundles = await bundleAll(dir)
    const [buyers, ready] = await Child.start<BuyersRequest, BuyersReport>('load/buyers.ts', CHILD_START_MS)
    leftovers.add(() => buyers.stop())
    if (ready.kind !== 'ready') throw new Error('the buyers did not start')
    const [load] = await Child.start<LoadJob, LoadReport>('load/generator.ts', TURN_PATIENCE_MS)
    leftovers.add(() => load.stop())
    return new Stand({ dir, bundles, onLog, buyers, ports: ready.ports, load, leftovers })
  }

  /** One side's turn under load. @throws where any answer was not what it must be */
  async turn(side: Side, turn: Turn, finish?: Finish): Promise<Measured> {
    const { gavel, bare } = await this.pair()
    const target = side === 'gavel' ? gavelTarget(gavel, turn) : bareTarget(bare, gavel, turn)
    const { pid } = side === 'gavel' ? gavel : bare
    const before = processorMs(pid)
    const measured = await this.#run({ ...target, ...turn })
    await finish?.(measured)
    const after = processorMs(pid)
    return { ...measured, processorMs: before === null || after === null ? null : after - before }
  }

  /** Sends what a measure has made up by itself. */
  load(job: Omit<LoadJob, 'firstNumber'>): Promise<Omit<Measured, 'processorMs'>> {
    return this.#send(job)
  }

  /** Sends leads to a Gavel that is not one of the pair. */
  async sell(gavel: Gavel, turn: Turn): Promise<void> {
    await this.#run({ ...gavelTarget(gavel, turn), ...turn })
  }

  #run({ what, ...job }: Turn & Target): Promise<Omit<Measured, 'processorMs'>> {
    const maxRequests = job.maxRequests ?? Number.MAX_SAFE_INTEGER
    return this.#send({ ...job, body: what === 'ping' ? 'ping' : 'lead', maxRequests })
  }

  async #send(job: Omit<LoadJob, 'firstNumber'>): Promise<Omit<Measured, 'processorMs'>> {
    const report = await this.#parts.load.ask({ ...job, firstNumber: this.#nextNumber })
    if (report.kind !== 'done') throw new Error(report.kind === 'failed' ? report.message : 'the load did not run')
    const { latenciesMs, elapsedMs } = report
    if (latenciesMs.length === 0) throw new Error('a turn without an answer')
    this.#nextNumber += latenciesMs.length
    return { perSecond: (latenciesMs.length / elapsedMs) * 1_000, latenciesMs }
  }

  /** Where the buyers of the plan are, in its order. */
  get buyerUrls(): readonly string[] {
    return this.#parts.ports.map((port) => `http://127.0.0.1:${port}`)
  }

  /** A number that no other lead of this run has. */
  takeNumber(): number {
    return this.#nextNumber++
  }

  async buyerCounts(): Promise<readonly BuyerCounts[]> {
    const report = await this.#parts.buyers.ask('counts')
    if (report.kind !== 'counts') throw new Error('the buyers did not say their counts')
    return report.counts
  }

  /** Gavel and the bare Worker, started at their first use. */
  pair(): Promise<Pair> {
    this.#pair ??= this.#startPair()
    return this.#pair
  }

  /** Another Gavel on a state of its own, with everything counted. */
  async startCounting(): Promise<Gavel> {
    return this.#keep(await startGavel(this.#gavelRequest('counting')))
  }

  async close(): Promise<void> {
    await Promise.all(this.#runtimes.splice(0).map(({ miniflare }) => miniflare.dispose()))
    this.#parts.leftovers.clear()
  }

  async #startPair(): Promise<Pair> {
    const gavel = await this.#keep(await startGavel(this.#gavelRequest('gavel')))
    const bare = await startWorker({
      config: 'bench/bare/wrangler.toml',
      script: this.#parts.bundles.bare,
      stateDir: join(this.#parts.dir, 'bare-state'),
      onLog: this.#parts.onLog,
      settings: {
        PING_ID_CHARS: String(await pingIdChars(gavel)),
        BUYERS: JSON.stringify(this.#parts.ports.map((port) => `http://127.0.0.1:${port}`)),
      },
    })
    return { gavel, bare: await this.#keep(bare) }
  }

  #gavelRequest(name: 'gavel' | 'counting'): GavelRequest {
    const { dir, bundles, ports, onLog } = this.#parts
    return { script: bundles[name], stateDir: join(dir, `${name}-state`), buyerPorts: ports, onLog }
  }

  async #keep<Kept extends Runtime>(runtime: Kept): Promise<Kept> {
    this.#runtimes.push(runtime)
    await this.#parts.leftovers.addProcess(runtime.pid)
    return runtime
  }
}
