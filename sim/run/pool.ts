/** Threads that run histories; a seed's history is the same whichever thread runs it. */
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import type { Mutant } from '../mutants/mutant.ts'
import { addSums, type Batch, type BatchResult, type Failure, NO_SUMS, type Sums } from './messages.ts'
import type { Shrunk } from './shrink.ts'

const BATCH = 250
/** Histories are short-lived garbage: with much room for it, little of it is looked at. */
const YOUNG_MB = 96

// What outlives some histories' youth by chance, V8 takes to be long-lived from then on: it puts the next of its kind among the old at
// once, where each dead one keeps the whole of its history. A fifth of all histories was so copied and kept until the next full collection.
setFlagsFromString('--no-allocation-site-pretenuring')

export class Runner {
  readonly #worker: Worker

  constructor(mutant: Mutant | null) {
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB }
    this.#worker = new Worker(join(import.meta.dirname, 'worker.ts'), { workerData: { mutant }, resourceLimits })
  }

  run(batch: Batch): Promise<BatchResult> {
    return this.#ask<BatchResult>(batch)
  }

  shrink(seed: number): Promise<Shrunk> {
    return this.#ask<Shrunk>({ shrink: seed })
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #ask<T>(order: object): Promise<T> {
    return new Promise((resolve, reject) => {
      const heard = (answer: T) => {
        this.#worker.off('error', reject)
        resolve(answer)
      }
      this.#worker.once('message', heard)
      this.#worker.once('error', reject)
      this.#worker.postMessage(order)
    })
  }
}

export interface Outcome extends Sums {
  /** The failure with the smallest seed of those found. */
  readonly failure: Failure | null
}

interface Order {
  readonly from: number
  readonly count: number
  readonly onProgress: (sums: Sums) => void
}

/** Runs seeds until all are done or one fails. */
export async function runSeeds(runners: readonly Runner[], { from, count, onProgress }: Order): Promise<Outcome> {
  let next = from
  let sums = NO_SUMS
  const failures: Failure[] = []
  const work = async (runner: Runner) => {
    while (next < from + count && failures.length === 0) {
      const batch = { from: next, count: Math.min(BATCH, from + count - next) }
      next += batch.count
      const result = await runner.run(batch)
      sums = addSums(sums, result)
      if (result.failure !== null) failures.push(result.failure)
      onProgress(sums)
    }
  }
  await Promise.all(runners.map(work))
  const [failure] = failures.sort((left, right) => left.seed - right.seed)
  return { ...sums, failure: failure ?? null }
}
