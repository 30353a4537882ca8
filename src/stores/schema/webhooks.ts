/**
 * Webhook endpoints, and what is sent to them. A delivery is written with the change that it tells of, and is the outbox, the
 * log and the record of attempts in one row.
 */
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const webhookEndpoints = sqliteTable(
  'webhook_endpoints',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    role: text('role', { enum: ['operator', 'supplier', 'buyer'] }).notNull(),
    /** The supplier or buyer that it belongs to; null for the operator's. */
    subjectId: text('subject_id'),
    url: text('url').notNull(),
    description: text('description'),
    /** Event types, or `*` alone. */
    events: text('events', { mode: 'json' }).$type<readonly string[]>().notNull(),
    status: text('status', { enum: ['enabled', 'disabled'] }).notNull(),
    disabledReason: text('disabled_reason', { enum: ['paused', 'failing', 'gone'] }),
    sealedSecret: text('sealed_secret').notNull(),
    /** The secret before the last rotation, while it signs too. */
    sealedPreviousSecret: text('sealed_previous_secret'),
    previousSecretUntil: text('previous_secret_until'),
    /** Since when everything failed; null where the last event was taken. */
    failingSince: text('failing_since'),
    failingReported: integer('failing_reported', { mode: 'boolean' }).notNull().default(false),
    createdAt: text('created_at').notNull(),
    updatedAt: text('updated_at').notNull(),
  },
  (table) => [index('webhook_endpoints_by_owner').on(table.tenantId, table.role, table.subjectId)],
)

/** One try to deliver. */
export interface StoredAttempt {
  /** RFC 3339 UTC. */
  readonly at: string
  readonly statusCode: number | null
  /** What kept it from being answered; null where it was. */
  readonly error: string | null
  readonly durationMs: number
}

export const webhookDeliveries = sqliteTable(
  'webhook_deliveries',
  {
    endpointId: text('endpoint_id').notNull(),
    /** What happened: an endpoint hears of it once. */
    eventKey: text('event_key').notNull(),
    eventId: text('event_id').notNull(),
    tenantId: text('tenant_id').notNull(),
    type: text('type').notNull(),
    data: text('data', { mode: 'json' }).$type<object>().notNull(),
    createdAt: text('created_at').notNull(),
    status: text('status', { enum: ['pending', 'delivered', 'failed'] }).notNull(),
    /** Attempts since it was sent first, or sent again last. */
    tries: integer('tries').notNull(),
    /** When it is due, ms since 1970; null where nothing more is to be sent. */
    nextAttemptAt: integer('next_attempt_at'),
    /** The newest last; of many, the last ones. */
    attempts: text('attempts', { mode: 'json' }).$type<readonly StoredAttempt[]>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.endpointId, table.eventKey] }),
    index('webhook_deliveries_by_event').on(table.endpointId, table.eventId),
    index('webhook_deliveries_due').on(table.endpointId, table.nextAttemptAt).where(sql`next_attempt_at IS NOT NULL`),
  ],
)
