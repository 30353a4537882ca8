/**
 * The secrets of a served system: made once, kept in its state folder, readable by its owner only.
 *
 * Without them nothing that was sealed can be opened again, so a file that cannot be read is a refusal and never a reason to
 * make new ones.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Refusal } from '../refusal.ts'
import { readPrivateFile, writePrivateFile } from './private-file.ts'

const FILE = 'secrets.json'
const KEY_BYTES = 32

export interface Secrets {
  readonly MASTER_KEY: string
  readonly PING_TOKEN_KEYS: string
  /** Written by hand with the first rotation of MASTER_KEY. */
  readonly HASH_KEY?: string
}

export function openSecrets(stateDir: string): Secrets {
  const path = join(stateDir, FILE)
  const text = readPrivateFile(path)
  if (text !== null) return parse(path, text)
  const secrets = { MASTER_KEY: newKey(), PING_TOKEN_KEYS: `k1:${newKey()}` }
  writePrivateFile(path, JSON.stringify(secrets, null, 2))
  return secrets
}

function parse(path: string, text: string): Secrets {
  const refusal = () =>
    new Refusal(`${path} does not hold the secrets of this state; restore it, or use a fresh STATE_DIR.`)
  try {
    const { MASTER_KEY, PING_TOKEN_KEYS, HASH_KEY } = JSON.parse(text) as Partial<Secrets>
    if (typeof MASTER_KEY !== 'string' || typeof PING_TOKEN_KEYS !== 'string') throw refusal()
    if (HASH_KEY !== undefined && typeof HASH_KEY !== 'string') throw refusal()
    return { MASTER_KEY, PING_TOKEN_KEYS, ...(HASH_KEY !== undefined && { HASH_KEY }) }
  } catch {
    throw refusal()
  }
}

function newKey(): string {
  return randomBytes(KEY_BYTES).toString('base64url')
}
