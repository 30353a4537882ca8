/**
 * How many there were within the last second, whichever second that is: never more than a limit between any two moments that
 * are a second apart. In slots of 10 ms, rounded to the safe side.
 */
const SLOT_MS = 10
const SECOND_MS = 1_000

export class SlidingSecond {
  #count = 0
  /** How many cease to count with each slot, in a ring. */
  readonly #ending: Int32Array
  /** How many slots one counts for. */
  readonly #length: number
  /** The last slot whose entries have ceased to count. */
  #passed = 0

  /** @param marginMs for how much longer than a second each counts */
  constructor(marginMs = 0) {
    this.#length = Math.ceil((SECOND_MS + marginMs) / SLOT_MS) + 1
    this.#ending = new Int32Array(this.#length + 1)
  }

  /** @param now ms since 1970 @returns how many count now */
  countAt(now: number): number {
    this.#pass(Math.floor(now / SLOT_MS))
    return this.#count
  }

  /** Takes as many of `wanted` as the limit leaves. @returns how many that are */
  take(wanted: number, limit: number, now: number): number {
    const taken = Math.max(0, Math.min(wanted, limit - this.countAt(now)))
    // A clock that was put back does not make anything count for less.
    const end = Math.max(Math.floor(now / SLOT_MS), this.#passed) + this.#length
    const place = end % this.#ending.length
    this.#ending[place] = (this.#ending[place] ?? 0) + taken
    this.#count += taken
    return taken
  }

  #pass(current: number): void {
    if (current - this.#passed > this.#length) {
      this.#ending.fill(0)
      this.#count = 0
    } else {
      for (let slot = this.#passed + 1; slot <= current; slot++) {
        const place = slot % this.#ending.length
        this.#count -= this.#ending[place] ?? 0
        this.#ending[place] = 0
      }
    }
    this.#passed = Math.max(this.#passed, current)
  }
}
