/** A queue: at least once at best, in no order. Messages are lost, doubled and late; what is not acknowledged comes again. */
import type { Engine } from '../engine/engine.ts'
import { Host, type Instance } from '../engine/host.ts'
import { call } from '../engine/network.ts'
import { Outage, type Running } from '../engine/running.ts'

/** What a consumer is given; it says for each message whether it is done with. */
export interface Consumer<M> {
  consume(messages: readonly M[]): Running<readonly boolean[]>
}

interface Waiting<M> {
  readonly message: M
  readonly dueAt: number
  readonly attempts: number
}

const DELIVERY_MS: readonly [number, ...number[]] = [400, 400, 1_500, 5_000]
/** How long a batch is gathered. */
const BATCH_MS = 500
const FAULT_ONE_IN = 30
const MAX_ATTEMPTS = 10
const MAX_PAUSE_SECONDS = 300

export class Queue<M> {
  readonly host: Host<Queue<M>>
  readonly #consumer: Host<Consumer<M>>
  #waiting: Waiting<M>[] = []
  #underWay = 0

  constructor(engine: Engine, name: string, consumer: Host<Consumer<M>>) {
    this.host = new Host<Queue<M>>(engine, name, () => this, false)
    this.#consumer = consumer
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#underWay === 0
  }

  /** @throws Outage where nobody knows whether the queue has it */
  *sendFrom(from: Host<Instance>, message: M, delayMs: number): Running<void> {
    yield* call(from, this.host, (queue) => queue.send(message, delayMs))
  }

  send(message: M, delayMs: number): void {
    const { engine, name } = this.host
    const { chance } = engine
    const fault = chance.fault(FAULT_ONE_IN) ? chance.pick(['late', 'doubled', 'lost']) : null
    if (fault !== null) engine.tell(name, `message ${fault}`)
    if (fault === 'lost') return
    const late = fault === 'late' ? chance.pick([60_000, 600_000]) : 0
    this.#put({ message, attempts: 1, dueAt: engine.now + delayMs + chance.pick(DELIVERY_MS) + late })
    if (fault === 'doubled')
      this.#put({ message, attempts: 1, dueAt: engine.now + delayMs + chance.pick([700, 90_000]) })
  }

  #put(waiting: Waiting<M>): void {
    const { engine } = this.host
    this.#waiting.push(waiting)
    engine.at(waiting.dueAt, null, () => this.#deliver())
  }

  #deliver(): void {
    const until = this.host.engine.now + BATCH_MS
    const batch = this.#waiting.filter(({ dueAt }) => dueAt <= until)
    if (batch.length === 0) return
    this.#waiting = this.#waiting.filter(({ dueAt }) => dueAt > until)
    this.host.spawn(this.#hand(batch))
  }

  *#hand(batch: readonly Waiting<M>[]): Running<void> {
    this.#underWay += 1
    const done = yield* this.#consumed(batch.map(({ message }) => message))
    this.#underWay -= 1
    for (const [index, waiting] of batch.entries()) if (done[index] !== true) this.#again(waiting)
  }

  *#consumed(messages: readonly M[]): Running<readonly boolean[]> {
    try {
      return yield* call(this.host, this.#consumer, (consumer) => consumer.consume(messages))
    } catch (error) {
      if (!(error instanceof Outage)) throw error
      return []
    }
  }

  #again({ message, attempts }: Waiting<M>): void {
    // On one machine the queue is in memory, and dies with it.
    if (this.host.engine.chance.fault(3)) return
    if (attempts >= MAX_ATTEMPTS) throw new Error('a message that nobody can handle')
    const pauseMs = Math.min(2 ** attempts, MAX_PAUSE_SECONDS) * 1_000
    this.#put({ message, attempts: attempts + 1, dueAt: this.host.engine.now + pauseMs })
  }
}
