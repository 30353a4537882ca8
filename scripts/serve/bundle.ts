/**
 * The Worker as a deployment would build it, and what wrangler.toml says about it.
 *
 * Kept under a hash of everything that it is made from: a bundle is never stale, is built once for any number of servers, and
 * starting needs no wrangler, which takes a second to load.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Refusal } from '../refusal.ts'
import { ROOT } from '../root.ts'

/** The options of one Worker as Miniflare takes them, without its code. */
export type WorkerOptions = Record<string, unknown> & {
  readonly name: string
  readonly cronTriggers?: readonly string[]
}

export interface WorkerBundle {
  /** The bundled module. */
  readonly script: string
  readonly options: WorkerOptions
}

const KEPT_IN = join(ROOT, 'dist/worker')
const SOURCES = ['workers', 'durable-objects', 'src', 'vendor', 'wrangler.toml', 'tsconfig.json', 'package-lock.json']
const SCRIPT = 'index.js'
const OPTIONS = 'options.json'
const MAX_BUILD_MS = 120_000
const MAX_AGE_MS = 24 * 60 * 60 * 1_000

/** @throws Refusal with wrangler's words where the Worker cannot be built */
export async function bundleWorker(): Promise<WorkerBundle> {
  const folder = join(KEPT_IN, hashOfSources())
  if (!existsSync(folder)) await build(folder)
  const options = JSON.parse(readFileSync(join(folder, OPTIONS), 'utf8')) as WorkerOptions
  return { script: join(folder, SCRIPT), options }
}

function hashOfSources(): string {
  const hash = createHash('sha256')
  for (const source of SOURCES) addTo(hash, source)
  return hash.digest('hex').slice(0, 20)
}

function addTo(hash: ReturnType<typeof createHash>, path: string): void {
  const absolute = join(ROOT, path)
  if (statSync(absolute).isDirectory()) {
    for (const name of readdirSync(absolute).sort()) addTo(hash, `${path}/${name}`)
    return
  }
  const bytes = readFileSync(absolute)
  hash.update(`${path}\0${bytes.length}\0`).update(bytes)
}

/** Built aside and moved into place as a whole: of two servers that build at once, one is first and both use the same. */
async function build(folder: string): Promise<void> {
  console.error('Bundling the Worker …')
  const unfinished = `${folder}.${process.pid}`
  mkdirSync(unfinished, { recursive: true })
  try {
    await runWrangler(['deploy', '--dry-run', '--outdir', unfinished])
    writeFileSync(join(unfinished, OPTIONS), JSON.stringify(await readOptions(), null, 2))
    moveInto(folder, unfinished)
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
  removeOld(folder)
}

function moveInto(folder: string, unfinished: string): void {
  try {
    renameSync(unfinished, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
  }
}

async function runWrangler(args: readonly string[]): Promise<void> {
  const wrangler = join(ROOT, 'node_modules/wrangler/bin/wrangler.js')
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1', FORCE_COLOR: '0' }
  const options = { cwd: ROOT, env, timeout: MAX_BUILD_MS }
  await promisify(execFile)(process.execPath, [wrangler, ...args], options).catch((error) => {
    throw new Refusal(`The Worker could not be built.\n${error.stderr ?? ''}${error.stdout ?? ''}`)
  })
}

async function readOptions(): Promise<WorkerOptions> {
  // Settings come from serve alone, not from files that happen to lie around.
  process.env.CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV = 'false'
  const { unstable_getMiniflareWorkerOptions, unstable_readConfig } = await import('wrangler')
  const config = join(ROOT, 'wrangler.toml')
  const { workerOptions } = unstable_getMiniflareWorkerOptions(config)
  const name = unstable_readConfig({ config }).name ?? 'worker'
  return { ...workerOptions, rootPath: undefined, name } as WorkerOptions
}

function removeOld(current: string): void {
  for (const name of readdirSync(KEPT_IN)) {
    const path = join(KEPT_IN, name)
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (path !== current && age > MAX_AGE_MS) rmSync(path, { recursive: true, force: true })
  }
}
