/**
 * Makes a failing history small: zero is the harmless draw, so that whatever can be zero, or left out, without the failure
 * going away had nothing to do with it.
 */
import { Chance } from '../engine/chance.ts'
import { runHistory } from './history.ts'

export interface Shrunk {
  readonly tape: readonly number[]
  readonly failure: string
  readonly story: readonly string[]
}

const MAX_RUNS = 6_000

/** @returns the smallest history found that breaks the same invariant */
export function shrink(seed: number): Shrunk {
  const chance = Chance.ofSeed(seed, true)
  const first = runHistory(chance).failure
  if (first === null) throw new Error(`seed ${seed} does not fail`)
  const kind = kindOf(first)
  const best = new Search(chance.drawn, kind).run()
  return { ...replay(best), tape: best }
}

/** Plays a tape. @throws where nothing fails */
export function replay(tape: readonly number[]): Omit<Shrunk, 'tape'> {
  const story: string[] = []
  const { failure } = runHistory(Chance.ofTape(tape), story)
  if (failure === null) throw new Error('nothing fails in this history')
  return { failure, story }
}

class Search {
  #best: readonly number[]
  readonly #kind: string
  #runs = 0

  constructor(tape: readonly number[], kind: string) {
    this.#best = tape
    this.#kind = kind
  }

  run(): readonly number[] {
    for (let before = -1; before !== this.#size() && this.#runs < MAX_RUNS; ) {
      before = this.#size()
      this.#cutTail()
      for (let length = 64; length >= 1; length >>= 1) {
        this.#each(length, (tape, at) => [...tape.slice(0, at), ...tape.slice(at + length)])
        this.#each(length, (tape, at) => tape.map((value, index) => (index >= at && index < at + length ? 0 : value)))
      }
      this.#each(1, (tape, at) => tape.map((value, index) => (index === at ? value >> 1 : value)))
      this.#each(1, (tape, at) => tape.map((value, index) => (index === at ? value - 1 : value)))
    }
    return this.#best
  }

  #cutTail(): void {
    for (let keep = 0; keep < this.#best.length; keep += Math.max(1, this.#best.length >> 4)) {
      if (this.#try(this.#best.slice(0, keep))) return
    }
  }

  #each(length: number, change: (tape: readonly number[], at: number) => readonly number[]): void {
    for (let at = 0; at < this.#best.length; ) {
      const isZero = this.#best.slice(at, at + length).every((value) => value === 0)
      const changed = change(this.#best, at)
      if ((isZero && changed.length === this.#best.length) || !this.#try(changed)) at += length
    }
  }

  #try(tape: readonly number[]): boolean {
    if (this.#runs >= MAX_RUNS || tape.some((value) => value < 0)) return false
    this.#runs += 1
    const chance = Chance.ofTape(tape)
    const { failure } = runHistory(chance)
    if (failure === null || kindOf(failure) !== this.#kind) return false
    const drawn = trimmed(chance.drawn)
    if (sizeOf(drawn) >= this.#size()) return false
    this.#best = drawn
    return true
  }

  #size(): number {
    return sizeOf(this.#best)
  }
}

/** Fewer draws first, then smaller ones. */
function sizeOf(tape: readonly number[]): number {
  return tape.length * 1_000 + tape.reduce((sum, value) => sum + value, 0) + 100 * tape.filter((v) => v > 0).length
}

function trimmed(tape: readonly number[]): readonly number[] {
  return tape.slice(0, tape.findLastIndex((value) => value !== 0) + 1)
}

/** Which invariant, not whose. */
function kindOf(failure: string): string {
  return failure.slice(0, failure.indexOf('('))
}
