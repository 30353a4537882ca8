/** Where twins of a request wait for the one that is being carried out. In memory: who waits is gone with it anyway. */

export class WaitingRoom {
  readonly #waiting = new Map<string, Set<() => void>>()

  /** Waits until somebody is done with the key, or the time is over. */
  async wait(key: string, ms: number): Promise<void> {
    let done: () => void = () => {}
    const woken = new Promise<void>((resolve) => {
      done = resolve
    })
    const others = this.#waiting.get(key) ?? new Set()
    this.#waiting.set(key, others.add(done))
    const timer = setTimeout(done, ms)
    await woken
    clearTimeout(timer)
    others.delete(done)
    if (others.size === 0 && this.#waiting.get(key) === others) this.#waiting.delete(key)
  }

  wake(key: string): void {
    const waiting = this.#waiting.get(key)
    this.#waiting.delete(key)
    for (const done of waiting ?? []) done()
  }
}
