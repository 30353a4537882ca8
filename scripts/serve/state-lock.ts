/**
 * One server for one state folder.
 *
 * The lock is SQLite's own on a file, which the system takes back when the process ends, however it ends: there is nothing to
 * clean up and no stale lock to judge. Beside it stands who holds it, for the message to the next one.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Refusal } from '../refusal.ts'

const OWNER_ONLY = 0o700
const SQLITE_BUSY = 5

export interface StateLock {
  /** Notes what is told to whoever finds the folder locked. */
  describe(holder: string): void
  release(): void
}

/** @throws Refusal where another server has the folder */
export function lockState(stateDir: string): StateLock {
  makeFolder(stateDir)
  const holderFile = join(stateDir, 'serve.holder')
  const database = new DatabaseSync(join(stateDir, 'serve.lock'), { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error
    throw new Refusal(
      `${stateDir} is in use by another server${holderOf(holderFile)}. Stop it, or set another STATE_DIR.`,
    )
  }
  return {
    describe: (holder) => writeFileSync(holderFile, holder),
    release: () => database.close(),
  }
}

function makeFolder(stateDir: string): void {
  try {
    mkdirSync(stateDir, { recursive: true, mode: OWNER_ONLY })
  } catch (error) {
    throw new Refusal(`STATE_DIR ${stateDir} cannot be made: ${(error as Error).message}`)
  }
}

function holderOf(path: string): string {
  try {
    return ` (${readFileSync(path, 'utf8')})`
  } catch {
    return ''
  }
}
