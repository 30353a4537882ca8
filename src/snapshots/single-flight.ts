/**
 * Lets whoever wants the same thing at the same time wait for one read of it.
 *
 * On Workers a read belongs to the request that began it and may die with it: whoever waits too long reads for itself.
 */
const MAX_WAIT_MS = 1_000

export class SingleFlight<Value> {
  readonly #flights = new Map<string, Promise<Value>>()

  async get(key: string, read: () => Promise<Value>): Promise<Value> {
    const flight = this.#flights.get(key)
    if (flight === undefined) return this.#start(key, read)
    let timer: ReturnType<typeof setTimeout> | undefined
    const tooLong = new Promise<'too_long'>((resolve) => {
      timer = setTimeout(() => resolve('too_long'), MAX_WAIT_MS)
    })
    const outcome = await Promise.race([flight.then((value) => ({ value })), tooLong]).finally(() =>
      clearTimeout(timer),
    )
    if (outcome !== 'too_long') return outcome.value
    if (this.#flights.get(key) === flight) this.#flights.delete(key)
    return this.get(key, read)
  }

  #start(key: string, read: () => Promise<Value>): Promise<Value> {
    const flight = read().finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
    })
    this.#flights.set(key, flight)
    return flight
  }
}
