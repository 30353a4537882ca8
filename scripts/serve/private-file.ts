/** Files that only their owner may read, and that are either the old or the new whenever the machine stops. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'

const OWNER_ONLY = 0o600

/** @returns the text, or null where there is no file */
export function readPrivateFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

export function writePrivateFile(path: string, text: string): void {
  const unfinished = `${path}.new`
  const file = openSync(unfinished, 'w', OWNER_ONLY)
  try {
    writeSync(file, `${text}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(unfinished, path)
}
