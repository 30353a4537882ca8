/** Stores what somebody reports of a lead; the same for suppliers, buyers and operators. */
import { type FeedbackInput, reportedMicros } from '../../contracts/after-sale'
import { feedbackEvents } from '../../contracts/after-sale-event'
import { microsToNumber } from '../../core/money/micros'
import type { AppContext } from '../app'
import { invalid } from '../plumbing/field-errors'
import { json, problem } from '../plumbing/reply'
import { newAfterSaleChange, sealNote } from './change'
import { findOwnLead } from './own-lead'

/** How far the clocks of others may be ahead. */
const MAX_AHEAD_MS = 5 * 60 * 1_000

export async function reportOn(c: AppContext, leadId: string, input: FeedbackInput): Promise<Response> {
  const { services, principal } = c.var
  const now = services.now()
  const occurred = input.occurred_at === undefined ? now : Date.parse(input.occurred_at)
  if (occurred > now + MAX_AHEAD_MS) {
    return invalid(c, [{ field: 'occurred_at', code: 'invalid_value', expected: 'no later than now' }])
  }
  const lead = await findOwnLead(c, leadId)
  if (lead === null) return problem(c, 'not_found')
  const { role, subjectId, tenantId } = principal
  const row = {
    id: services.newId('fbk'),
    leadId,
    role,
    subjectId,
    status: input.status,
    reportedRevenueMicros: reportedMicros(input),
    ...(await sealNote(c, input.note)),
    occurredAt: new Date(occurred).toISOString(),
    createdAt: new Date(now).toISOString(),
  }
  const change = newAfterSaleChange(c, { events: feedbackEvents({ ...lead, ...row, by: { role, subjectId } }) })
  await services.leadEvents.committed(await services.stores(tenantId).feedback.add(row, change))
  return json(c, 201, {
    data: {
      id: row.id,
      lead_id: leadId,
      status: row.status,
      reported_revenue: row.reportedRevenueMicros === null ? null : microsToNumber(row.reportedRevenueMicros),
      currency: lead.currency,
      occurred_at: row.occurredAt,
      created_at: row.createdAt,
    },
  })
}
