/** Reads a body of entries as it arrives and has each slice stored; what was read before an obstacle is stored too. */
import type { ProblemCode } from '../../../contracts/problem'
import type { BodyRecord } from '../../../core/suppression/records'
import type { EntryReader } from './entry-reader'
import type { SliceWriter } from './slice-writer'

/** What the platform lets through; a larger list comes in several bodies. */
export const MAX_BODY_BYTES = 100 * 1024 * 1024

/** Why a body was not read to its end. */
export interface Obstacle {
  readonly code: ProblemCode
  readonly message: string
}

export const TOO_LARGE: Obstacle = {
  code: 'body_too_large',
  message: 'A body is at most 100 MiB. A longer list comes in several.',
}
export const CHANGED: Obstacle = {
  code: 'conflict',
  message: 'Somebody else went on with this import, or its list was archived. Read the import for what is stored.',
}
const NOT_AN_ARRAY: Obstacle = {
  code: 'malformed_body',
  message: 'The body is not a JSON array of entries, nor {"entries": [...]}.',
}
const SHAPELESS: Obstacle = {
  code: 'malformed_body',
  message:
    'A CSV of several columns begins with their names, of which phone, email, hash, md5, sha1, sha256 are known.',
}

export interface EntriesParts {
  readonly reader: EntryReader
  readonly writer: SliceWriter
  /** Told after each slice. */
  readonly onStored: () => Promise<void>
}

/** @returns null once the body was read to its end */
export async function readEntries(body: ReadableStream | null, parts: EntriesParts): Promise<Obstacle | null> {
  const { cutter } = parts.reader
  const obstacle = (await readPieces(body, parts)) ?? (await takeAll(cutter.end(), parts))
  if (obstacle === CHANGED) return CHANGED
  const isStored = await store(cutter.linesDone, parts)
  if (!isStored) return CHANGED
  return obstacle ?? (cutter.isWellFormed ? null : NOT_AN_ARRAY)
}

async function readPieces(body: ReadableStream | null, parts: EntriesParts): Promise<Obstacle | null> {
  if (body === null) return null
  const decoder = new TextDecoder()
  let bytes = 0
  for await (const chunk of body as ReadableStream<Uint8Array>) {
    bytes += chunk.byteLength
    if (bytes > MAX_BODY_BYTES) return TOO_LARGE
    const obstacle = await takeAll(parts.reader.cutter.push(decoder.decode(chunk, { stream: true })), parts)
    if (obstacle !== null) return obstacle
    if (!parts.reader.cutter.isWellFormed) return NOT_AN_ARRAY
  }
  return null
}

async function takeAll(records: readonly BodyRecord[], parts: EntriesParts): Promise<Obstacle | null> {
  const { reader, writer } = parts
  for (const { line, lastLine, text } of records) {
    const reads = reader.read(text)
    if (reads === 'shapeless') return SHAPELESS
    for (const read of reads) await writer.take(read, line)
    if (writer.isDue && !(await store(lastLine, parts))) return CHANGED
  }
  return null
}

/** @returns false where the import, or its list, is not what it was */
async function store(lines: number, { reader, writer, onStored }: EntriesParts): Promise<boolean> {
  if (writer.isEmpty) return true
  if (!(await writer.store(lines, reader.shape))) return false
  await onStored()
  return true
}
