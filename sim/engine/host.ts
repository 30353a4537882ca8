/**
 * What a Durable Object lives in: one instance at a time, storage, one alarm, and the two gates.
 *
 * Output gate: nothing leaves the object before everything that it wrote until then is durable. A death loses what was not, all
 * that is in memory, and what had not left; whoever waited for an answer hears that there is none.
 */
import { Disk } from './disk.ts'
import type { Crashable, Engine } from './engine.ts'
import { isRunning, Outage, Process, type Running, waitFor } from './running.ts'

/** Until writes are durable. */
const FLUSH_MS: readonly [number, ...number[]] = [1, 1, 4, 12]
/** How soon the platform runs an alarm again whose handler did not end. */
const ALARM_RETRY_MS = 2_000
/** Until a caller learns that the other side has died. */
const BROKEN_MS = 3

const ALARM = 'alarm'

/** What runs in a host. */
export type Instance = object

/** What can be woken by the clock. */
export interface Alarmed {
  alarm(): Running<void>
}

export class Host<T extends Instance> implements Crashable {
  readonly engine: Engine
  readonly name: string
  readonly disk = new Disk()
  life = 0
  #instance: T | null = null
  #held: (() => void)[] = []
  #isFlushing = false
  #isInAlarm = false
  /** Whoever waits for an answer of this life. */
  #callers: Reply<never>[] = []
  readonly #make: () => T
  /** Who may die when something happens here; null for what is not ours to lose. */
  readonly victim: Crashable | null

  constructor(engine: Engine, name: string, make: (host: Host<T>) => T, isMortal = true) {
    this.engine = engine
    this.name = name
    this.#make = () => make(this)
    this.victim = isMortal ? this : null
    if (isMortal) engine.mortals.push(this)
  }

  get instance(): T {
    this.#instance ??= this.#make()
    return this.#instance
  }

  put(key: string, value: unknown): void {
    this.disk.put(this.engine.steps, key, value)
    if (this.#isFlushing) return
    this.#isFlushing = true
    const { engine } = this
    engine.atInLife(engine.now + engine.chance.pick(FLUSH_MS), this, () => this.#flush())
  }

  /** Lets something out, as soon as what was written is durable. */
  send(leave: () => void): void {
    if (this.disk.isDurable) leave()
    else this.#held.push(leave)
  }

  /** Waits until everything is durable. */
  *sync(): Running<void> {
    if (!this.disk.isDurable) yield* waitFor<void>((wake) => this.#held.push(() => wake.resolve()))
  }

  /** Goes on by itself, as long as this life lasts. What fails in it fails alone. */
  spawn(running: Running<unknown>): void {
    Process.start(this, running)
  }

  /** A pause in memory. */
  sleep(ms: number): Running<void> {
    const { engine } = this
    return waitFor((wake) => engine.atInLife(engine.now + ms, this, () => wake.resolve()))
  }

  /** The alarm that will come; one whose handler runs is none. */
  get alarmAt(): number | null {
    return this.#isInAlarm ? null : (this.disk.get<number>(ALARM) ?? null)
  }

  setAlarm(at: number): void {
    if (this.alarmAt === at) return
    this.#isInAlarm = false
    this.put(ALARM, at)
    this.#expectAlarm(at)
  }

  deleteAll(): void {
    for (const key of this.disk.keys) this.put(key, undefined)
  }

  /** Serves a call. @param reply hears the result or the failure once it may leave */
  serve<R>(act: (instance: T) => Running<R> | R, reply: Reply<R>): void {
    this.#callers.push(reply)
    const result = act(this.instance)
    if (!isRunning(result)) this.#answer(reply, () => reply.ended(result))
    else {
      Process.start(this, result, {
        ended: (value) => this.#answer(reply, () => reply.ended(value as R)),
        failed: (error) => this.#answer(reply, () => reply.failed(error)),
      })
    }
  }

  #answer(reply: Reply<never>, say: () => void): void {
    this.send(() => {
      this.#callers.splice(this.#callers.indexOf(reply), 1)
      say()
    })
  }

  crash(): void {
    if (this.victim === null) return
    const { engine, disk } = this
    // Who has not lived since has nothing to lose.
    if (this.#instance === null && disk.isDurable) return
    const pending = disk.turnsPending()
    engine.tell(this.name, `dies${pending === 0 ? '' : ' with writes that are not durable'}`)
    disk.crash(pending === 0 ? 0 : engine.chance.draw(pending + 1))
    this.life += 1
    this.#instance = null
    this.#held = []
    this.#isFlushing = false
    this.#wakeLater()
    const callers = this.#callers
    this.#callers = []
    const error = new Outage(`${this.name} died`)
    for (const caller of callers) engine.at(engine.now + BROKEN_MS, null, () => caller.failed(error))
  }

  #flush(): void {
    this.#isFlushing = false
    this.disk.flush()
    const held = this.#held
    this.#held = []
    for (const leave of held) leave()
  }

  #expectAlarm(at: number): void {
    this.engine.at(at, this, () => {
      if (this.alarmAt === at) this.#ring()
    })
  }

  #ring(): void {
    const { instance } = this
    if (!isAlarmed(instance)) return
    this.#isInAlarm = true
    Process.start(this, instance.alarm(), { ended: () => this.#rung(), failed: () => this.#wakeLater() })
  }

  /** The platform forgets an alarm once its handler has ended, together with what the handler wrote. */
  #rung(): void {
    if (this.#isInAlarm) this.put(ALARM, undefined)
    this.#isInAlarm = false
  }

  /** An alarm whose handler did not end comes again. */
  #wakeLater(): void {
    this.#isInAlarm = false
    const known = this.disk.get<number>(ALARM)
    if (known === undefined) return
    const at = Math.max(known, this.engine.now + ALARM_RETRY_MS)
    this.disk.keep(ALARM, at)
    this.#expectAlarm(at)
  }
}

export interface Reply<R> {
  ended(value: R): void
  failed(error: Outage): void
}

function isAlarmed(instance: Instance): instance is Alarmed {
  return 'alarm' in instance
}
