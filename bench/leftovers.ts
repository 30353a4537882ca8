/** What must not outlive a run: its folder and its processes. Cleared when this process ends, however it comes to that. */
import { rmSync } from 'node:fs'

export class Leftovers {
  readonly #dir: string
  readonly #stops: (() => void)[] = []
  readonly #onExit = () => this.clear()

  /** @param dir removed with everything in it */
  constructor(dir: string) {
    this.#dir = dir
    process.once('exit', this.#onExit)
  }

  /** @param stop must act at once: nothing is waited for when a process exits */
  add(stop: () => void): void {
    this.#stops.push(stop)
  }

  clear(): void {
    process.off('exit', this.#onExit)
    for (const stop of this.#stops.splice(0)) stop()
    rmSync(this.#dir, { recursive: true, force: true, maxRetries: 3 })
  }
}
