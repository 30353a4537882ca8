/**
 * Matches an operator's pattern against a buyer's answer in time linear in both, whatever either holds.
 *
 * The language's own patterns backtrack, so that a careless pattern and a hostile body could hold up every auction in the
 * process. This runs all alternatives side by side instead (Pike's machine), preferring them in the same order.
 */
import { isWord } from './chars'
import { PatternError } from './cursor'
import { type Instruction, programOf } from './program'
import { parsePattern } from './syntax'

export interface Pattern {
  readonly program: readonly Instruction[]
}

export interface PatternMatch {
  readonly text: string
  /** What the first group took; null where the pattern has none or it took no part. */
  readonly group: string | null
}

/**
 * What all patterns over one answer may cost together, in steps of threads: linear time is still too much where a pattern is
 * at its longest and so is the body. An answer of a few kilobytes never comes near it.
 */
export class PatternBudget {
  #left = 6_000_000

  /** @throws PatternBudgetSpent */
  spend(steps: number): void {
    this.#left -= steps
    if (this.#left < 0) throw new PatternBudgetSpent()
  }
}

export class PatternBudgetSpent extends Error {}

/** Slots of a thread: start and end of the match, start and end of the first group. */
const SLOTS = 4

/** @returns the compiled pattern, or what is wrong with it */
export function compilePattern(source: string): { ok: true; pattern: Pattern } | { ok: false; reason: string } {
  try {
    return { ok: true, pattern: { program: programOf(parsePattern(source)) } }
  } catch (error) {
    if (error instanceof PatternError) return { ok: false, reason: error.message }
    throw error
  }
}

/** Threads in the order of preference; each program counter at most once. */
interface Threads {
  readonly counters: Int32Array
  readonly slots: Int32Array
  count: number
}

/**
 * @returns the leftmost match, preferring alternatives as they are written, or null
 * @throws PatternBudgetSpent where the budget does not last to the end
 */
export function matchPattern(pattern: Pattern, text: string, budget = new PatternBudget()): PatternMatch | null {
  const run = new Run(pattern.program, text, budget)
  return run.search()
}

class Run {
  private current: Threads
  private next: Threads
  private readonly seenAt: Int32Array
  private readonly best = new Int32Array(SLOTS).fill(-1)
  private found = false

  constructor(
    private readonly program: readonly Instruction[],
    private readonly text: string,
    private readonly budget: PatternBudget,
  ) {
    this.current = threads(program.length)
    this.next = threads(program.length)
    this.seenAt = new Int32Array(program.length).fill(-1)
  }

  search(): PatternMatch | null {
    const { text } = this
    const fresh = new Int32Array(SLOTS).fill(-1)
    for (let at = 0; at <= text.length; at += 1) {
      // A later start is only of interest while no earlier one has matched.
      if (!this.found) this.add(this.current, 0, at, fresh.fill(-1))
      if (this.current.count === 0 && this.found) break
      this.budget.spend(this.current.count + 1)
      this.step(at)
      const done = this.current
      this.current = this.next
      this.next = done
      this.next.count = 0
    }
    if (!this.found) return null
    const [start = 0, end = 0, groupStart = -1, groupEnd = -1] = this.best
    return {
      text: text.slice(start, end),
      group: groupStart >= 0 && groupEnd >= 0 ? text.slice(groupStart, groupEnd) : null,
    }
  }

  private step(at: number): void {
    const { current, program, text } = this
    const code = at < text.length ? text.charCodeAt(at) : -1
    for (let index = 0; index < current.count; index += 1) {
      const counter = current.counters[index] ?? 0
      const instruction = program[counter]
      const slots = current.slots.subarray(index * SLOTS, index * SLOTS + SLOTS)
      if (instruction?.op === 'match') {
        this.best.set(slots)
        this.found = true
        return
      }
      if (instruction?.op === 'char' && code >= 0 && instruction.test(code)) {
        this.add(this.next, counter + 1, at + 1, slots)
      }
    }
  }

  /** Adds a thread, following everything that takes no character. Slots are changed on the way and put back. */
  private add(list: Threads, counter: number, at: number, slots: Int32Array): void {
    if (this.seenAt[counter] === at) return
    this.seenAt[counter] = at
    const instruction = this.program[counter]
    switch (instruction?.op) {
      case 'jump':
        this.add(list, instruction.to, at, slots)
        return
      case 'split':
        this.add(list, instruction.first, at, slots)
        this.add(list, instruction.second, at, slots)
        return
      case 'save': {
        const old = slots[instruction.slot] ?? -1
        slots[instruction.slot] = at
        this.add(list, counter + 1, at, slots)
        slots[instruction.slot] = old
        return
      }
      case 'forget': {
        const [, , start = -1, end = -1] = slots
        slots[2] = -1
        slots[3] = -1
        this.add(list, counter + 1, at, slots)
        slots[2] = start
        slots[3] = end
        return
      }
      case 'assert':
        if (this.holds(instruction.what, at)) this.add(list, counter + 1, at, slots)
        return
      default:
        list.counters[list.count] = counter
        list.slots.set(slots, list.count * SLOTS)
        list.count += 1
    }
  }

  private holds(what: 'start' | 'end' | 'word' | 'not_word', at: number): boolean {
    if (what === 'start') return at === 0
    if (what === 'end') return at === this.text.length
    const before = at > 0 && isWord(this.text.charCodeAt(at - 1))
    const after = at < this.text.length && isWord(this.text.charCodeAt(at))
    return (before !== after) === (what === 'word')
  }
}

function threads(size: number): Threads {
  return { counters: new Int32Array(size), slots: new Int32Array(size * SLOTS), count: 0 }
}
