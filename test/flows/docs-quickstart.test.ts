/** Runs the quickstart from its first command, which starts the server, to its last, which stops it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ROOT } from '../../scripts/root.ts'
import { expectOutput, firstLine, runSteps, stepsOf } from '../support/documented-commands'

const PAGE = await readFile(join(ROOT, 'docs/quickstart.md'), 'utf8')
const STEPS = stepsOf(PAGE)

let stateDir: string
let port: number
let outputs: readonly string[]

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'gavel-quickstart-'))
  port = await freePort()
  const { PATH, HOME } = process.env
  const env = { PATH, HOME, PORT: String(port), BUYER_PORT: String(await freePort()), STATE_DIR: stateDir }
  outputs = await runSteps(STEPS, { cwd: ROOT, env })
})

afterAll(async () => {
  if (stateDir !== undefined) await rm(stateDir, { recursive: true, force: true, maxRetries: 5 })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

describe('docs/quickstart.md', () => {
  it('has every command in a block that is run', () => {
    expect(STEPS.length).toBeGreaterThan(10)
    const outside = PAGE.replace(/^```(?:sh|json)\n[\s\S]*?^```$/gm, '')
    expect(outside).not.toMatch(/```|\bcurl -|\bgavel (?:GET|POST|PUT)|npm run/)
  })

  it.each(STEPS.map((step, index) => [firstLine(step), step, index] as const))('%s', (_, step, index) => {
    expectOutput(step, outputs[index])
  })

  it('leaves nothing running', async () => {
    // Requests under way may end first.
    const isGone = () => expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
    await vi.waitFor(isGone, { timeout: 15_000, interval: 100 })
  })
})
