/** Reports and returns in the words of the wire. */
import { z } from '@hono/zod-openapi'
import type { FeedbackWire, LeadReturnWire } from '../../contracts/after-sale'
import { microsToNumber } from '../../core/money/micros'
import type { FeedbackRow } from '../../stores/feedback-store'
import type { ReturnRow } from '../../stores/return-store'
import type { AppContext } from '../app'
import { openNote } from './change'

export const leadParams = z.object({
  id: z.string().openapi({ example: 'ld_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu' }),
})
export const returnParams = z.object({ id: z.string().openapi({ example: 'ret_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }) })

/** @param note opened, where it is to be shown */
export function returnWire(row: ReturnRow, role: 'operator' | 'buyer', note: string | null): LeadReturnWire {
  return {
    id: row.id,
    lead_id: row.leadId,
    campaign_id: row.campaignId,
    buyer_id: row.buyerId,
    status: row.status,
    reason: row.reason,
    note,
    amount: microsToNumber(row.revenueMicros),
    ...(role === 'operator' && { payout: microsToNumber(row.payoutMicros) }),
    currency: row.currency,
    sold_at: row.soldAt,
    requested_by: row.requestedBy,
    requested_at: row.requestedAt,
    decided_by: row.decidedBy,
    decided_at: row.decidedAt,
    restore_caps: row.restoreCaps,
    test: row.test,
  }
}

export async function feedbackWire(c: AppContext, row: FeedbackRow): Promise<FeedbackWire> {
  return {
    status: row.status,
    by: row.role,
    reported_revenue: row.reportedRevenueMicros === null ? null : microsToNumber(row.reportedRevenueMicros),
    note: await openNote(c, row),
    occurred_at: row.occurredAt,
  }
}
