/**
 * Clears up after a bench that was killed: a process that is told what there is, and acts once its parent is gone. A bench that
 * ends in order does this itself and ends the janitor first.
 */
import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Estate {
  readonly dir: string
  /** Processes that do not notice by themselves. */
  readonly pids: readonly number[]
}

export type JanitorReport = 'ready' | 'noted'

const UNTIL_DEAD_MS = 500
let estate: Estate | null = null

process.on('message', (told: Estate) => {
  estate = told
  process.send?.('noted' satisfies JanitorReport)
})

process.on('disconnect', async () => {
  for (const pid of estate?.pids ?? []) end(pid)
  await sleep(UNTIL_DEAD_MS)
  if (estate !== null) rmSync(estate.dir, { recursive: true, force: true, maxRetries: 3 })
  process.exit(0)
})

/** Ctrl-C goes to the whole group; what it interrupts is the bench, and the janitor's work is after that. */
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)
process.send?.('ready' satisfies JanitorReport)

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}
