/** The audit log of one tenant: read by operators, and added to by deeds that have no batch of their own. */
import { and, desc, eq, gte, lt, type SQL, sql } from 'drizzle-orm'
import type { AuditedDeed } from '../contracts/audit-entry'
import { type Page, type PageRequest, toPage } from '../contracts/pagination'
import { type AuditStamp, auditDeed } from './audit-trail'
import type { Database } from './database'
import { auditLog } from './schema'

export type AuditRow = typeof auditLog.$inferSelect

export interface AuditFilter {
  /** Whole, or what stands before its dot. */
  readonly action?: string | undefined
  readonly actorId?: string | undefined
  readonly targetId?: string | undefined
  /** RFC 3339 UTC with milliseconds. */
  readonly from?: string | undefined
  readonly before?: string | undefined
}

export class AuditLogStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(database: Database, tenantId: string) {
    this.#database = database
    this.#tenantId = tenantId
  }

  /** Records a deed that is no write. Said twice under one id, it stands once. */
  async record(stamp: AuditStamp, deed: AuditedDeed): Promise<void> {
    await auditDeed(this.#database, this.#tenantId, stamp, deed)
  }

  /** @returns the newest first */
  async list(filter: AuditFilter, { limit, after }: PageRequest): Promise<Page<AuditRow>> {
    const rows = await this.#database
      .select()
      .from(auditLog)
      .where(
        and(
          eq(auditLog.tenantId, this.#tenantId),
          ...conditions(filter),
          after?.[0] === undefined ? undefined : lt(auditLog.id, after[0]),
        ),
      )
      .orderBy(desc(auditLog.id))
      .limit(limit + 1)
    return toPage(rows, limit, (row) => [row.id])
  }
}

function conditions({ action, actorId, targetId, from, before }: AuditFilter): readonly (SQL | undefined)[] {
  return [
    action === undefined
      ? undefined
      : sql`(${auditLog.action} = ${action} OR substr(${auditLog.action}, 1, ${action.length + 1}) = ${`${action}.`})`,
    actorId === undefined ? undefined : eq(auditLog.actorId, actorId),
    targetId === undefined ? undefined : concerns(targetId),
    from === undefined ? undefined : gte(auditLog.at, from),
    before === undefined ? undefined : lt(auditLog.at, before),
  ]
}

/** An entry about several names them in its details. */
function concerns(targetId: string): SQL {
  const amongSeveral = sql`EXISTS (SELECT 1 FROM json_each(${auditLog.details}, '$.ids') WHERE value = ${targetId})`
  return sql`(${auditLog.targetId} = ${targetId} OR (${auditLog.targetId} IS NULL AND ${amongSeveral}))`
}
