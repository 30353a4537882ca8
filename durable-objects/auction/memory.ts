/**
 * What an auction has in memory: its record, and the state that follows from it. Read from storage when first asked for, and let go
 * once nothing is left to do: an object stays for a while after its auction is over, and an isolate has thousands of them.
 */
import { ABSENT, type AuctionState } from '../../src/core/auction/state'
import type { AuctionRecord } from './record'

interface Held {
  /** Null as long as there is no auction. */
  readonly record: AuctionRecord | null
  readonly state: AuctionState
}

export class AuctionMemory {
  readonly #load: () => AuctionRecord | null
  #held: Held | null = null

  /** @param load reads the record from storage; null where there is none */
  constructor(load: () => AuctionRecord | null) {
    this.#load = load
  }

  get record(): AuctionRecord | null {
    return this.#read().record
  }

  get state(): AuctionState {
    return this.#read().state
  }

  /** What was just planned is where it begins. */
  begin(record: AuctionRecord, state: AuctionState): void {
    this.#held = { record, state }
  }

  /** The record has taken the events that lead to this. */
  advance(state: AuctionState): void {
    this.#held = { record: this.record, state }
  }

  /** The record was changed by something that is no event. */
  refresh(): void {
    const { record } = this
    this.#held = { record, state: record?.state() ?? ABSENT }
  }

  /** Everything in it is stored. What is asked for later is read again. */
  release(): void {
    this.#held = null
  }

  #read(): Held {
    if (this.#held === null) {
      const record = this.#load()
      this.#held = { record, state: record?.state() ?? ABSENT }
    }
    return this.#held
  }
}
