/** What the main thread and its workers say to each other. */

/** Seeds to run, one after the other, until one fails. */
export interface Batch {
  readonly from: number
  readonly count: number
}

export interface Failure {
  readonly seed: number
  readonly words: string
}

/** Sums over the histories of a batch. */
export interface Sums {
  readonly seeds: number
  readonly steps: number
  readonly crashes: number
  readonly faults: number
  /** Leads that buyers took. */
  readonly takes: number
}

export interface BatchResult extends Sums {
  readonly failure: Failure | null
}

export const NO_SUMS: Sums = { seeds: 0, steps: 0, crashes: 0, faults: 0, takes: 0 }

export function addSums(left: Sums, right: Sums): Sums {
  return {
    seeds: left.seeds + right.seeds,
    steps: left.steps + right.steps,
    crashes: left.crashes + right.crashes,
    faults: left.faults + right.faults,
    takes: left.takes + right.takes,
  }
}
