/**
 * What an object has stored: what it reads is what it wrote; what a crash leaves is what was durable.
 *
 * Writes without an await between them are durable together or not at all; of several such turns a crash leaves the first few.
 */

interface Write {
  readonly turn: number
  readonly key: string
  /** Undefined deletes. */
  readonly value: unknown
}

export class Disk {
  #live = new Map<string, unknown>()
  readonly #durable = new Map<string, unknown>()
  #pending: Write[] = []

  get isDurable(): boolean {
    return this.#pending.length === 0
  }

  get<T>(key: string): T | undefined {
    return this.#live.get(key) as T | undefined
  }

  /** What a crash would leave of it now. */
  getDurable<T>(key: string): T | undefined {
    return this.#durable.get(key) as T | undefined
  }

  /** @returns the rows whose keys begin so, in the order in which they were first written */
  *rows<T>(prefix: string): Generator<[string, T]> {
    for (const [key, value] of this.#live) if (key.startsWith(prefix)) yield [key, value as T]
  }

  /** @param turn what was written in the same turn stands or falls together */
  put(turn: number, key: string, value: unknown): void {
    if (value === undefined) this.#live.delete(key)
    else this.#live.set(key, value)
    this.#pending.push({ turn, key, value })
  }

  /** Durable at once: what the platform itself keeps. */
  keep(key: string, value: unknown): void {
    this.#live.set(key, value)
    this.#durable.set(key, value)
  }

  /** Makes everything durable that was written so far. */
  flush(): void {
    for (const write of this.#pending) this.#apply(write)
    this.#pending = []
  }

  /** How many turns of writes are not durable yet. */
  turnsPending(): number {
    return new Set(this.#pending.map(({ turn }) => turn)).size
  }

  /** Loses what was not durable, but for the first few turns of it. */
  crash(turnsSaved: number): void {
    const turns = [...new Set(this.#pending.map(({ turn }) => turn))].slice(0, turnsSaved)
    for (const write of this.#pending) if (turns.includes(write.turn)) this.#apply(write)
    this.#pending = []
    this.#live = new Map(this.#durable)
  }

  #apply({ key, value }: Write): void {
    if (value === undefined) this.#durable.delete(key)
    else this.#durable.set(key, value)
  }
}
