/**
 * Runs a script of this project on a machine that has npm and nothing else: installs what is missing, then goes on under the
 * Node that was installed with it.
 *
 * Plain JavaScript for Node 20, because it is what runs before anything is there.
 *
 *     node scripts/ensure-installed.mjs scripts/serve.ts [arguments]
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const BIN = join(ROOT, 'node_modules', '.bin')
/** From here on Node runs TypeScript by itself and has the SQLite that the state lock needs. */
const NODE_NEEDED = [22, 18]

const [script, ...args] = process.argv.slice(2)
if (script === undefined) fail('Say which script to run.')
if (!isInstalled()) install()
await run(findNode(), resolve(ROOT, script), args)

/**
 * npm writes the hidden lockfile last: where it agrees with ours, an installation was finished and is the wanted one. What
 * is there for other platforms only is left out of it.
 */
function isInstalled() {
  const wanted = readPackages(join(ROOT, 'package-lock.json'))
  const present = readPackages(join(ROOT, 'node_modules', '.package-lock.json'))
  if (wanted === null) fail('package-lock.json is missing or cannot be read.')
  if (present === null) return false
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    const found = present[path]
    return path === '' || (found === undefined ? optional === true : found.version === version)
  })
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? null
  } catch {
    return null
  }
}

function install() {
  console.error('Installing the packages of package-lock.json; this takes half a minute …')
  const started = performance.now()
  // No package here needs its install script, and a newcomer's machine should run none.
  const npmArgs = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  // Under `npm run`, npm says where it is; else it is the one on the path.
  const npm = process.env.npm_execpath
  const [command, prefix] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
  const result = spawnSync(command, [...prefix, ...npmArgs], { cwd: ROOT, encoding: 'utf8' })
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`)
    const why = result.error?.message ?? `it ended with ${result.signal ?? `exit code ${result.status}`}`
    fail(`\`npm ci\` did not install the packages: ${why}. It needs a package registry that can be reached.`)
  }
  console.error(`Installed in ${Math.round((performance.now() - started) / 1_000)} s.`)
}

/** @returns the Node that was installed, or this one where there is none for the platform and this one is new enough */
function findNode() {
  const installed = join(BIN, 'node')
  if (existsSync(installed)) {
    if (realpathSync(installed) === realpathSync(process.execPath)) return process.execPath
    if (spawnSync(installed, ['--version']).status === 0) return installed
  }
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [neededMajor, neededMinor] = NODE_NEEDED
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return process.execPath
  const place = `${process.platform} ${process.arch}`
  return fail(
    `On ${place} Node is not installed along with the packages: please install Node ${NODE_NEEDED.join('.')} or newer ` +
      `(this is ${process.versions.node}).`,
  )
}

/** In this very process where it already is the right Node: one process less to start, to signal and to kill. */
async function run(node, path, scriptArgs) {
  process.env.PATH = [BIN, ...(process.env.PATH ?? '').split(delimiter).filter((entry) => entry !== BIN)].join(
    delimiter,
  )
  if (node === process.execPath) {
    process.argv = [process.argv[0], path, ...scriptArgs]
    await import(pathToFileURL(path).href)
    return
  }
  // The channel tells the script when this process is gone, also when it was killed.
  const child = spawn(node, [path, ...scriptArgs], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(`Node could not be started: ${error.message}`))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}

function fail(message) {
  console.error(message)
  return process.exit(1)
}
