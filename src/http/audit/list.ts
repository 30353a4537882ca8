/** `GET /v1/audit-log`: who changed or looked at what, the newest first, for operators. */
import { createRoute } from '@hono/zod-openapi'
import { type AuditEntryWire, auditLogQuerySchema, auditPageSchema } from '../../contracts/audit-entry'
import { DEFAULT_LIMIT, pageBody } from '../../contracts/pagination'
import type { AuditRow } from '../../stores/audit-log-store'
import { openNote } from '../after-sale/change'
import type { App, AppContext } from '../app'
import { requireRole } from '../plumbing/authenticate'
import { jsonAnswer, problemsOf } from '../plumbing/described'
import { check, invalid } from '../plumbing/field-errors'
import { json } from '../plumbing/reply'

const route = createRoute({
  method: 'get',
  path: '/v1/audit-log',
  operationId: 'listAuditLog',
  summary: 'List changes of the configuration and looks at personal data, the newest first',
  tags: ['Audit'],
  request: { query: auditLogQuerySchema },
  responses: {
    200: jsonAnswer('A page of entries', auditPageSchema),
    ...problemsOf('unauthorized', 'forbidden', 'invalid_payload'),
  },
})

const toIso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString())

export function registerListAuditLog(app: App): void {
  app.openAPIRegistry.registerPath(route)
  app.get(route.path, requireRole('operator'), async (c) => {
    const query = check(auditLogQuerySchema, c.req.query())
    if (!query.ok) return invalid(c, query.errors)
    const { limit = DEFAULT_LIMIT, cursor = null, action, actor_id, target_id, from, to } = query.value
    const filter = { action, actorId: actor_id, targetId: target_id, from: toIso(from), before: toIso(to) }
    const { services, principal } = c.var
    const page = await services.stores(principal.tenantId).auditLog.list(filter, { limit, after: cursor })
    const notes = await notesOf(c, page.rows)
    return json(
      c,
      200,
      pageBody(page, (row) => toWire(row, notes.get(row.id) ?? null)),
    )
  })
}

/** @returns the notes that are still there, opened, by entry */
async function notesOf(c: AppContext, rows: readonly AuditRow[]): Promise<ReadonlyMap<string, string>> {
  const opened = rows.map(async (row) => [row.id, await openNote(c, row)] as const)
  return new Map((await Promise.all(opened)).flatMap(([id, note]) => (note === null ? [] : [[id, note]])))
}

function toWire(row: AuditRow, note: string | null): AuditEntryWire {
  return {
    id: row.id,
    at: row.at,
    actor: { role: row.actorRole, id: row.actorId },
    request_id: row.requestId,
    action: row.action,
    target: { kind: row.targetKind, id: row.targetId },
    before: row.before,
    after: row.after,
    details: note === null ? row.details : { ...row.details, note },
  }
}
