/** What the supplier is told once the auction can answer. */

import { postAnswer } from '../../src/contracts/exchange-answer'
import { leadAnswer } from '../../src/contracts/lead-answer'
import type { AuctionState } from '../../src/core/auction/state'
import { salesOf, statusOf, unsoldReason } from '../../src/core/auction/summary'
import { encodeAuctionId, encodeLeadId } from '../../src/security/public-ids'
import type { StoredAnswer, StoredLead } from './record'

/** @returns status and body, to be kept and replayed byte for byte */
export function answerOf(objectId: string, lead: StoredLead, state: AuctionState): StoredAnswer {
  const status = statusOf(state)
  const sales = salesOf(state)
  const outcome = {
    leadId: encodeLeadId(objectId),
    campaignId: lead.terms.campaignId,
    currency: lead.terms.currency,
    status,
    buyerId: sales[0]?.buyerId ?? null,
    payoutMicros: sales.reduce((sum, { payoutMicros }) => sum + payoutMicros, 0),
    redirectUrl: sales[0]?.redirectUrl ?? null,
  }
  const auctionId = encodeAuctionId(objectId)
  const body =
    lead.offer?.surface === 'exchange'
      ? postAnswer({
          ...outcome,
          auctionId,
          reference: lead.offer.reference ?? auctionId,
          reason: unsoldReason(state),
          buyerLeadId: sales[0]?.reference ?? null,
        })
      : leadAnswer(outcome)
  return { status: status === 'pending' ? 202 : 201, body: JSON.stringify(body) }
}
