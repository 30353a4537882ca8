/**
 * Who changed or looked at what. Rows are only ever added: nothing in Gavel changes or removes one once its change is
 * committed, but for a person's note, which goes with the lead that it is about.
 */
import { sql } from 'drizzle-orm'
import { index, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const auditLog = sqliteTable(
  'audit_log',
  {
    /** Begins with the time, so that its order is that of the changes. */
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    at: text('at').notNull(),
    actorRole: text('actor_role', { enum: ['supplier', 'buyer', 'operator'] }).notNull(),
    /** The API key or OAuth client that was shown. */
    actorId: text('actor_id').notNull(),
    requestId: text('request_id').notNull(),
    /** As `campaign.update` or `lead.read`. */
    action: text('action').notNull(),
    targetKind: text('target_kind').notNull(),
    /** Null where there are several; `details` names them. */
    targetId: text('target_id'),
    /** The row as it was, secrets masked; null where there was none, or nothing changed. */
    before: text('before', { mode: 'json' }),
    after: text('after', { mode: 'json' }),
    details: text('details', { mode: 'json' }).$type<{ readonly [name: string]: unknown }>(),
    /** What a person wrote, which may be about another; erased with the lead that the entry is about. */
    sealedNote: text('sealed_note'),
    sealedNoteKey: text('sealed_note_key'),
  },
  (table) => [
    index('audit_log_by_tenant').on(table.tenantId, table.id),
    index('audit_log_by_target').on(table.tenantId, table.targetId, table.id),
    /** Few entries have one: new master keys find them by this. */
    index('audit_log_with_note').on(table.id).where(sql`${table.sealedNoteKey} IS NOT NULL`),
  ],
)
