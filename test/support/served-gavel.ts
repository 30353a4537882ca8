/**
 * Gavel as it is served, in a process of its own: started, stopped and killed by tests from outside.
 *
 * `await using gavel = await ServedGavel.start()` leaves nothing behind, however the test ends.
 */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../../scripts/root.ts'
import { kill, nameOf, type ProcessName, parentOf, waitForEnd } from '../../scripts/serve/processes.ts'

/** A cold start bundles the Worker; this machine may be busy with other tests. */
const MAX_START_MS = 60_000
const MAX_END_MS = 10_000

export const OPERATOR_KEY = 'operator-key-of-the-flows'
export const SANDBOX_KEY = 'sandbox-key-of-the-flows'

export interface ServeOptions {
  /** A fresh folder where left out; given, it is the test's own to remove. */
  readonly stateDir?: string
  readonly port?: number
  readonly env?: { readonly [name: string]: string }
  /** `npm run serve` as an operator types it, or the script by itself, which starts sooner. */
  readonly command?: 'npm' | 'node'
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export class ServedGavel {
  readonly stateDir: string
  readonly url: string
  readonly process: ChildProcess
  readonly #ownsState: boolean
  readonly #options: ServeOptions
  readonly #output: Output

  private constructor(parts: { launched: Launched; url: string; stateDir: string; options: ServeOptions }) {
    this.process = parts.launched.process
    this.#output = parts.launched.output
    this.url = parts.url
    this.stateDir = parts.stateDir
    this.#options = parts.options
    this.#ownsState = parts.options.stateDir === undefined
  }

  static async start(options: ServeOptions = {}): Promise<ServedGavel> {
    const stateDir = options.stateDir ?? (await mkdtemp(join(tmpdir(), 'gavel-flow-')))
    const launched = launch({ ...options, stateDir })
    try {
      const url = await readyUrl(launched)
      return new ServedGavel({ launched, url, stateDir, options })
    } catch (error) {
      launched.process.kill('SIGKILL')
      throw error
    }
  }

  get port(): number {
    return Number(new URL(this.url).port)
  }

  /** What it has said on stderr. */
  get said(): string {
    return this.#output.stderr
  }

  /** What it has said on stdout. */
  get printed(): string {
    return this.#output.stdout
  }

  /** Calls an endpoint as an operator, unless other headers say otherwise. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { 'x-api-key': OPERATOR_KEY, 'content-type': 'application/json', ...init.headers }
    return fetch(new URL(path, this.url), { ...init, headers })
  }

  /** Every process that belongs to it: npm and its shell, the server, the runtime. */
  processes(): Promise<readonly ProcessName[]> {
    return familyOf(this.process.pid ?? 0)
  }

  /** SIGTERM, and how it ended. */
  async stop(): Promise<Ended> {
    this.process.kill('SIGTERM')
    return this.ended()
  }

  /** SIGKILL to the process that was started; what it had started itself is left to its own fate. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL')
    await this.ended()
  }

  async ended(): Promise<Ended> {
    return endOf(this.process)
  }

  /** Starts again on the same state, whatever became of the one before. */
  async again(): Promise<ServedGavel> {
    return ServedGavel.start({ ...this.#options, stateDir: this.stateDir })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const family = await this.processes()
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill('SIGTERM')
    await endOf(this.process).catch(() => undefined)
    for (const member of family) kill(member)
    for (const member of family) await waitForEnd(member, MAX_END_MS)
    if (this.#ownsState) await rm(this.stateDir, { recursive: true, force: true, maxRetries: 5 })
  }
}

interface Output {
  stdout: string
  stderr: string
}

interface Launched {
  readonly process: ChildProcess
  readonly output: Output
}

/** Starts a server that is expected to refuse. @returns how it ended, and its words */
export async function refusedStart(options: ServeOptions & { readonly stateDir: string }): Promise<Ended & Output> {
  const { process: child, output } = launch(options)
  return { ...(await endOf(child)), ...output }
}

function launch(options: ServeOptions & { readonly stateDir: string }): Launched {
  const [command, ...args] =
    options.command === 'npm' ? ['npm', 'run', '--silent', 'serve'] : [process.execPath, 'scripts/serve.ts']
  const { npm_lifecycle_event: _, ...inherited } = process.env
  const env = {
    ...inherited,
    PORT: String(options.port ?? 0),
    STATE_DIR: options.stateDir,
    BOOTSTRAP_OPERATOR_KEY: OPERATOR_KEY,
    BOOTSTRAP_SANDBOX_KEY: SANDBOX_KEY,
    // Tests ask as fast as they can; those of the limit itself have keys of their own.
    BOOTSTRAP_RATE_LIMIT: '10000',
    ALLOW_LOOPBACK_BUYERS: '1',
    ...options.env,
  }
  // The channel ends the server should the tests themselves be killed. npm would have no use for it.
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', ...(options.command === 'npm' ? [] : (['ipc'] as const))]
  const child = spawn(command ?? 'npm', args, { cwd: ROOT, env, stdio, detached: true })
  const output: Output = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text
  })
  return { process: child, output }
}

async function readyUrl({ process: child, output }: Launched): Promise<string> {
  const signal = AbortSignal.timeout(MAX_START_MS)
  for (;;) {
    const match = /^ready (http:\/\/127\.0\.0\.1:\d+)$/m.exec(output.stdout)
    if (match?.[1] !== undefined) return match[1]
    const hasEnded = child.exitCode !== null || child.signalCode !== null
    if (hasEnded || signal.aborted) throw new Error(`serve did not get ready:\n${output.stdout}${output.stderr}`)
    const next = new AbortController()
    const events = child.stdout === null ? [] : [once(child.stdout, 'data', { signal: next.signal })]
    const end = once(child, 'close', { signal: AbortSignal.any([next.signal, signal]) })
    await Promise.race([...events, end]).catch(() => undefined)
    next.abort()
  }
}

async function endOf(child: ChildProcess): Promise<Ended> {
  if (child.exitCode === null && child.signalCode === null) {
    await once(child, 'exit', { signal: AbortSignal.timeout(MAX_END_MS) })
  }
  return { code: child.exitCode, signal: child.signalCode }
}

/** A process and everything below it, the process itself first. */
async function familyOf(pid: number): Promise<readonly ProcessName[]> {
  const all = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number)
  const family = [pid]
  for (const member of family) family.push(...all.filter((candidate) => parentOf(candidate) === member))
  return family.map(nameOf).filter((name) => name !== null)
}
