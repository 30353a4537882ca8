/**
 * How many pings of one isolate may be within one second at the buyer, whichever second that is.
 *
 * A ping reaches the buyer somewhere between its sending and its answer, so it counts until a second after its answer: what
 * is sent from then on reaches the buyer more than a second later. An answer that takes longer than a delivery ever should
 * is not waited for.
 */
import { DELIVERY_MS } from '../../src/core/limits/shares'

const SECOND_MS = 1_000
const SLOT_MS = 10
/** More slots than a ping counts for, so that the ring never meets itself. */
const SLOTS = 256

export class RecentPings {
  #count = 0
  /** How many cease to count with each slot of 10 ms, in a ring. */
  readonly #ending = new Int32Array(SLOTS)
  /** The last slot whose pings have ceased to count. */
  #ended = 0

  /** Takes a place for a ping. @returns false where so many are taken already */
  take(perSecond: number, now: number): boolean {
    this.#pass(now)
    if (this.#count >= perSecond) return false
    this.#count += 1
    return true
  }

  /** How many count now. */
  countAt(now: number): number {
    this.#pass(now)
    return this.#count
  }

  /** A place that was taken is not used. */
  giveBack(): void {
    this.#count -= 1
  }

  /** The ping leaves. @returns what `answered` must be told */
  sent(now: number): number {
    this.#pass(now)
    return this.#endsIn(now + DELIVERY_MS + SECOND_MS)
  }

  /** The buyer has answered: the ping has reached it by now. @param slot what `sent` returned */
  answered(slot: number, now: number): void {
    this.#pass(now)
    if (slot <= this.#ended) return
    this.#ending[slot % SLOTS] = (this.#ending[slot % SLOTS] ?? 0) - 1
    this.#endsIn(Math.min(now + SECOND_MS, slot * SLOT_MS))
  }

  #endsIn(at: number): number {
    // Rounded up, and never into a slot that has passed.
    const slot = Math.max(Math.ceil(at / SLOT_MS), this.#ended + 1)
    this.#ending[slot % SLOTS] = (this.#ending[slot % SLOTS] ?? 0) + 1
    return slot
  }

  #pass(now: number): void {
    const current = Math.floor(now / SLOT_MS)
    // The clock was put back: everything ends within one turn of the ring from here.
    if (current < this.#ended - SLOTS) this.#ended = current
    const from = Math.max(this.#ended + 1, current - SLOTS + 1)
    for (let slot = from; slot <= current; slot++) {
      this.#count -= this.#ending[slot % SLOTS] ?? 0
      this.#ending[slot % SLOTS] = 0
    }
    this.#ended = Math.max(this.#ended, current)
  }
}
