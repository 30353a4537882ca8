/** What the supplier is told once the auction can answer. */
import { leadAnswer } from '../../src/contracts/lead-answer'
import type { AuctionState } from '../../src/core/auction/state'
import { salesOf, statusOf } from '../../src/core/auction/summary'
import { encodeLeadId } from '../../src/security/public-ids'
import type { StoredAnswer, StoredLead } from './record'

/** @returns status and body, to be kept and replayed byte for byte */
export function answerOf(objectId: string, lead: StoredLead, state: AuctionState): StoredAnswer {
  const status = statusOf(state)
  const sales = salesOf(state)
  const body = leadAnswer({
    leadId: encodeLeadId(objectId),
    campaignId: lead.terms.campaignId,
    currency: lead.terms.currency,
    status,
    buyerId: sales[0]?.buyerId ?? null,
    payoutMicros: sales.reduce((sum, { payoutMicros }) => sum + payoutMicros, 0),
    redirectUrl: sales[0]?.redirectUrl ?? null,
  })
  return { status: status === 'pending' ? 202 : 201, body: JSON.stringify(body) }
}
