/** Keeps what happened, and lets a test wait until so much has happened. */
export class Recorder<T> {
  readonly all: T[] = []
  #waiting: { readonly count: number; readonly resolve: () => void }[] = []

  push(value: T): void {
    this.all.push(value)
    const isReady = ({ count }: { readonly count: number }) => this.all.length >= count
    for (const { resolve } of this.#waiting.filter(isReady)) resolve()
    this.#waiting = this.#waiting.filter((waiting) => !isReady(waiting))
  }

  /** @returns everything so far, once there are so many */
  async atLeast(count: number): Promise<readonly T[]> {
    if (this.all.length < count) await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }))
    return this.all
  }
}
