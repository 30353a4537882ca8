/** What became of leads after their sale, as far as the caller may see it. */
import type { FeedbackWire } from '../../contracts/after-sale'
import type { LeadWire } from '../../contracts/lead-record'
import { microsToNumber } from '../../core/money/micros'
import type { FeedbackRow } from '../../stores/feedback-store'
import type { ReturnRow } from '../../stores/return-store'
import { feedbackWire } from '../after-sale/wire'
import type { AppContext } from '../app'

export interface AfterSale {
  /** The newest report: for operators of anybody, for others of their own. */
  readonly feedback: FeedbackWire | null
  readonly returns: readonly ReturnRow[]
}

/** @returns by lead; a lead of which nothing was said is there too */
export async function afterSaleOf(c: AppContext, leadIds: readonly string[]): Promise<ReadonlyMap<string, AfterSale>> {
  const { services, principal } = c.var
  const { feedback, returns } = services.stores(principal.tenantId)
  if (leadIds.length === 0) return new Map()
  const [reports, returned] = await Promise.all([feedback.of(leadIds), returns.of(leadIds)])
  const entries = leadIds.map(async (leadId): Promise<[string, AfterSale]> => {
    const newest = reports.find((row) => row.leadId === leadId && isSeen(c, row))
    return [
      leadId,
      {
        feedback: newest === undefined ? null : await feedbackWire(c, newest),
        returns: returned.filter((row) => row.leadId === leadId),
      },
    ]
  })
  return new Map(await Promise.all(entries))
}

function isSeen(c: AppContext, { role, subjectId }: FeedbackRow): boolean {
  const { principal } = c.var
  return principal.role === 'operator' || (principal.role === role && principal.subjectId === subjectId)
}

/** The members that operators see. */
export function afterSaleMembers({ feedback, returns }: AfterSale): Pick<LeadWire, 'feedback' | 'returns'> {
  return {
    feedback,
    returns: returns.map((row) => ({
      id: row.id,
      buyer_id: row.buyerId,
      status: row.status,
      reason: row.reason,
      amount: microsToNumber(row.revenueMicros),
      payout: microsToNumber(row.payoutMicros),
      requested_at: row.requestedAt,
      decided_at: row.decidedAt,
    })),
  }
}
