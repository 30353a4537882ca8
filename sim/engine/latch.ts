/** Something that several wait for, in memory: a promise that others settle. */
import type { Engine } from './engine.ts'
import { type Outage, type Running, type Wake, waitFor } from './running.ts'

export class Latch<T> {
  readonly #engine: Engine
  readonly #waiting: Wake<T>[] = []
  #settled: { readonly value: T } | { readonly error: Outage } | null = null

  constructor(engine: Engine) {
    this.#engine = engine
  }

  resolve(value: T): void {
    this.#settle({ value })
  }

  reject(error: Outage): void {
    this.#settle({ error })
  }

  /** @throws what it was rejected with */
  wait(): Running<T> {
    return waitFor((wake) => {
      this.#waiting.push(wake)
      if (this.#settled !== null) this.#wakeAll()
    })
  }

  #settle(settled: { readonly value: T } | { readonly error: Outage }): void {
    if (this.#settled !== null) return
    this.#settled = settled
    this.#wakeAll()
  }

  #wakeAll(): void {
    const settled = this.#settled
    const waiting = this.#waiting.splice(0)
    if (settled === null || waiting.length === 0) return
    this.#engine.soon(() => {
      for (const wake of waiting) {
        if ('value' in settled) wake.resolve(settled.value)
        else wake.reject(settled.error)
      }
    })
  }
}
