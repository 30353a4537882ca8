/**
 * A lead as its buyer may see it: what it paid and what it was sent. Never who sent it in, what that was paid, who else bid or
 * bought.
 */
import type { BuyerLeadWire, LeadWire } from '../../contracts/lead-record'
import { microsToNumber } from '../../core/money/micros'
import type { AfterSale } from './after-sale-of'

export interface OwnPart {
  readonly buyerId: string
  /** What the buyer bid, and pays; null where that is not known any more. */
  readonly priceMicros: number | null
}

export function leadForBuyer(
  lead: LeadWire,
  { buyerId, priceMicros }: OwnPart,
  { feedback, returns }: AfterSale,
): BuyerLeadWire {
  const own = returns.find((row) => row.buyerId === buyerId)
  return {
    id: lead.id,
    auction_id: lead.auction_id,
    status: own?.status === 'approved' ? 'returned' : 'sold',
    campaign_id: lead.campaign_id,
    buyer_id: buyerId,
    price: priceMicros === null ? null : microsToNumber(priceMicros),
    currency: lead.currency,
    received_at: lead.received_at,
    test: lead.test,
    fields: lead.fields,
    feedback,
    return:
      own === undefined
        ? null
        : {
            id: own.id,
            status: own.status,
            reason: own.reason,
            requested_at: own.requestedAt,
            decided_at: own.decidedAt,
          },
  }
}
