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
  /** What stood there until then. Crashes are rare: it is cheaper to undo than to keep what is durable beside what is read. */
  before: unknown
}

export class Disk {
  readonly #rows = new Map<string, unknown>()
  /** What is not durable yet, in the order in which it was written. */
  #pending: Write[] = []

  get isDurable(): boolean {
    return this.#pending.length === 0
  }

  get<T>(key: string): T | undefined {
    return this.#rows.get(key) as T | undefined
  }

  /** What a crash would leave of it now. */
  getDurable<T>(key: string): T | undefined {
    const first = this.#pending.find((write) => write.key === key)
    return (first === undefined ? this.#rows.get(key) : first.before) as T | undefined
  }

  /** @returns the rows whose keys begin so, in the order in which they were first written */
  rows<T>(prefix: string): T[] {
    const found: T[] = []
    for (const [key, value] of this.#rows) if (key.startsWith(prefix)) found.push(value as T)
    return found
  }

  get keys(): readonly string[] {
    return [...this.#rows.keys()]
  }

  /** @param turn what was written in the same turn stands or falls together */
  put(turn: number, key: string, value: unknown): void {
    this.#pending.push({ turn, key, value, before: this.#rows.get(key) })
    this.#set(key, value)
  }

  /** Durable at once: what the platform itself keeps. */
  keep(key: string, value: unknown): void {
    const first = this.#pending.find((write) => write.key === key)
    if (first !== undefined) first.before = value
    this.#set(key, value)
  }

  /** Makes everything durable that was written so far. */
  flush(): void {
    this.#pending = []
  }

  /** How many turns of writes are not durable yet. */
  turnsPending(): number {
    return this.#turns().size
  }

  /** Loses what was not durable, but for the first few turns of it. */
  crash(turnsSaved: number): void {
    const saved = [...this.#turns()].slice(0, turnsSaved)
    const writes = this.#pending
    this.#pending = []
    for (const { key, before } of writes.toReversed()) this.#set(key, before)
    for (const { turn, key, value } of writes) if (saved.includes(turn)) this.#set(key, value)
  }

  #turns(): ReadonlySet<number> {
    return new Set(this.#pending.map(({ turn }) => turn))
  }

  #set(key: string, value: unknown): void {
    if (value === undefined) this.#rows.delete(key)
    else this.#rows.set(key, value)
  }
}
