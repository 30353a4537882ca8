/**
 * Gavel as it is served, in a process group of its own, to be killed whole: server and runtime die in the middle of whatever
 * they write.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT } from '../root.ts'

export const OPERATOR_KEY = 'operator-key-of-the-torture'

const MAX_START_MS = 60_000
const MAX_END_MS = 10_000
const READY = /^ready (http:\/\/127\.0\.0\.1:\d+)$/m

export interface ServerRequest {
  readonly stateDir: string
  /** A file's number; what the server says on stderr goes there. */
  readonly logFd: number
}

export class Server {
  readonly #process: ChildProcess
  readonly #ready: Promise<string>

  private constructor(child: ChildProcess, ready: Promise<string>) {
    this.#process = child
    this.#ready = ready
  }

  /** Starts a server and waits for nothing. */
  static launch({ stateDir, logFd }: ServerRequest): Server {
    const { npm_lifecycle_event: _, ...inherited } = process.env
    const env = {
      ...inherited,
      PORT: '0',
      STATE_DIR: stateDir,
      BOOTSTRAP_OPERATOR_KEY: OPERATOR_KEY,
      BOOTSTRAP_RATE_LIMIT: '10000',
      ALLOW_LOOPBACK_BUYERS: '1',
      CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    }
    // The channel ends the server should the torture itself be killed.
    const child = spawn(process.execPath, ['scripts/serve.ts'], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', logFd, 'ipc'],
      detached: true,
    })
    const ready = readyUrl(child)
    // A server that is killed while it starts never gets ready; only who waits for it is to hear of that.
    ready.catch(() => undefined)
    return new Server(child, ready)
  }

  /** @returns where it serves @throws where it ends before, or takes too long */
  url(): Promise<string> {
    return this.#ready
  }

  /** SIGKILL to the whole group; resolves when it is gone. */
  async kill(): Promise<void> {
    const { pid } = this.#process
    if (pid !== undefined && !hasEnded(this.#process)) process.kill(-pid, 'SIGKILL')
    await this.#ended()
  }

  /** SIGTERM, as an operator stops it. */
  async stop(): Promise<void> {
    this.#process.kill('SIGTERM')
    await this.#ended()
  }

  async #ended(): Promise<void> {
    if (hasEnded(this.#process)) return
    await once(this.#process, 'exit', { signal: AbortSignal.timeout(MAX_END_MS) })
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

async function readyUrl(child: ChildProcess): Promise<string> {
  const said = new Promise<string>((resolve, reject) => {
    let output = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const [, url] = READY.exec(output) ?? []
      if (url !== undefined) resolve(url)
    })
    child.once('exit', (code, signal) =>
      reject(new Error(`the server ended with ${code ?? signal} before it was ready`)),
    )
    child.once('error', reject)
  })
  const tooLong = sleep(MAX_START_MS, null, { ref: false }).then(() => {
    throw new Error(`the server was not ready within ${MAX_START_MS} ms`)
  })
  return Promise.race([said, tooLong])
}
