/**
 * A semaphore over the connections that one object may have waiting for headers at a time.
 *
 * The platform queues the seventh in silence, with its timeout running; here the seventh waits before its clock starts.
 */

/** Connections that one invocation may have waiting for response headers. */
export const SLOTS_PER_OBJECT = 6

export class Slots {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(slots: number = SLOTS_PER_OBJECT) {
    this.#free = slots
  }

  /** Runs the work as soon as a slot is free, first come, first served. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }
}
