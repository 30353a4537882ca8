/**
 * What auctions report. Written by the projector only; a row is as new as the sequence it carries.
 */
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** One buyer's part in an auction as it is kept in the lead's row. */
export interface StoredBid {
  readonly contractId: string
  readonly buyerId: string
  readonly result: 'won' | 'lost' | 'pending'
  readonly priceMicros: number | null
  readonly reason: string | null
  readonly durationMs: number | null
}

export const leads = sqliteTable(
  'leads',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    auctionId: text('auction_id').notNull(),
    /** The auction's own sequence: an older message never overwrites a newer row. */
    sequence: integer('sequence').notNull(),
    campaignId: text('campaign_id').notNull(),
    supplierId: text('supplier_id').notNull(),
    /** The buyer of the first sale; null where nobody bought. */
    buyerId: text('buyer_id'),
    status: text('status', { enum: ['sold', 'unsold', 'pending'] }).notNull(),
    test: integer('test', { mode: 'boolean' }).notNull(),
    currency: text('currency').notNull(),
    revenueMicros: integer('revenue_micros').notNull(),
    payoutMicros: integer('payout_micros').notNull(),
    reason: text('reason'),
    receivedAt: text('received_at').notNull(),
    settledAt: text('settled_at'),
    closeToPostMs: integer('close_to_post_ms'),
    /** Every buyer with its answer, price, reason and time, compact. */
    bids: text('bids', { mode: 'json' }).$type<readonly StoredBid[]>().notNull(),
    /** The lead's contact data, encrypted; `sealedKey` is the data key, wrapped. Erasing the key erases the data. */
    sealedFields: text('sealed_fields'),
    sealedKey: text('sealed_key'),
    /** Every other field, under a key of its own: it is kept for longer. */
    sealedDetails: text('sealed_details'),
    detailsKey: text('details_key'),
    /** The lead's rows in `lead_contacts`. */
    contactKeys: text('contact_keys', { mode: 'json' }).$type<readonly string[]>(),
  },
  (table) => [
    index('leads_by_time').on(table.tenantId, table.receivedAt, table.id),
    index('leads_by_campaign').on(table.tenantId, table.campaignId, table.receivedAt),
    /** Those of which a buyer has not said whether it took them; a row more for these only. */
    index('leads_unresolved').on(table.tenantId, table.receivedAt, table.id).where(sql`settled_at IS NULL`),
  ],
)

/** Where a phone or an email is found again, by keyed hash. All of it is the key, so that a contact is one row. */
export const leadContacts = sqliteTable(
  'lead_contacts',
  {
    tenantId: text('tenant_id').notNull(),
    contactKey: text('contact_key').notNull(),
    receivedAt: text('received_at').notNull(),
    leadId: text('lead_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.contactKey, table.receivedAt, table.leadId] })],
)

/** One two-sided row a sale: what the buyer owes and what the supplier is owed; its return is the same below zero. Rows are never changed. */
export const ledger = sqliteTable(
  'ledger',
  {
    auctionId: text('auction_id').notNull(),
    contractId: text('contract_id').notNull(),
    kind: text('kind', { enum: ['sale', 'return'] }).notNull(),
    tenantId: text('tenant_id').notNull(),
    leadId: text('lead_id').notNull(),
    campaignId: text('campaign_id').notNull(),
    supplierId: text('supplier_id').notNull(),
    buyerId: text('buyer_id').notNull(),
    currency: text('currency').notNull(),
    revenueMicros: integer('revenue_micros').notNull(),
    payoutMicros: integer('payout_micros').notNull(),
    at: text('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.auctionId, table.contractId, table.kind] })],
)

/**
 * Sums by the hour in which the lead was received. Test leads are left out.
 *
 * A lead counts once, at its first buyer, or at `''` where nobody bought; each of its sales counts at the buyer of that
 * sale. So `leads` adds up to distinct leads and the rest to the ledger, however many buyers share a lead.
 */
export const rollups = sqliteTable(
  'rollups',
  {
    tenantId: text('tenant_id').notNull(),
    hour: text('hour').notNull(),
    campaignId: text('campaign_id').notNull(),
    supplierId: text('supplier_id').notNull(),
    buyerId: text('buyer_id').notNull(),
    leads: integer('leads').notNull(),
    sales: integer('sales').notNull(),
    revenueMicros: integer('revenue_micros').notNull(),
    payoutMicros: integer('payout_micros').notNull(),
    /** Sales that were returned since, and their money as it was booked. */
    returns: integer('returns').notNull().default(0),
    returnedRevenueMicros: integer('returned_revenue_micros').notNull().default(0),
    returnedPayoutMicros: integer('returned_payout_micros').notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.hour, table.campaignId, table.supplierId, table.buyerId] })],
)

/**
 * What a queue gave up on, kept where an operator sees it and can send it again. One row for what a message is about: what is
 * sent again by itself and fails again makes no second one.
 */
export const deadLetters = sqliteTable(
  'dead_letters',
  {
    id: text('id').primaryKey(),
    queue: text('queue').notNull(),
    body: text('body', { mode: 'json' }).notNull(),
    attempts: integer('attempts').notNull(),
    failedAt: text('failed_at').notNull(),
    /** Null where the message does not tell. */
    tenantId: text('tenant_id'),
    status: text('status', { enum: ['kept', 'resent', 'discarded'] })
      .notNull()
      .default('kept'),
    /** How often the queue gave it up. */
    deaths: integer('deaths').notNull().default(1),
    resentAt: text('resent_at'),
  },
  (table) => [index('dead_letters_by_tenant').on(table.tenantId, table.failedAt, table.id)],
)
