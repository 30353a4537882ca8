/** What an isolate keeps of large immutable documents, within a budget of bytes: what was not asked for lately goes first. */
export interface Sized {
  readonly byteLength: number
}

export class ByteCache<Value extends Sized> {
  readonly #values = new Map<string, Value>()
  readonly #budget: number
  #bytes = 0

  constructor(budget: number) {
    this.#budget = budget
  }

  get bytes(): number {
    return this.#bytes
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key)
    if (value === undefined) return undefined
    this.#values.delete(key)
    this.#values.set(key, value)
    return value
  }

  put(key: string, value: Value): void {
    this.#forget(key)
    this.#values.set(key, value)
    this.#bytes += value.byteLength
    for (const oldest of this.#values.keys()) {
      if (this.#bytes <= this.#budget) break
      this.#forget(oldest)
    }
  }

  #forget(key: string): void {
    this.#bytes -= this.#values.get(key)?.byteLength ?? 0
    this.#values.delete(key)
  }
}
