/**
 * The clock and everything that is due. One thing happens at a time, in the order of time, and of asking where that is equal.
 */
import type { Chance } from './chance.ts'

/** 2026-11-20T12:00:00Z: no day of a cap ends while leads come in. */
export const START = 1_795_176_000_000
/** A history that takes so many steps goes round in circles. */
const MAX_STEPS = 20_000

/** Who may die just before something happens to it. */
export interface Crashable {
  readonly life: number
  /** Itself; null for what is not ours to lose. */
  readonly victim: Crashable | null
  crash(): void
}

interface Due {
  readonly at: number
  readonly order: number
  readonly victim: Crashable | null
  /** The life that it belongs to; null for what survives a crash, as a message on its way does. */
  readonly life: number | null
  readonly act: () => void
}

/** One step in so many is the death of whoever it happens to. */
const CRASH_ONE_IN = 40
/** One death in so many is everybody's: a deploy, or the machine. */
const ALL_CRASH_ONE_IN = 6

export class Engine {
  readonly chance: Chance
  /** What happened, for people; null where nobody reads it. */
  readonly story: string[] | null
  now = START
  steps = 0
  crashes = 0
  /** All who can die. */
  readonly mortals: Crashable[] = []
  readonly #heap: Due[] = []
  #soon: (() => void)[] = []
  #order = 0

  constructor(chance: Chance, story: string[] | null) {
    this.chance = chance
    this.story = story
  }

  /** Notes what happened, where somebody reads it. */
  tell(who: string, what: string): void {
    this.story?.push(`${String(this.now - START).padStart(9)} ms  ${who.padEnd(12)} ${what}`)
  }

  /** At a time, whoever is dead by then. @param victim who may die just before */
  at(time: number, victim: Crashable | null, act: () => void): void {
    this.#push({ at: time, order: this.#order++, victim, life: null, act })
  }

  /** At a time, unless its owner has died by then: a timer in memory. */
  atInLife(time: number, { victim }: Crashable, act: () => void): void {
    this.#push({ at: time, order: this.#order++, victim, life: victim?.life ?? null, act })
  }

  /** Right after what is going on now, as a promise that is settled. */
  soon(act: () => void): void {
    this.#soon.push(act)
  }

  /** Runs until nothing is due up to this time. */
  run(until: number): void {
    for (let due = this.#heap[0]; due !== undefined && due.at <= until; due = this.#heap[0]) {
      this.#pop()
      if (due.life !== null && due.victim !== null && due.life !== due.victim.life) continue
      if (due.at > this.now) this.now = due.at
      this.steps += 1
      if (this.steps > MAX_STEPS) throw new Error('a history without end')
      if (due.victim !== null && this.chance.fault(CRASH_ONE_IN)) {
        this.#crash(due.victim)
        if (due.life !== null) continue
      }
      due.act()
      while (this.#soon.length > 0) {
        const acts = this.#soon
        this.#soon = []
        for (const act of acts) act()
      }
    }
    if (until > this.now && Number.isFinite(until)) this.now = until
  }

  #crash(victim: Crashable): void {
    this.crashes += 1
    if (this.chance.draw(ALL_CRASH_ONE_IN) < ALL_CRASH_ONE_IN - 1) victim.crash()
    else for (const mortal of this.mortals) mortal.crash()
  }

  /** When the next thing is due. */
  get nextAt(): number {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY
  }

  #push(due: Due): void {
    const heap = this.#heap
    let place = heap.length
    heap.push(due)
    while (place > 0) {
      const parent = (place - 1) >> 1
      const above = heap[parent]
      if (above === undefined || isBefore(above, due)) break
      heap[place] = above
      place = parent
    }
    heap[place] = due
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      let least = heap[child]
      if (least === undefined) break
      const right = heap[child + 1]
      if (right !== undefined && isBefore(right, least)) {
        child += 1
        least = right
      }
      if (isBefore(last, least)) break
      heap[place] = least
      place = child
    }
    heap[place] = last
  }
}

function isBefore(left: Due, right: Due): boolean {
  return left.at < right.at || (left.at === right.at && left.order < right.order)
}
