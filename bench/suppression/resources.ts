/** What the Worker takes of the machine. */
import { readFileSync } from 'node:fs'
import { processorMs } from '../processor.ts'
import type { Runtime } from '../runtime.ts'

/** The whole process: its other isolates, the database and KV count too, so that one isolate never has more. */
export function residentMb({ pid }: Runtime): number {
  try {
    return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024)
  } catch {
    return Number.NaN
  }
}

/** What the Worker has used of the processors; NaN where the system does not tell. */
export function processorSeconds({ pid }: Runtime): number {
  return (processorMs(pid) ?? Number.NaN) / 1_000
}
