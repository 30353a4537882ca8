/** Runs a bundled Worker under Miniflare directly, without wrangler's proxy: both sides of every measure run like this. */
import { mkdir, readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { unstable_getMiniflareWorkerOptions } from 'wrangler'
import { runtimePids } from './processor.ts'
import { ROOT } from './root.ts'

export interface RuntimeRequest {
  /** The wrangler.toml, from the project's root. */
  readonly config: string
  /** The bundled module. */
  readonly script: string
  /** Everything that the Worker keeps. */
  readonly stateDir: string
  readonly settings: { readonly [name: string]: string }
  /** What the Worker logs, one line at a time. */
  readonly onLog: (line: string) => void
  /** Opens workerd's inspector, for a profile. */
  readonly inspectorPort?: number
}

export interface Runtime {
  readonly miniflare: Miniflare
  readonly port: number
  /** Of the platform's process; null where the system does not tell. */
  readonly pid: number | null
}

export async function startWorker(request: RuntimeRequest): Promise<Runtime> {
  await mkdir(request.stateDir, { recursive: true })
  const { workerOptions } = unstable_getMiniflareWorkerOptions(join(ROOT, request.config))
  const inspector = request.inspectorPort === undefined ? {} : { inspectorPort: request.inspectorPort }
  const others = runtimePids()
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port: 0,
      cf: false,
      logRequests: false,
      log: new Log(LogLevel.ERROR),
      handleStructuredLogs: ({ message }) => request.onLog(message),
      resourcePersistencePath: request.stateDir,
      ...inspector,
      workers: [
        {
          ...workerOptions,
          modules: [
            { type: 'ESModule', path: basename(request.script) },
            ...(await readdir(dirname(request.script)))
              .filter((name) => name.endsWith('.gz'))
              .map((path) => ({ type: 'Data' as const, path })),
          ],
          modulesRoot: dirname(request.script),
          rootPath: dirname(request.script),
          bindings: { ...(workerOptions.bindings as object), ...request.settings },
        },
      ],
    }),
  )
  const url = await miniflare.ready
  const pid = runtimePids().find((one) => !others.includes(one)) ?? null
  return { miniflare, port: Number(url.port), pid }
}
