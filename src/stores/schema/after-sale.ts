/** What becomes of a lead after its sale: what suppliers and buyers report, and returns. Their words are sealed like a lead. */
import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { LeadStage } from '../../contracts/after-sale'
import type { ReturnReason } from '../../core/sale/returns'

/** Rows are never changed: the newest by `occurredAt` is what holds. */
export const leadFeedback = sqliteTable(
  'lead_feedback',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    leadId: text('lead_id').notNull(),
    role: text('role', { enum: ['supplier', 'buyer', 'operator'] }).notNull(),
    /** The supplier or buyer; null for an operator. */
    subjectId: text('subject_id'),
    status: text('status').$type<LeadStage>().notNull(),
    reportedRevenueMicros: integer('reported_revenue_micros'),
    sealedNote: text('sealed_note'),
    sealedNoteKey: text('sealed_note_key'),
    occurredAt: text('occurred_at').notNull(),
    createdAt: text('created_at').notNull(),
  },
  (table) => [index('lead_feedback_by_lead').on(table.tenantId, table.leadId, table.occurredAt)],
)

/** One a sale, whatever is asked and decided; the money is in the ledger. */
export const leadReturns = sqliteTable(
  'lead_returns',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    auctionId: text('auction_id').notNull(),
    contractId: text('contract_id').notNull(),
    leadId: text('lead_id').notNull(),
    campaignId: text('campaign_id').notNull(),
    supplierId: text('supplier_id').notNull(),
    buyerId: text('buyer_id').notNull(),
    /** Moves from requested to approved or denied, and from denied to approved; never back. */
    status: text('status', { enum: ['requested', 'approved', 'denied'] }).notNull(),
    reason: text('reason').$type<ReturnReason>().notNull(),
    test: integer('test', { mode: 'boolean' }).notNull(),
    currency: text('currency').notNull(),
    /** What the buyer paid and the supplier got. */
    revenueMicros: integer('revenue_micros').notNull(),
    payoutMicros: integer('payout_micros').notNull(),
    soldAt: text('sold_at').notNull(),
    sealedNote: text('sealed_note'),
    sealedNoteKey: text('sealed_note_key'),
    requestedBy: text('requested_by', { enum: ['buyer', 'operator'] }).notNull(),
    requestedAt: text('requested_at').notNull(),
    decidedBy: text('decided_by', { enum: ['rule', 'operator'] }),
    decidedAt: text('decided_at'),
    restoreCaps: integer('restore_caps', { mode: 'boolean' }).notNull(),
    /** When the buyer's account had heard of the approval; null until then. */
    accountToldAt: text('account_told_at'),
  },
  (table) => [
    uniqueIndex('lead_returns_by_sale').on(table.auctionId, table.contractId),
    index('lead_returns_by_tenant').on(table.tenantId, table.id),
    index('lead_returns_by_lead').on(table.tenantId, table.leadId),
    index('lead_returns_untold').on(table.decidedAt).where(sql`status = 'approved' AND account_told_at IS NULL`),
  ],
)
