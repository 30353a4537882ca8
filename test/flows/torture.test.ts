/** A short torture: a few kills, and every book compared in the end. The long ones are `npm run torture` (docs/reliability.md). */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { ROOT } from '../../scripts/root.ts'

const KILLS = 5
const MAX_TORTURE_MS = 230_000

it('the served process, killed again and again under load, loses nothing, sells nothing twice, and its books agree', async () => {
  const seed = Math.floor(Math.random() * 0xffff_ffff)
  const args = ['torture/main.ts', '--brief', '--kills', String(KILLS), '--seed', String(seed)]
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], timeout: MAX_TORTURE_MS })
  const [said, complained] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  expect(said + complained).toContain('All books agree to the last micro.')
  expect(child.exitCode).toBe(0)
  expect(Number(/leads acknowledged +(\d+)/.exec(said)?.[1])).toBeGreaterThan(KILLS)
}, 240_000)
