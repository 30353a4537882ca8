/**
 * `npm run serve`: the Worker alone on this machine, with all its state in one folder.
 *
 * Prints `ready http://127.0.0.1:<port>` on stdout and nothing else there; everything that is said on the way goes to stderr.
 */
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { endWith } from './refusal.ts'
import { bundleWorker } from './serve/bundle.ts'
import { onStarterGone } from './serve/lifeline.ts'
import { HOST, portInUse, Runtime } from './serve/runtime.ts'
import { Runtimes } from './serve/runtimes.ts'
import { openSecrets } from './serve/secrets.ts'
import { readSettings, type ServeSettings } from './serve/settings.ts'
import { lockState } from './serve/state-lock.ts'

/** Past this a stop is not waited for any longer; the watchdog ends what is left. */
const MAX_STOP_MS = 4_000
const MAX_PORT_WAIT_MS = 1_000
const PORT_POLL_MS = 50

let runtime: Runtime | null = null
let isStopping = false

async function serve(settings: ServeSettings): Promise<void> {
  const { stateDir, port } = settings
  const lock = lockState(stateDir)
  const runtimes = await Runtimes.guard(stateDir)
  await waitForPort(port)
  const bindings = { ...settings.bindings, ...openSecrets(stateDir) }
  runtime = await Runtime.start({ bundle: await bundleWorker(), stateDir, port, bindings, runtimes })
  if (isStopping) return
  const url = `http://${HOST}:${runtime.port}`
  lock.describe(`process ${process.pid}, ${url}`)
  console.log(`ready ${url}`)
  runtime.startCrons((error) => {
    console.error('The runtime is lost:', error)
    void stop(1)
  })
}

/**
 * Says that the port is taken before anything is started, as it is what goes wrong most. The runtime of a server that was just
 * killed may have it for another moment.
 */
async function waitForPort(port: number): Promise<void> {
  const until = performance.now() + MAX_PORT_WAIT_MS
  while (!(await isFree(port))) {
    if (performance.now() > until) throw portInUse(port)
    await sleep(PORT_POLL_MS)
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  return new Promise<boolean>((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    )
    probe.listen(port, HOST, () => probe.close(() => resolve(true)))
  })
}

async function stop(code: number): Promise<void> {
  if (isStopping) return
  isStopping = true
  setTimeout(() => process.exit(code), MAX_STOP_MS).unref()
  await runtime?.stop()
  process.exit(code)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0))
onStarterGone(() => {
  console.error('Whoever started the server is gone: stopping.')
  void stop(0)
})

try {
  await serve(readSettings(process.env))
} catch (error) {
  endWith(error)
}
