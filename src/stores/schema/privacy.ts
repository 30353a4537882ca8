/** What becomes of personal data in time: erased for a person who asks, by age, and under which key it lies. */
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * The erasure of a person, kept as its receipt. It also keeps out what is still on its way: a lead of the person that was
 * received before the request is stored without its data, whenever it comes.
 */
export const erasures = sqliteTable(
  'erasures',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    subjectKind: text('subject_kind', { enum: ['phone', 'email'] }).notNull(),
    /** The keyed hash of the phone or email; the contact itself is kept nowhere. */
    subjectKey: text('subject_key').notNull(),
    requestedAt: text('requested_at').notNull(),
    completedAt: text('completed_at'),
    leads: integer('leads').notNull().default(0),
    auctions: integer('auctions').notNull().default(0),
    deadLetters: integer('dead_letters').notNull().default(0),
  },
  (table) => [
    index('erasures_by_subject').on(table.tenantId, table.subjectKey, table.requestedAt),
    index('erasures_open').on(table.completedAt),
  ],
)

/** For how long a tenant keeps each class of a lead's fields, and how far the erasing of old ones has come. */
export const retention = sqliteTable('retention', {
  tenantId: text('tenant_id').primaryKey(),
  contactDays: integer('contact_days').notNull(),
  detailsDays: integer('details_days').notNull(),
  /** Leads up to here are erased: `received_at`, and the id of the last one. Nothing older is stored again. */
  contactErasedTo: text('contact_erased_to').notNull().default(''),
  detailsErasedTo: text('details_erased_to').notNull().default(''),
})

/** How far each kind of sealed value has been brought under the present master key. */
export const keyRotations = sqliteTable(
  'key_rotations',
  {
    kid: text('kid').notNull(),
    what: text('what').notNull(),
    /** The last row that was looked at. */
    place: text('place').notNull(),
    rewrapped: integer('rewrapped').notNull().default(0),
    finishedAt: text('finished_at'),
  },
  (table) => [primaryKey({ columns: [table.kid, table.what] })],
)
