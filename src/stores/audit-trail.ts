/**
 * The statements that put a deed on record in the batch that does it.
 *
 * What a row was and what it became is read by the database itself, before and after the write and within its transaction:
 * nobody's change slips in between. A write that found nothing to change leaves no record.
 */
import { getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Actor, AuditedDeed } from '../contracts/audit-entry'
import type { Database, Statement } from './database'
import { auditLog } from './schema'

/** The row that a change is about. */
export interface AuditSubject {
  readonly action: string
  readonly kind: string
  readonly id: string
  readonly table: SQLiteTable
  /** Finds the one row before and after. */
  readonly where: SQL | undefined
}

/** Who does it and when, under an id of its own. */
export interface AuditStamp {
  /** `aud_<ulid>` */
  readonly id: string
  readonly at: string
  readonly by: Actor
}

/** Columns that hold secrets, sealed or hashed: that there is one is shown, and no more. */
const SECRET = /hash$|^sealed|nonce/i
const MASK = '***'

/** @returns the statements around the write: one before it, one right behind it, and one at the end of the batch */
export function auditStatements(database: Database, tenantId: string, stamp: AuditStamp, subject: AuditSubject) {
  const row = rowJson(subject)
  const is = sql`${auditLog.id} = ${stamp.id}`
  const known = deedRow(tenantId, stamp, { action: subject.action, targetKind: subject.kind, targetId: subject.id })
  return {
    before: database.insert(auditLog).values({ ...known, before: row }),
    /** changes() is what the statement before it changed. */
    behind: database.delete(auditLog).where(sql`${is} AND changes() = 0`),
    after: database.update(auditLog).set({ after: row }).where(is),
  } satisfies { readonly [place: string]: Statement }
}

/** @returns the statement that records a deed that changes no row of the configuration, for the batch that does it */
export function auditDeed(database: Database, tenantId: string, stamp: AuditStamp, deed: AuditedDeed): Statement {
  return database
    .insert(auditLog)
    .values(deedRow(tenantId, stamp, deed))
    .onConflictDoNothing()
}

function deedRow(tenantId: string, { id, at, by }: AuditStamp, deed: AuditedDeed) {
  const { action, targetKind, targetId, before = null, after = null, details = null, note = NO_NOTE } = deed
  const actor = { actorRole: by.role, actorId: by.id, requestId: by.requestId }
  return { id, tenantId, at, ...actor, action, targetKind, targetId, before, after, details, ...note }
}

const NO_NOTE = { sealedNote: null, sealedNoteKey: null }

/** The row as one JSON object by its columns' names, secrets masked; null where there is none. */
function rowJson({ table, where }: AuditSubject): SQL {
  const members = Object.entries(getTableColumns(table))
    .filter(([name]) => name !== 'tenantId')
    .map(([name, column]) => sql`${sql.raw(`'${column.name}'`)}, ${shown(name, column)}`)
  return sql`(SELECT json_object(${sql.join(members, sql`, `)}) FROM ${sql.identifier(getTableName(table))} WHERE ${where})`
}

function shown(name: string, column: SQLiteColumn): SQL {
  if (SECRET.test(name)) return sql`iif(${column} IS NULL, NULL, ${MASK})`
  return column.dataType === 'json' ? sql`json(${column})` : sql`${column}`
}

/** The same as `auditDeed`, for batches of the database itself. */
export function auditInsert(
  d1: D1Database,
  tenantId: string,
  stamp: AuditStamp,
  deed: AuditedDeed,
): D1PreparedStatement {
  const row = deedRow(tenantId, stamp, deed)
  const json = (value: unknown) => (value === null ? null : JSON.stringify(value))
  return d1
    .prepare(
      `INSERT INTO audit_log (id, tenant_id, at, actor_role, actor_id, request_id, action, target_kind, target_id,
                              before, after, details, sealed_note, sealed_note_key)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) ON CONFLICT DO NOTHING`,
    )
    .bind(
      row.id,
      row.tenantId,
      row.at,
      row.actorRole,
      row.actorId,
      row.requestId,
      row.action,
      row.targetKind,
      row.targetId,
      json(row.before),
      json(row.after),
      json(row.details),
      row.sealedNote,
      row.sealedNoteKey,
    )
}
