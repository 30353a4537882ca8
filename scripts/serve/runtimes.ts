/**
 * Sees to it that no runtime outlives its server, and that none that did holds up the next server on the same state.
 *
 * Every runtime notes itself in a file of its server (workerd.sh). A watchdog in a session of its own, so that a signal to the
 * server's whole group misses it, ends what is noted there once the server is gone. Should that fail too, the next server
 * does the same first.
 */
import { spawn } from 'node:child_process'
import { accessSync, chmodSync, constants, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Refusal } from '../refusal.ts'
import { ROOT } from '../root.ts'
import { isAlive, kill, nameOf, type ProcessName, waitForEnd } from './processes.ts'

const SCRIPT = join(ROOT, 'scripts/serve/workerd.sh')
const EXECUTABLE = 0o755
const MAX_END_MS = 5_000

export class Runtimes {
  readonly #file: string

  private constructor(file: string) {
    this.#file = file
  }

  /** Ends what an earlier server left, and puts a watchdog on everything that this one will start. */
  static async guard(stateDir: string): Promise<Runtimes> {
    const folder = join(stateDir, 'runtimes')
    mkdirSync(folder, { recursive: true })
    await endLeftOvers(folder)
    const own = nameOf(process.pid)
    const runtimes = new Runtimes(join(folder, `${process.pid}-${own?.startedAt.replaceAll(/\W/g, '')}`))
    runtimes.#prepare()
    return runtimes
  }

  /** The runtime that is running now, or null. */
  current(): ProcessName | null {
    return notedIn(this.#file).findLast(isAlive) ?? null
  }

  /** A runtime that ends from now on is not replaced. */
  expectNoMore(): void {
    process.env.GAVEL_STOPPING = '1'
  }

  /** Miniflare takes the command from the environment and hands the environment on to it. */
  #prepare(): void {
    makeExecutable()
    process.env.GAVEL_RUNTIMES = this.#file
    process.env.GAVEL_WORKERD = workerdPath()
    process.env.MINIFLARE_WORKERD_PATH = SCRIPT
    const watchdog = spawn(SCRIPT, ['watch', this.#file], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
    watchdog.on('error', (error) => console.error(`No watchdog for the runtime: ${error.message}`))
    watchdog.unref()
    // The pipe stays open for as long as this process lives; nothing is ever written.
    ;(watchdog.stdin as unknown as { unref(): void }).unref()
  }
}

async function endLeftOvers(folder: string): Promise<void> {
  for (const file of readdirSync(folder)) {
    const path = join(folder, file)
    for (const runtime of notedIn(path)) {
      kill(runtime)
      if (await waitForEnd(runtime, MAX_END_MS)) continue
      throw new Refusal(`The runtime that an earlier server left (process ${runtime.pid}) cannot be ended.`)
    }
    rmSync(path, { force: true })
  }
}

function notedIn(file: string): readonly ProcessName[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n')
    return lines.flatMap((line) => {
      const [pid, ...startedAt] = line.split(' ')
      return startedAt.length === 0 ? [] : [{ pid: Number(pid), startedAt: startedAt.join(' ') }]
    })
  } catch {
    return []
  }
}

/** A checkout from an archive may have lost the bit. */
function makeExecutable(): void {
  try {
    accessSync(SCRIPT, constants.X_OK)
  } catch {
    chmodSync(SCRIPT, EXECUTABLE)
  }
}

/** The very binary that Miniflare would have started. */
function workerdPath(): string {
  const fromMiniflare = createRequire(createRequire(import.meta.url).resolve('miniflare'))
  return (fromMiniflare('workerd') as { default: string }).default
}
