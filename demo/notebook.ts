/**
 * What a demo must remember over a restart: keys, which are shown once, and the ids that belong to them. Kept beside the
 * state that they open, readable by its owner only.
 */
import { randomInt } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { Refusal } from '../scripts/refusal.ts'
import { readPrivateFile, writePrivateFile } from '../scripts/serve/private-file.ts'

export interface DemoNotes {
  readonly operatorKey: string
  readonly sandboxKey: string
  campaignId: string | null
  /** By name. */
  readonly suppliers: { [name: string]: { readonly id: string; readonly apiKey: string } }
  readonly buyers: { [name: string]: string }
}

export interface Notebook {
  readonly notes: DemoNotes
  save(): void
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

export function openNotebook(stateDir: string): Notebook {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  const path = join(stateDir, 'demo.json')
  const text = readPrivateFile(path)
  const notes = text === null ? freshNotes() : parse(path, text)
  const save = () => writePrivateFile(path, JSON.stringify(notes, null, 2))
  if (text === null) save()
  return { notes, save }
}

function freshNotes(): DemoNotes {
  return {
    operatorKey: newKey('ld_live_'),
    sandboxKey: newKey('ld_test_'),
    campaignId: null,
    suppliers: {},
    buyers: {},
  }
}

function parse(path: string, text: string): DemoNotes {
  try {
    const notes = JSON.parse(text) as Partial<DemoNotes>
    if (typeof notes.operatorKey === 'string' && typeof notes.sandboxKey === 'string') {
      return { campaignId: null, suppliers: {}, buyers: {}, ...notes } as DemoNotes
    }
  } catch {
    // Said below.
  }
  throw new Refusal(`${path} is not what the demo has written. Remove its folder to begin afresh.`)
}

/** A key as src/security/api-keys.ts makes it, which Node cannot load by itself: 30 random characters and a checksum. */
export function newKey(prefix: 'ld_live_' | 'ld_test_'): string {
  const random = Array.from({ length: 30 }, () => BASE62[randomInt(BASE62.length)]).join('')
  let rest = crc32(prefix + random)
  let checksum = ''
  for (let place = 0; place < 6; place++) {
    checksum = BASE62[rest % BASE62.length] + checksum
    rest = Math.floor(rest / BASE62.length)
  }
  return prefix + random + checksum
}
