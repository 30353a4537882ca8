import { vi } from 'vitest'

/** Keeps what happened, and lets a test wait until so much has happened. */
export class Recorder<T> {
  readonly all: T[] = []

  push(value: T): void {
    this.all.push(value)
  }

  /**
   * Looks again and again rather than being told: what is told from inside of an object goes on there, and would die with it.
   *
   * @returns everything so far, once there are so many
   */
  async atLeast(count: number): Promise<readonly T[]> {
    await vi.waitUntil(() => this.all.length >= count, { interval: 2, timeout: 4_000 })
    return this.all
  }
}
