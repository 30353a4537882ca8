/**
 * Suppression lists. No contact is stored, nor anything that it could be guessed from without the key: entries are keyed
 * hashes, cut to 64 bits and packed by thousands into one row, since a row each would make ten million entries ten million
 * billed rows.
 */
import { sql } from 'drizzle-orm'
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { IndexState, RunState } from '../../contracts/suppression-index'
import type { ImportFormat, ImportMode, Rejections, SuppressionListSettings } from '../../contracts/suppression-list'
import type { CsvShape } from '../../core/suppression/csv'

export const suppressionLists = sqliteTable(
  'suppression_lists',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    /** What entries in the index call the list; never given out twice in a tenant. */
    number: integer('number').notNull(),
    name: text('name').notNull(),
    scope: text('scope', { enum: ['named', 'all_campaigns'] }).notNull(),
    settings: text('settings', { mode: 'json' }).$type<SuppressionListSettings>().notNull(),
    /** Which kinds of entries it holds, as bits (core/suppression/entry.ts). */
    kinds: integer('kinds').notNull().default(0),
    /** The pieces that are the list's; a replacement brings a new one. */
    layer: integer('layer').notNull().default(0),
    version: integer('version').notNull().default(1),
    createdAt: text('created_at').notNull(),
    updatedAt: text('updated_at').notNull(),
    archivedAt: text('archived_at'),
  },
  (table) => [
    index('suppression_lists_by_tenant').on(table.tenantId, table.id),
    uniqueIndex('suppression_lists_by_number').on(table.tenantId, table.number),
  ],
)

/** One upload, in one body or several. */
export const suppressionImports = sqliteTable(
  'suppression_imports',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    listId: text('list_id').notNull(),
    mode: text('mode').$type<ImportMode>().notNull(),
    format: text('format').$type<ImportFormat>().notNull(),
    /** What the first line of a CSV gave away. */
    shape: text('shape', { mode: 'json' }).$type<CsvShape | null>(),
    /** Where its pieces go. */
    layer: integer('layer').notNull(),
    kinds: integer('kinds').notNull().default(0),
    /** Lines of the body that are done with: what a continuation goes on from. */
    lines: integer('lines').notNull().default(0),
    received: integer('received').notNull().default(0),
    stored: integer('stored').notNull().default(0),
    rejections: text('rejections', { mode: 'json' }).$type<Rejections>().notNull(),
    createdAt: text('created_at').notNull(),
    updatedAt: text('updated_at').notNull(),
    finishedAt: text('finished_at'),
    /** When a body of it ended before its time; null again once another goes on. */
    brokeOffAt: text('broke_off_at'),
  },
  (table) => [
    index('suppression_imports_by_list').on(table.tenantId, table.listId, table.id),
    // The few that are under way, which every build asks for.
    index('suppression_imports_open').on(table.tenantId, table.updatedAt).where(sql`${table.finishedAt} IS NULL`),
  ],
)

/** The entries: packed hashes of one list and one of 256 parts of the space of hashes, in the order that they came. */
export const suppressionPieces = sqliteTable(
  'suppression_pieces',
  {
    tenantId: text('tenant_id').notNull(),
    /** The leading eight bits of each hash. */
    bucket: integer('bucket').notNull(),
    listNumber: integer('list_number').notNull(),
    layer: integer('layer').notNull(),
    sequence: integer('sequence').notNull(),
    part: integer('part').notNull(),
    /** Whether the list gains or loses them. */
    effect: text('effect', { enum: ['add', 'remove'] }).notNull(),
    entries: integer('entries').notNull(),
    hashes: blob('hashes').notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.tenantId, table.bucket, table.listNumber, table.layer, table.sequence, table.part],
    }),
  ],
)

/** Changes that the index at the edge does not know yet: written with the pieces, removed once they are published. */
export const suppressionChanges = sqliteTable(
  'suppression_changes',
  {
    tenantId: text('tenant_id').notNull(),
    sequence: integer('sequence').notNull(),
    importId: text('import_id'),
    entries: integer('entries').notNull(),
    buckets: text('buckets', { mode: 'json' }).$type<readonly number[]>().notNull(),
    createdAt: text('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.sequence] })],
)

/** One row a tenant: how far the index is built. */
export const suppressionIndexes = sqliteTable('suppression_indexes', {
  tenantId: text('tenant_id').primaryKey(),
  /** The last that was given to a change. */
  sequence: integer('sequence').notNull(),
  /** What stands at the edge. */
  state: text('state', { mode: 'json' }).$type<IndexState>(),
  /** A build under way: a killed one goes on from here. */
  run: text('run', { mode: 'json' }).$type<RunState>(),
})
