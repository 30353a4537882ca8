/** What a demo consists of beside itself: the buyers and the server, each a process that ends with it. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Refusal } from '../scripts/refusal.ts'
import { ROOT } from '../scripts/root.ts'
import { DEMO_BUYERS } from './buyers.ts'

const MAX_START_MS = 120_000
const MAX_STOP_MS = 5_000

export interface StartedServer {
  readonly process: ChildProcess
  readonly url: string
}

export interface ServerSettings {
  readonly stateDir: string
  readonly env: { readonly [name: string]: string }
}

/** Every child of the demo, for stopping them all. */
export class DemoProcesses {
  readonly #children: ChildProcess[] = []

  /** @returns where each buyer listens, by its name */
  async startBuyers(): Promise<ReadonlyMap<string, string>> {
    const urls = DEMO_BUYERS.map(async ({ name }, index): Promise<[string, string]> => {
      const buyer = this.#fork('demo/buyer-process.ts', [String(index)], ['ignore', 'inherit', 'inherit', 'ipc'])
      return [name, `http://127.0.0.1:${await portOf(buyer, name)}`]
    })
    return new Map(await Promise.all(urls))
  }

  /** @throws Refusal with the server's own words where it does not get ready */
  async startServer({ stateDir, env }: ServerSettings): Promise<StartedServer> {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 })
    const logPath = join(stateDir, 'serve.log')
    const log = openSync(logPath, 'w', 0o600)
    const server = this.#fork('scripts/serve.ts', [], ['ignore', 'pipe', log, 'ipc'], { ...env, STATE_DIR: stateDir })
    closeSync(log)
    const url = await readyUrl(server)
    if (url === null) throw new Refusal(`The server did not start:\n${readFileSync(logPath, 'utf8').trim()}`)
    return { process: server, url }
  }

  /** The server first, so that what it is at still meets its buyers. */
  async stop(): Promise<void> {
    for (const child of [...this.#children].reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const end = once(child, 'exit', { signal: AbortSignal.timeout(MAX_STOP_MS) })
      // Its lifeline: a server stops in order, a buyer ends.
      if (child.connected) child.disconnect()
      await end.catch(() => child.kill('SIGKILL'))
    }
  }

  #fork(script: string, args: readonly string[], stdio: ('ignore' | 'inherit' | 'pipe' | 'ipc' | number)[], env = {}) {
    const child = fork(join(ROOT, script), args, { cwd: ROOT, stdio, env: { ...process.env, ...env } })
    this.#children.push(child)
    return child
  }
}

async function portOf(buyer: ChildProcess, name: string): Promise<number> {
  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, AbortSignal.timeout(MAX_START_MS)])
  const port = once(buyer, 'message', { signal }).then(([message]) => (message as { port: number }).port)
  const end = once(buyer, 'exit', { signal }).then(() =>
    Promise.reject(new Refusal(`The buyer ${name} did not start.`)),
  )
  // Whichever comes second is given up, and nobody waits for its end.
  return Promise.race([port, end]).finally(() => {
    port.catch(() => undefined)
    end.catch(() => undefined)
    over.abort()
  })
}

/** @returns null where it ended, or took too long */
async function readyUrl(server: ChildProcess): Promise<string | null> {
  if (server.stdout === null) return null
  const lines = createInterface({ input: server.stdout, signal: AbortSignal.timeout(MAX_START_MS) })
  for await (const line of lines) {
    const match = /^ready (\S+)$/.exec(line)
    if (match?.[1] !== undefined) return match[1]
  }
  return null
}
