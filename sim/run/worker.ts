/** A thread that runs histories, as it is told by its messages; with a mutant, where it was started with one. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Mutant } from '../mutants/mutant.ts'
import { installLoader } from './loader.ts'
import type { Batch, BatchResult, Failure } from './messages.ts'

const { mutant } = workerData as { readonly mutant: Mutant | null }
installLoader(mutant)
const { Chance } = await import('../engine/chance.ts')
const { runHistory } = await import('./history.ts')
const { shrink } = await import('./shrink.ts')

function run({ from, count }: Batch): BatchResult {
  const sums = { steps: 0, crashes: 0, faults: 0, takes: 0 }
  let failure: Failure | null = null
  let seeds = 0
  for (; seeds < count && failure === null; seeds += 1) {
    const seed = from + seeds
    const result = runHistory(Chance.ofSeed(seed))
    for (const name of ['steps', 'crashes', 'faults', 'takes'] as const) sums[name] += result[name]
    if (result.failure !== null) failure = { seed, words: result.failure }
  }
  return { ...sums, seeds, failure }
}

parentPort?.on('message', (order: Batch | { readonly shrink: number }) => {
  parentPort?.postMessage('shrink' in order ? shrink(order.shrink) : run(order))
})
