/**
 * Code that can be stopped for good at every await.
 *
 * A driver is a generator; each `yield*` is an await of the real object. Between two of them nothing else happens, as in the
 * real thing; at each of them the object may die, and then the rest of the generator never runs.
 */

/** What a generator hands out when it waits: who wakes it is told how. */
export interface Suspension {
  suspend(wake: Wake<never>): void
}

/** What a driver's method gives back: a generator, or something that waits once and is woken with its result. */
export interface Running<T> {
  next(value?: unknown): IteratorResult<Suspension, T>
  throw(error: unknown): IteratorResult<Suspension, T>
  [Symbol.iterator](): Running<T>
}

/** Whose life a process ends with. */
export interface Mortal {
  /** Grows with each death. */
  readonly life: number
}

/** What a waiting process is woken by, once; later words, and words to the dead, are not heard. */
export class Wake<T> {
  readonly #process: Process
  readonly #pause: number

  constructor(process: Process, pause: number) {
    this.#process = process
    this.#pause = pause
  }

  resolve(value: T): void {
    this.#process.resume(this.#pause, value)
  }

  reject(error: Outage): void {
    this.#process.fail(this.#pause, error)
  }
}

/**
 * What the world may bring about; all else that is thrown is a mistake of the program and ends the simulation. Not an `Error`:
 * millions of them are thrown, and none is asked where it came from.
 */
export class Outage {
  readonly words: string

  constructor(words: string) {
    this.words = words
  }
}

export interface Ending {
  ended(value: unknown): void
  failed(error: Outage): void
}

/** One run of a generator in one life of its owner. */
export class Process {
  readonly #owner: Mortal
  readonly #life: number
  readonly #running: Running<unknown>
  readonly #ending: Ending | null
  #pauses = 0

  private constructor(owner: Mortal, running: Running<unknown>, ending: Ending | null) {
    this.#owner = owner
    this.#life = owner.life
    this.#running = running
    this.#ending = ending
  }

  /** Runs until the first await, at once; as an async function does. */
  static start(owner: Mortal, running: Running<unknown>, ending: Ending | null = null): void {
    const process = new Process(owner, running, ending)
    process.#step(undefined, null)
  }

  resume(pause: number, value: unknown): void {
    if (pause === this.#pauses && this.#owner.life === this.#life) this.#step(value, null)
  }

  fail(pause: number, error: Outage): void {
    if (pause === this.#pauses && this.#owner.life === this.#life) this.#step(undefined, error)
  }

  #step(value: unknown, error: Outage | null): void {
    this.#pauses += 1
    let next: IteratorResult<Suspension, unknown>
    try {
      next = error === null ? this.#running.next(value) : this.#running.throw(error)
    } catch (thrown) {
      if (!(thrown instanceof Outage)) throw thrown
      this.#ending?.failed(thrown)
      return
    }
    if (next.done === true) this.#ending?.ended(next.value)
    else next.value.suspend(new Wake<never>(this, this.#pauses))
  }
}

/** One wait, without the generator that it would take: most of what is awaited ends in one. */
export abstract class Pause<T> implements Running<T>, Suspension {
  #isOver = false

  /** Sees to it that somebody uses the wake. */
  abstract suspend(wake: Wake<T>): void

  next(value?: unknown): IteratorResult<Suspension, T> {
    if (this.#isOver) return { done: true, value: value as T }
    this.#isOver = true
    return { done: false, value: this }
  }

  throw(error: unknown): never {
    throw error
  }

  [Symbol.iterator](): this {
    return this
  }
}

class Waiting<T> extends Pause<T> {
  readonly #start: (wake: Wake<T>) => void

  constructor(start: (wake: Wake<T>) => void) {
    super()
    this.#start = start
  }

  override suspend(wake: Wake<T>): void {
    this.#start(wake)
  }
}

/** Waits until somebody uses the wake; the value that it is used with is what `yield*` gives back. */
export function waitFor<T>(start: (wake: Wake<T>) => void): Running<T> {
  return new Waiting(start)
}

/** Whether a method waits for anything; one that does not gives its result at once. */
export function isRunning<T>(result: Running<T> | T): result is Running<T> {
  return typeof result === 'object' && result !== null && 'throw' in result && 'next' in result
}
