/** Suppression lists and imports as their endpoints answer them. No answer has an entry in it. */
import { z } from '@hono/zod-openapi'
import type { SuppressionImportWire } from '../../../contracts/suppression-list'
import { kindNames, REJECT_REASONS } from '../../../core/suppression/entry'
import type { SuppressionImportRow } from '../../../stores/suppression-import-store'
import type { SuppressionListRow } from '../../../stores/suppression-list-store'

export const suppressionListParams = z.object({
  id: z.string().openapi({ example: 'spl_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
})
export const importParams = suppressionListParams.extend({
  importId: z.string().openapi({ example: 'imp_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
})

/** @param entries by list number */
export function suppressionListWire(entries: ReadonlyMap<number, number>): (row: SuppressionListRow) => object {
  return (row) => ({
    id: row.id,
    ...row.settings,
    entries: row.archivedAt === null ? (entries.get(row.number) ?? 0) : 0,
    kinds: kindNames(row.kinds),
    status: row.archivedAt === null ? 'active' : 'archived',
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  })
}

/** An import that has stored nothing for so long, and was not finished, has lost its sender. */
const INTERRUPTED_MS = 60_000

export function importWire(now: number): (row: SuppressionImportRow) => SuppressionImportWire {
  return (row) => {
    const { counts, first } = row.rejections
    return {
      id: row.id,
      list_id: row.listId,
      mode: row.mode,
      format: row.format,
      status: statusOf(row, now),
      lines: row.lines,
      received: row.received,
      stored: row.stored,
      published: publishedOf(row),
      rejected: row.received - row.stored,
      rejected_by_reason: counts,
      rejected_lines: first.map(({ line, reason }) => ({ line, reason, message: REJECT_REASONS[reason] })),
      created_at: row.createdAt,
      updated_at: row.updatedAt,
      finished_at: row.finishedAt,
    }
  }
}

function statusOf(row: SuppressionImportRow, now: number): SuppressionImportWire['status'] {
  if (row.finishedAt !== null) return row.waiting === 0 ? 'published' : 'publishing'
  return row.brokeOffAt === null && now - Date.parse(row.updatedAt) < INTERRUPTED_MS ? 'receiving' : 'interrupted'
}

/** Of a replacement nothing is, until it is finished. */
function publishedOf(row: SuppressionImportRow): number {
  return row.mode === 'replace' && row.finishedAt === null ? 0 : row.stored - row.waiting
}
