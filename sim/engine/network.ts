/**
 * Calls between what is ours. A call may be lost, its answer may be lost, and it may arrive long after its caller gave it up;
 * the caller cannot tell these apart.
 */
import type { Host, Instance, Reply } from './host.ts'
import { Outage, Pause, type Running, type Wake } from './running.ts'

/** One way, ms. */
const LATENCY_MS: readonly [number, ...number[]] = [1, 1, 2, 30, 1, 1, 2, 300]
const FAULT_ONE_IN = 60
const KINDS = ['answer lost', 'lost', 'late'] as const
/** Until the caller learns that there will be no answer. */
const GIVEN_UP_MS: readonly [number, ...number[]] = [5, 300, 3_000]
/** How late a call may arrive that was given up. */
const LATE_MS: readonly [number, ...number[]] = [10, 2_000, 30_000]

/** Calls another object. @throws Outage where there is no answer */
export function call<T extends Instance, R>(from: Host<Instance>, to: Host<T>, act: Act<T, R>): Running<R> {
  return new Call(from, to, act)
}

type Act<T, R> = (instance: T) => Running<R> | R

/** A call on its way: what waits for it, and what hears its answer. */
class Call<T extends Instance, R> extends Pause<R> implements Reply<R> {
  readonly #from: Host<Instance>
  readonly #to: Host<T>
  readonly #act: Act<T, R>
  #wake: Wake<R> | null = null

  constructor(from: Host<Instance>, to: Host<T>, act: Act<T, R>) {
    super()
    this.#from = from
    this.#to = to
    this.#act = act
  }

  override suspend(wake: Wake<R>): void {
    this.#wake = wake
    this.#from.send(() => this.#leave())
  }

  ended(value: R): void {
    this.#back(() => this.#wake?.resolve(value))
  }

  failed(error: Outage): void {
    this.#back(() => this.#wake?.reject(error))
  }

  #back(wake: () => void): void {
    const { engine, victim } = this.#from
    engine.at(engine.now + 1, victim, wake)
  }

  #leave(): void {
    const [from, to] = [this.#from, this.#to]
    const { engine } = to
    const { chance } = engine
    const arriveAt = engine.now + chance.pick(LATENCY_MS)
    if (!chance.fault(FAULT_ONE_IN)) {
      this.#arrive(arriveAt, this)
      return
    }
    const kind = chance.pick(KINDS)
    engine.tell(from.name, `calls ${to.name}: ${kind}`)
    engine.at(engine.now + chance.pick(GIVEN_UP_MS), from.victim, () => this.#wake?.reject(new Outage(kind)))
    if (kind === 'answer lost') this.#arrive(arriveAt, NOBODY)
    if (kind === 'late') this.#arrive(arriveAt + chance.pick(LATE_MS), NOBODY)
  }

  #arrive(at: number, reply: Reply<R>): void {
    const to = this.#to
    to.engine.at(at, to.victim, () => to.serve(this.#act, reply))
  }
}

const NOBODY = { ended: () => undefined, failed: () => undefined }
