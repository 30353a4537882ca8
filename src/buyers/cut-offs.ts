/**
 * When calls to buyers are cut off, headers and bodies alike: each by its own time, or all at once by whoever made them.
 *
 * Calls that end at the same moment share a timer and a signal: the pings of an auction usually do, and one of each for every
 * call was a measurable part of what a lead costs.
 */

export type Cut = 'timed_out' | 'aborted'

/** What ends the calls that have the same time. */
export class CutOff {
  readonly #controller = new AbortController()
  readonly #timer: ReturnType<typeof setTimeout>
  readonly #onLeft: () => void
  #calls = 0
  #cut: Cut | null = null
  #broken: { readonly promise: Promise<never>; readonly reject: (error: Error) => void } | null = null

  /** @param onLeft the last call has ended: the timer is gone, and the cut-off with it */
  constructor(afterMs: number, onLeft: () => void) {
    this.#onLeft = onLeft
    this.#timer = setTimeout(() => this.stop('timed_out'), afterMs)
  }

  /** For the call's own request. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Why the calls were cut off; null as long as they were not. */
  get cut(): Cut | null {
    return this.#cut
  }

  /** Rejects once the calls are cut off, for what does not heed a signal. */
  get broken(): Promise<never> {
    if (this.#broken === null) {
      const { promise, reject } = Promise.withResolvers<never>()
      promise.catch(() => {})
      this.#broken = { promise, reject }
      if (this.#cut !== null) reject(new Error(this.#cut))
    }
    return this.#broken.promise
  }

  /** One more call ends with it. */
  enter(): void {
    this.#calls += 1
  }

  /** A call has ended, whichever way. */
  leave(): void {
    this.#calls -= 1
    if (this.#calls > 0) return
    clearTimeout(this.#timer)
    this.#onLeft()
  }

  /** Cuts its calls off, once. */
  stop(cut: Cut): void {
    if (this.#cut !== null) return
    this.#cut = cut
    this.#controller.abort()
    this.#broken?.reject(new Error(cut))
  }
}

/** The cut-offs of calls that can be ended together. */
export class CutOffs {
  readonly #byEnd = new Map<number, CutOff>()
  #isClosed = false

  /** Whether everything was cut off; nothing is to be sent any more. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** A call begins that may take so long, in ms. It must `leave` when it has ended. */
  enter(timeoutMs: number): CutOff {
    const endsAt = Math.ceil(performance.now() + timeoutMs)
    const known = this.#byEnd.get(endsAt)
    const cutOff = known === undefined || known.cut !== null ? this.#add(endsAt, timeoutMs) : known
    cutOff.enter()
    return cutOff
  }

  #add(endsAt: number, timeoutMs: number): CutOff {
    const cutOff = new CutOff(timeoutMs, () => {
      if (this.#byEnd.get(endsAt) === cutOff) this.#byEnd.delete(endsAt)
    })
    this.#byEnd.set(endsAt, cutOff)
    return cutOff
  }

  /** Cuts off what is still out. */
  close(): void {
    this.#isClosed = true
    for (const cutOff of this.#byEnd.values()) cutOff.stop('aborted')
  }
}
