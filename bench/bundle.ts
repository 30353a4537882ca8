/** Bundles Workers as a deployment would, with wrangler's own build. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { writeCountingEntry } from './counting-entry.ts'
import { ROOT } from './root.ts'

export { ROOT }

/** What `wrangler` starts as a process of its own, which would outlive it. */
const WRANGLER = join(ROOT, 'node_modules/wrangler/wrangler-dist/cli.js')
const BUILD_TIMEOUT_MS = 120_000

/** The bundled modules of one run. All are built before anything is measured, so that one code is measured throughout. */
export interface Bundles {
  readonly gavel: string
  readonly bare: string
  /** Gavel with everything counted that costs money. */
  readonly counting: string
}

export async function bundleAll(dir: string): Promise<Bundles> {
  const entry = join(dir, 'counting.ts')
  await writeCountingEntry(entry)
  return {
    gavel: await bundle(['--config', 'wrangler.toml', '--outdir', join(dir, 'gavel')], 'index.js'),
    bare: await bundle(['--config', 'bench/bare/wrangler.toml', '--outdir', join(dir, 'bare')], 'worker.js'),
    counting: await bundle([entry, '--config', 'wrangler.toml', '--outdir', join(dir, 'counting')], 'counting.js'),
  }
}

/** @returns the path of the bundled module; @throws with wrangler's words where it does not build */
async function bundle(args: readonly string[], module: string): Promise<string> {
  await runWrangler(['deploy', ...args, '--dry-run'])
  return join(args.at(-1) ?? '', module)
}

/** Ends with this process at the latest: it writes into a folder that goes with it. */
function runWrangler(args: readonly string[]): Promise<void> {
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1', FORCE_COLOR: '0' }
  const options = { cwd: ROOT, env, timeout: BUILD_TIMEOUT_MS }
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      ['--no-warnings', WRANGLER, ...args],
      options,
      (error, _stdout, stderr) => {
        process.off('exit', onExit)
        if (error === null) resolve()
        else reject(new Error(`wrangler ${args.join(' ')} failed:\n${stderr}`))
      },
    )
    const onExit = () => child.kill('SIGKILL')
    process.prependOnceListener('exit', onExit)
  })
}
