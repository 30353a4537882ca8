/**
 * `npm test` and `npm run check`: types, lint, borders and every test. A step that fails does not keep the others from
 * being run: one look shows all that is wrong.
 *
 * Arguments go to vitest: `npm test -- test/core`.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './root.ts'

interface Step {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
}

const TYPED = [
  'tsconfig.json',
  'src/core/tsconfig.json',
  'scripts/tsconfig.json',
  'bench/tsconfig.json',
  'sim/tsconfig.json',
  'torture/tsconfig.json',
  'test/tsconfig.json',
]
const TYPES_FILE = 'worker-configuration.d.ts'
const RESULTS = join(ROOT, 'dist/check')
const TESTS_FILE = join(RESULTS, 'tests.json')
/** Read by .ci/run. */
const SUMMARY_FILE = join(RESULTS, 'summary.json')

const STATIC_STEPS: readonly Step[] = [
  { name: 'types of the bindings', command: 'wrangler', args: ['types', '--env-interface', 'Env', TYPES_FILE] },
  ...TYPED.map((project) => ({ name: `types: ${project}`, command: 'tsc', args: ['--noEmit', '-p', project] })),
  { name: 'lint and format', command: 'biome', args: ['check', '--error-on-warnings', '.'] },
  { name: 'borders', command: process.execPath, args: ['scripts/borders.ts'] },
]

const TESTS: Step = {
  name: 'tests',
  command: 'vitest',
  args: ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${TESTS_FILE}`, ...process.argv.slice(2)],
}

const ENVIRONMENT = { ...process.env, CLOUDFLARE_CF_FETCH_ENABLED: 'false', WRANGLER_SEND_METRICS: 'false' }

async function check(): Promise<void> {
  mkdirSync(RESULTS, { recursive: true })
  for (const file of [TESTS_FILE, SUMMARY_FILE]) rmSync(file, { force: true })
  const failures: string[] = []
  for (const step of STATIC_STEPS) if (!(await runQuietly(step))) failures.push(step.name)
  const testsPass = (await run(TESTS, 'inherit')).code === 0
  const { passed, failed } = countTests()
  // Tests that could not even be run count as one that failed.
  const failedTests = testsPass ? failed : Math.max(1, failed)
  for (const name of failures) console.log(`FAILED  ${name}`)
  writeFileSync(SUMMARY_FILE, JSON.stringify({ passed, failed: failedTests + failures.length }))
  process.exitCode = failedTests + failures.length === 0 ? 0 : 1
}

/** Says one line where all is well, and everything where it is not. */
async function runQuietly(step: Step): Promise<boolean> {
  const started = performance.now()
  const { code, output } = await run(step, 'pipe')
  const seconds = ((performance.now() - started) / 1_000).toFixed(1)
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${step.name} (${seconds} s)`)
  if (code !== 0) console.log(output)
  return code === 0
}

function run(
  step: Step,
  stdio: 'inherit' | 'pipe',
): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve) => {
    let output = ''
    const child = spawn(step.command, step.args, { cwd: ROOT, env: ENVIRONMENT, stdio: ['ignore', stdio, stdio] })
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    child.on('error', (error) => resolve({ code: 1, output: error.message }))
    child.on('close', (code) => resolve({ code, output }))
  })
}

function countTests(): { readonly passed: number; readonly failed: number } {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(TESTS_FILE, 'utf8'))
    return { passed: numPassedTests, failed: numFailedTests }
  } catch {
    return { passed: 0, failed: 0 }
  }
}

await check()
