/** Bundles Workers as a deployment would, with wrangler's own build. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { writeCountingEntry } from './counting-entry.ts'
import { ROOT } from './root.ts'

export { ROOT }

const WRANGLER = join(ROOT, 'node_modules/wrangler/bin/wrangler.js')
const BUILD_TIMEOUT_MS = 120_000
const run = promisify(execFile)

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
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1', FORCE_COLOR: '0' }
  const options = { cwd: ROOT, env, timeout: BUILD_TIMEOUT_MS }
  const built = run(process.execPath, [WRANGLER, 'deploy', ...args, '--dry-run'], options)
  await built.catch((error: { readonly stderr?: string }) => {
    throw new Error(`${args.join(' ')} does not build:\n${error.stderr ?? ''}`)
  })
  return join(args.at(-1) ?? '', module)
}
