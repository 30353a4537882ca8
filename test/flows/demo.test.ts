import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../../scripts/root.ts'

const MAX_DEMO_MS = 100_000

interface Shown {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

let stateDir: string

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'gavel-demo-'))
})

afterAll(async () => {
  await rm(stateDir, { recursive: true, force: true, maxRetries: 5 })
})

async function startDemo(env: { readonly [name: string]: string } = {}): Promise<Shown> {
  const child = spawn('npm', ['start', '--silent', '--', '--once'], {
    cwd: ROOT,
    env: { ...process.env, PORT: '0', STATE_DIR: stateDir, NO_COLOR: '1', FORCE_COLOR: undefined, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const end = once(child, 'exit', { signal: AbortSignal.timeout(MAX_DEMO_MS) })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), end])
  return { code: child.exitCode, stdout, stderr }
}

function expectTheGuidesNumbers({ code, stdout, stderr }: Shown): void {
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stdout).toMatch(/★ Crown Mutual +.* 120\.00 +\d+ ms .* won the lead/)
  expect(stdout).toMatch(/Lone Star Direct +.* 96\.25 .* outbid by 23\.75/)
  expect(stdout).toMatch(/Bluebonnet Auto +.* 42\.50 .* outbid by 77\.50/)
  expect(stdout).toMatch(/Sunshine Casualty .* no: Florida drivers only/)
  expect(stdout).toMatch(/Sleepy Hollow .* did not answer in time/)
  expect(stdout).toMatch(/revenue +120\.00 USD/)
  expect(stdout).toMatch(/payout +90\.00 USD/)
  expect(stdout).toMatch(/profit +30\.00 USD +margin 25 %/)
  expect(stdout).toMatch(/\d+ ms from close to the buyer's 201/)
}

describe('npm start', () => {
  it('sells one lead through five buyers and shows the auction, in 100 columns and without a colour', {
    timeout: MAX_DEMO_MS,
  }, async () => {
    const shown = await startDemo()
    expectTheGuidesNumbers(shown)
    expect(Math.max(...shown.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
    expect(shown.stdout).not.toContain('\u001b')
    expect((await stat(join(stateDir, 'demo.json'))).mode & 0o777).toBe(0o600)
  })

  it('does so again on the state of an earlier start', { timeout: MAX_DEMO_MS }, async () => {
    expectTheGuidesNumbers(await startDemo())
  })

  it('says in words what keeps it from starting', { timeout: MAX_DEMO_MS }, async () => {
    const shown = await startDemo({ PORT: 'eighty' })
    expect(shown).toMatchObject({ code: 1, stderr: 'PORT must be a whole number from 0 to 65535, not "eighty".\n' })
  })
})
