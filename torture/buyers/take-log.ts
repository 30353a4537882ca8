/** What buyers really took, by their own rule, whatever they said and whoever heard it. */
import type { Journal } from '../journal.ts'
import type { Manner } from './manners.ts'

export interface Take {
  /** The buyer's name. */
  readonly buyer: string
  /** The Idempotency-Key that it came under. */
  readonly key: string
  readonly phone: string
  /** What the buyer owes: its own bid or price. NaN where it never made the bid that it was sent. */
  readonly priceMicros: number
  /** The buyer's own id of the lead. */
  readonly reference: string
  /** Milliseconds since 1970. */
  readonly at: number
}

export class TakeLog {
  readonly takes: Take[] = []
  /** Buyer and key of posts that came again with another body. */
  readonly altered: string[] = []
  copies = 0
  readonly manners = new Map<Manner, number>()
  /** By buyer and key. */
  readonly #byKey = new Map<string, Take>()
  readonly #bodies = new Map<string, string>()
  readonly #journal: Journal

  constructor(journal: Journal) {
    this.#journal = journal
  }

  /** Every post under one key must be the same, byte for byte, however often it comes. */
  compare(buyer: string, key: string, body: string): void {
    const name = `${buyer} ${key}`
    const first = this.#bodies.get(name)
    if (first === undefined) this.#bodies.set(name, body)
    else if (first !== body) this.altered.push(name)
    else this.copies += 1
  }

  write(take: Take): void {
    this.takes.push(take)
    this.#byKey.set(`${take.buyer} ${take.key}`, take)
    this.#journal.write('buyers', take)
  }

  /** @returns what the buyer took under the key; undefined where it has nothing */
  find(buyer: string, key: string): Take | undefined {
    return this.#byKey.get(`${buyer} ${key}`)
  }

  count(manner: Manner): void {
    this.manners.set(manner, (this.manners.get(manner) ?? 0) + 1)
  }
}
