/**
 * Takes a body of entries into a suppression list, or out of it, while it arrives.
 *
 * What was stored stays stored, whatever happens to the rest of the body: the import says how many lines are done with, and
 * another body goes on from there. Entries are sets, so that a line which comes twice changes nothing.
 */
import type { z } from '@hono/zod-openapi'
import type { ImportFormat, ImportMode, importQuerySchema } from '../../../contracts/suppression-list'
import type { SuppressionImportRow } from '../../../stores/suppression-import-store'
import type { SuppressionListRow } from '../../../stores/suppression-list-store'
import { type AppContext, actorOf } from '../../app'
import { json, problem } from '../../plumbing/reply'
import { pathId, storesOf } from '../operator-endpoint'
import { buildIndex } from './build-index'
import { EntryReader, formatOf } from './entry-reader'
import { CHANGED, MAX_BODY_BYTES, type Obstacle, readEntries, TOO_LARGE } from './read-entries'
import { SliceWriter } from './slice-writer'
import { importWire } from './wire'

/** What a replacement has brought is kept for so long after its last slice. */
const CONTINUED_WITHIN_MS = 24 * 60 * 60 * 1_000

export type ImportQuery = z.output<typeof importQuerySchema>

interface Import {
  readonly list: SuppressionListRow
  readonly mode: ImportMode
  readonly format: ImportFormat
  /** The import that is gone on with; null for a new one. */
  readonly row: SuppressionImportRow | null
}

const NO_ENTRIES: Obstacle = { code: 'malformed_body', message: 'The body has no entries.' }

export async function importEntries(c: AppContext, mode: ImportMode, query: ImportQuery): Promise<Response> {
  const opened = await open(c, mode, query)
  if (opened instanceof Response) return opened
  const { list, row, format } = opened
  const { services, principal } = c.var
  const { suppressionHash: hash } = services
  const writer = new SliceWriter(
    {
      ...opened,
      imports: storesOf(c).suppressionImports,
      hash: async (entry) =>
        mode === 'remove'
          ? hash.ofRemoval(principal.tenantId, entry, list.kinds)
          : [await hash.ofEntry(principal.tenantId, entry)],
      newId: () => services.newId('imp'),
      now: services.now,
      by: actorOf(c),
    },
    row,
  )
  const reader = new EntryReader(format, { lines: row?.lines ?? 0, shape: row?.shape ?? null })
  const onStored = mode === 'replace' ? async () => {} : () => buildIndex(c)
  const obstacle = await readEntries(c.req.raw.body, { reader, writer, onStored }).catch(async (error: unknown) => {
    // The sender is gone, or the database: whoever can still be told is told.
    await breakOff(c, writer.row).catch(() => undefined)
    throw error
  })
  const stored = writer.row === null ? null : await storesOf(c).suppressionImports.read(list.id, writer.row.id)
  if (stored === null) {
    const { code, message } = obstacle ?? NO_ENTRIES
    return problem(c, code, { message })
  }
  if (obstacle !== null) {
    if (obstacle !== CHANGED) await breakOff(c, stored)
    return refuse(c, obstacle, stored)
  }
  return query.more === 'true' ? answer(c, stored) : finish(c, list, stored)
}

/** Other changes are not published while an import is expected to go on: of this one no more is, until another body comes. */
async function breakOff(c: AppContext, row: SuppressionImportRow | null): Promise<void> {
  if (row === null) return
  await storesOf(c).suppressionImports.breakOff(row.id, new Date(c.var.services.now()).toISOString())
}

/** @returns the list and the import, or why nothing of the body is read */
async function open(c: AppContext, mode: ImportMode, query: ImportQuery): Promise<Import | Response> {
  const { suppressionImports, suppressionLists } = storesOf(c)
  const list = await suppressionLists.read(pathId(c, 'id'))
  if (list === null) return problem(c, 'not_found', { message: 'There is no suppression list with this id.' })
  if (list.archivedAt !== null) return conflict(c, 'The suppression list is archived.')
  const format = formatOf(c.req.header('content-type'))
  if (format === null) {
    const message = 'Content-Type must be application/x-ndjson, text/csv or application/json.'
    return problem(c, 'unsupported_media_type', { message })
  }
  if (Number(c.req.header('content-length') ?? 0) > MAX_BODY_BYTES) {
    return problem(c, TOO_LARGE.code, { message: TOO_LARGE.message })
  }
  if (query.import_id === undefined) {
    return (query.after_line ?? 0) > 0
      ? conflict(c, 'after_line says where an import goes on: name it by import_id.')
      : { list, mode, format, row: null }
  }
  const row = await suppressionImports.read(list.id, query.import_id)
  if (row === null) return problem(c, 'not_found', { message: 'There is no import with this id.' })
  const obstacle = obstacleTo(row, { mode, format, afterLine: query.after_line, now: c.var.services.now() })
  return obstacle === null ? { list, mode, format, row } : conflict(c, obstacle)
}

interface Continuation {
  readonly mode: ImportMode
  readonly format: ImportFormat
  readonly afterLine: number | undefined
  readonly now: number
}

/** @returns why the import cannot be gone on with, in words, or null */
function obstacleTo(row: SuppressionImportRow, { mode, format, afterLine, now }: Continuation): string | null {
  if (row.finishedAt !== null) return 'The import is finished.'
  if (row.mode !== mode || row.format !== format) return `The import was begun to ${row.mode}, as ${row.format}.`
  if (now - Date.parse(row.updatedAt) > CONTINUED_WITHIN_MS) return 'The import was left for more than a day.'
  if (afterLine !== undefined && afterLine !== row.lines) return `The import goes on after line ${row.lines}.`
  return null
}

async function finish(c: AppContext, list: SuppressionListRow, row: SuppressionImportRow): Promise<Response> {
  const { suppressionImports } = storesOf(c)
  if (row.mode === 'replace' && row.stored === 0) {
    const expected =
      'at least one entry to replace the list with; archive the list, or remove its entries, to have none'
    return problem(c, 'invalid_payload', { fieldErrors: [{ field: '', code: 'invalid_value', expected }] })
  }
  const isFinished = await suppressionImports.finish(row, list, new Date(c.var.services.now()).toISOString())
  if (!isFinished) return refuse(c, CHANGED, row)
  await buildIndex(c)
  return answer(c, (await suppressionImports.read(list.id, row.id)) ?? row)
}

function answer(c: AppContext, row: SuppressionImportRow): Response {
  c.header('location', `/v1/suppression-lists/${row.listId}/imports/${row.id}`)
  return json(c, 202, importWire(c.var.services.now())(row))
}

/** Says with the refusal how to go on. */
function refuse(c: AppContext, { code, message }: Obstacle, { id, lines }: SuppressionImportRow): Response {
  return problem(c, code, { message, members: { import_id: id, lines } })
}

function conflict(c: AppContext, message: string): Response {
  return problem(c, 'conflict', { message })
}
