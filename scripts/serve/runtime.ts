/** The Worker under Miniflare: started on migrated state, its crons pulled, its words sent to stderr, and stopped in order. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4WorkerOptions } from 'miniflare'
import { Refusal } from '../refusal.ts'
import { ROOT } from '../root.ts'
import type { WorkerBundle } from './bundle.ts'
import { isDue } from './cron.ts'
import { migrate } from './migrate.ts'
import { kill, waitForEnd } from './processes.ts'
import type { Runtimes } from './runtimes.ts'

export const HOST = '127.0.0.1'
const MINUTE_MS = 60_000
/** How long requests under way may take before a stop ends them: a whole auction fits. */
const MAX_DRAIN_MS = 1_500
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export interface RuntimeRequest {
  readonly bundle: WorkerBundle
  readonly stateDir: string
  readonly port: number
  readonly bindings: { readonly [name: string]: string }
  readonly runtimes: Runtimes
}

/** As much of the Worker as is called from here. */
interface ScheduledWorker {
  scheduled(event: { readonly cron: string; readonly scheduledTime: Date }): Promise<unknown>
}

export class Runtime {
  readonly port: number
  readonly #miniflare: Miniflare
  readonly #request: RuntimeRequest
  readonly #log: StderrLog
  #cronTimer: NodeJS.Timeout | undefined
  #isStopping = false

  private constructor(miniflare: Miniflare, port: number, request: RuntimeRequest, log: StderrLog) {
    this.#miniflare = miniflare
    this.port = port
    this.#request = request
    this.#log = log
  }

  /** The port opens once the database is at its newest: no request ever meets an older one. */
  static async start(request: RuntimeRequest): Promise<Runtime> {
    const log = new StderrLog(LogLevel.WARN)
    const shared = sharedOptions(request.stateDir, log)
    const { d1Databases } = request.bundle.options as V4WorkerOptions
    const migrating = {
      name: 'migrating',
      modules: true,
      script: 'export default {}',
      ...(d1Databases && { d1Databases }),
    }
    const miniflare = withoutSignalHandlers(
      () => new Miniflare(convertV4MiniflareOptions({ ...shared, port: 0, workers: [migrating] })),
    )
    try {
      const applied = await migrate(await miniflare.getD1Database('DB'), join(ROOT, 'migrations'))
      if (applied.length > 0) console.error(`Migrated: ${applied.join(', ')}`)
      const workers = [workerOptions(request)]
      await miniflare.setOptions(convertV4MiniflareOptions({ ...shared, port: request.port, workers }))
      return new Runtime(miniflare, Number((await miniflare.ready).port), request, log)
    } catch (error) {
      await miniflare.dispose().catch(() => undefined)
      throw (error as { code?: string }).code === 'ERR_ADDRESS_IN_USE' ? portInUse(request.port) : error
    }
  }

  /** Pulls every trigger now, for what an earlier server left undone, and then whenever it is due. */
  startCrons(onLost: (error: unknown) => void): void {
    const crons = this.#request.bundle.options.cronTriggers ?? []
    const pull = (due: readonly string[], at: Date) =>
      this.#pull(due, at).catch((error) => {
        if (this.#isStopping) return
        // The runtime crashed and Miniflare could not start another.
        if (error?.code === 'ERR_RUNTIME_FAILURE') onLost(error)
        else console.error('A cron failed:', error)
      })
    const tick = () => {
      const at = new Date()
      void pull(
        crons.filter((cron) => isDue(cron, at)),
        at,
      )
      this.#cronTimer = setTimeout(tick, MINUTE_MS - (Date.now() % MINUTE_MS))
    }
    void pull(crons, new Date())
    this.#cronTimer = setTimeout(tick, MINUTE_MS - (Date.now() % MINUTE_MS))
  }

  /** Takes no new request, lets those under way finish for a moment, then ends. */
  async stop(): Promise<void> {
    const { runtimes } = this.#request
    this.#isStopping = true
    clearTimeout(this.#cronTimer)
    this.#log.mute()
    runtimes.expectNoMore()
    const runtime = runtimes.current()
    if (runtime !== null) {
      kill(runtime, 'SIGTERM')
      await waitForEnd(runtime, MAX_DRAIN_MS)
    }
    await this.#miniflare.dispose().catch(() => undefined)
  }

  async #pull(crons: readonly string[], at: Date): Promise<void> {
    for (const cron of crons) {
      // Asked for each time: after a crash the earlier one is dead.
      const worker = (await this.#miniflare.getWorker()) as unknown as ScheduledWorker
      await worker.scheduled({ cron, scheduledTime: at })
    }
  }
}

export function portInUse(port: number): Refusal {
  return new Refusal(`Port ${port} is in use by another program. Stop it, or set PORT to another (0 takes a free one).`)
}

function sharedOptions(stateDir: string, log: Log) {
  // What Miniflare keeps only while it runs would otherwise stay in the system's folder after every kill.
  const scratch = join(stateDir, 'scratch')
  rmSync(scratch, { recursive: true, force: true })
  mkdirSync(scratch, { recursive: true })
  process.env.TMPDIR = scratch
  return {
    host: HOST,
    cf: false,
    log,
    logRequests: false,
    handleStructuredLogs: ({ message }: { message: string }) => console.error(message),
    resourcePersistencePath: join(stateDir, 'resources'),
  }
}

function workerOptions({ bundle, bindings }: RuntimeRequest): V4WorkerOptions {
  const options = bundle.options as V4WorkerOptions
  const { script } = bundle
  return {
    ...options,
    rootPath: dirname(script),
    modulesRoot: dirname(script),
    modules: [
      { type: 'ESModule', path: basename(script), contents: readFileSync(script, 'utf8') },
      ...dataBeside(script),
    ],
    bindings: { ...options.bindings, ...bindings },
  }
}

/** What was bundled as it is lies beside the script. */
function dataBeside(script: string) {
  const folder = dirname(script)
  const names = readdirSync(folder).filter((name) => name.endsWith('.gz'))
  return names.map((name) => ({ type: 'Data' as const, path: name, contents: readFileSync(join(folder, name)) }))
}

/** Miniflare ends the process on a signal by itself, with a code of its own; how to stop is for the server to say. */
function withoutSignalHandlers<Made>(make: () => Made): Made {
  const before = SIGNALS.map((signal) => process.listeners(signal))
  const made = make()
  for (const [index, signal] of SIGNALS.entries()) {
    for (const listener of process.listeners(signal)) {
      if (!before[index]?.includes(listener)) process.removeListener(signal, listener)
    }
  }
  return made
}

/** stdout belongs to the ready line. */
class StderrLog extends Log {
  #isMuted = false

  mute(): void {
    this.#isMuted = true
  }

  override log(message: string): void {
    if (!this.#isMuted) console.error(message)
  }
}
