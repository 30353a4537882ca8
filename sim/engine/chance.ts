/**
 * Where every accident of a history comes from: numbers drawn one after the other, by a seed or from a tape.
 *
 * Zero is always the harmless answer, so that a tape that is cut short or overwritten with zeros is a calmer history; that is
 * what makes failures shrink.
 */

/** The most faults that one history has: after them the world is calm, and everything must come to its end. */
export const MAX_FAULTS = 8

export class Chance {
  /** Faults that may still happen. */
  faultsLeft = 0
  /** Faults that happened. */
  faults = 0
  readonly #tape: readonly number[] | null
  readonly #drawn: number[] | null
  #read = 0
  #a: number
  #b: number
  #c: number
  #d = 1

  private constructor(seed: number, tape: readonly number[] | null, isRecorded: boolean) {
    this.#tape = tape
    this.#drawn = isRecorded ? [] : null
    this.#a = 0x9e3779b9
    this.#b = seed | 0
    this.#c = (seed / 0x1_0000_0000) | 0
    for (let round = 0; round < 12; round += 1) this.#next()
  }

  /** @param isRecorded whether `drawn` is wanted afterwards */
  static ofSeed(seed: number, isRecorded = false): Chance {
    return new Chance(seed, null, isRecorded)
  }

  /** What is drawn beyond the tape is zero. */
  static ofTape(tape: readonly number[]): Chance {
    return new Chance(0, tape, true)
  }

  /** What was drawn so far; empty unless recorded. */
  get drawn(): readonly number[] {
    return this.#drawn ?? []
  }

  /** @returns a whole number from 0 to below `sides` */
  draw(sides: number): number {
    const value = this.#tape === null ? this.#next() % sides : (this.#tape[this.#read++] ?? 0) % sides
    this.#drawn?.push(value)
    return value
  }

  /** @returns one of the values; the first is the harmless one */
  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.draw(values.length)] ?? values[0]
  }

  /** Whether a fault happens here, once in so many times, as long as the history has some left. */
  fault(oneIn: number): boolean {
    if (this.faultsLeft === 0 || this.draw(oneIn) !== oneIn - 1) return false
    this.faultsLeft -= 1
    this.faults += 1
    return true
  }

  /** sfc32 by Chris Doty-Humphrey, of PractRand: small, fast, and passes what generators are tested with. */
  #next(): number {
    const sum = (this.#a + this.#b + this.#d) | 0
    this.#d = (this.#d + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum
    this.#c |= 0
    return sum >>> 0
  }
}
