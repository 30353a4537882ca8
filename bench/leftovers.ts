/** What must not outlive a run: its folder and its processes. Cleared when this process ends, however it comes to that. */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Child } from './child.ts'
import type { Estate, JanitorReport } from './janitor.ts'

const JANITOR_PATIENCE_MS = 20_000

export class Leftovers {
  readonly dir: string
  readonly #janitor: Child<Estate, JanitorReport>
  readonly #stops: (() => void)[] = []
  readonly #pids: number[] = []
  readonly #onExit = () => this.clear()

  private constructor(dir: string, janitor: Child<Estate, JanitorReport>) {
    this.dir = dir
    this.#janitor = janitor
    process.once('exit', this.#onExit)
  }

  /** @param root where the folder of this run is made */
  static async begin(root: string): Promise<Leftovers> {
    const [janitor] = await Child.start<Estate, JanitorReport>('janitor.ts', JANITOR_PATIENCE_MS)
    const leftovers = new Leftovers(mkdtempSync(join(root, 'gavel-bench-')), janitor)
    // What Miniflare and wrangler keep while they run would otherwise stay in the system's folder after a kill.
    process.env.TMPDIR = leftovers.dir
    await leftovers.#tell()
    return leftovers
  }

  /** @param stop must act at once: nothing is waited for when a process exits */
  add(stop: () => void): void {
    this.#stops.push(stop)
  }

  /** A process that does not end with this one by itself. */
  async addProcess(pid: number | null | undefined): Promise<void> {
    if (pid === null || pid === undefined) return
    this.#pids.push(pid)
    await this.#tell()
  }

  clear(): void {
    process.off('exit', this.#onExit)
    for (const stop of this.#stops.splice(0)) stop()
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 3 })
    this.#janitor.kill()
  }

  async #tell(): Promise<void> {
    await this.#janitor.ask({ dir: this.dir, pids: this.#pids })
  }
}
