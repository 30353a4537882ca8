/** What the figures were measured on, and where its state is kept. */
import { accessSync, constants, statfsSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import workerd from 'workerd/package.json' with { type: 'json' }

const MEMORY_DIR = '/dev/shm'
/** Every auction of a run keeps a database of its own. */
const NEEDED_BYTES = 4 * 1024 ** 3

export function describeMachine(stateDir: string) {
  const kept = stateDir.startsWith(MEMORY_DIR) ? 'memory' : 'disk'
  const cpu = cpus()[0]?.model.trim() ?? 'unknown'
  return { cores: availableParallelism(), cpu, node: process.version, workerd: workerd.version, state_on: kept }
}

/**
 * State goes to memory where there is room: a laptop's disk syncs a new database in a few to many milliseconds, which is
 * no part of either side and would drown what is compared.
 */
export function defaultStateRoot(): string {
  try {
    accessSync(MEMORY_DIR, constants.W_OK)
    const { bavail, bsize } = statfsSync(MEMORY_DIR)
    return bavail * bsize >= NEEDED_BYTES ? MEMORY_DIR : tmpdir()
  } catch {
    return tmpdir()
  }
}
