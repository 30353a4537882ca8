/**
 * The events that an auction's report holds. Pure: the same report gives the same keys, so that one which comes again, or in
 * another order, tells nothing twice.
 *
 * Operators see both sides; a supplier its lead and its payout; a buyer its own bid, post and price, and nothing of the others
 * or of the supplier.
 */
import { microsToNumber } from '../core/money/micros'
import type { LeadProjection, ProjectedBid, ProjectedSale } from './projection'
import type { WebhookEventData, WebhookEventType } from './webhook-event'
import type { WebhookDraft, WebhookTelling } from './webhook-outbox'

/** @returns what is to be told of an auction that stands as reported */
export function leadEventsOf(report: LeadProjection): readonly WebhookDraft[] {
  const sold = new Set(report.sales.map(({ contractId }) => contractId))
  const posted = report.bids.filter((bid) => bid.posted === true || sold.has(bid.contractId))
  const open = posted.filter((bid) => !sold.has(bid.contractId) && bid.reason === null)
  return [
    auctionClosed(report),
    ...bidders(report).map((bid) => auctionClosedTo(report, bid, sold)),
    ...posted.map((bid) => leadPosted(report, bid)),
    ...open.map((bid) => leadPending(report, bid)),
    ...report.sales.map((sale) => leadSold(report, sale)),
    ...(report.status === 'unsold' ? [leadUnmatched(report)] : []),
  ]
}

function bidders({ bids }: LeadProjection): readonly ProjectedBid[] {
  return bids.filter(({ priceMicros }) => priceMicros !== null)
}

function auctionClosed(report: LeadProjection): WebhookDraft {
  const { supplierId, currency } = report
  const members = { ...leadMembers(report), supplier_id: supplierId, currency }
  return draft('auction.closed', report.auctionId, [
    telling<'auction.closed'>('operator', null, { ...members, bids: bidders(report).length }),
    telling<'auction.closed'>('supplier', supplierId, members),
  ])
}

/** An event of its own for each bid: a buyer may have several contracts in the campaign. */
function auctionClosedTo(report: LeadProjection, bid: ProjectedBid, sold: ReadonlySet<string>): WebhookDraft {
  const { contractId, buyerId, priceMicros, reason } = bid
  const result = sold.has(contractId) ? 'won' : reason === null ? 'pending' : 'lost'
  const amount = priceMicros === null ? null : microsToNumber(priceMicros)
  const data = { ...leadMembers(report), result, amount, reason, currency: report.currency } as const
  return draft('auction.closed', `${report.auctionId}/${contractId}`, [
    telling<'auction.closed'>('buyer', buyerId, data),
  ])
}

function leadPosted(report: LeadProjection, { contractId, buyerId }: ProjectedBid): WebhookDraft {
  return aboutPost('lead.posted', report, contractId, buyerId)
}

function leadPending(report: LeadProjection, { contractId, buyerId }: ProjectedBid): WebhookDraft {
  return aboutPost('lead.pending', report, contractId, buyerId)
}

function aboutPost(
  type: 'lead.posted' | 'lead.pending',
  report: LeadProjection,
  contractId: string,
  buyerId: string,
): WebhookDraft {
  const { supplierId } = report
  const members = leadMembers(report)
  return draft(type, `${report.auctionId}/${contractId}`, [
    telling<typeof type>('operator', null, { ...members, supplier_id: supplierId, buyer_id: buyerId }),
    telling<typeof type>('supplier', supplierId, { ...members, supplier_id: supplierId }),
    telling<typeof type>('buyer', buyerId, { ...members, buyer_id: buyerId }),
  ])
}

function leadSold(report: LeadProjection, sale: ProjectedSale): WebhookDraft {
  const { supplierId, currency } = report
  const { buyerId, contractId } = sale
  const revenue = microsToNumber(sale.revenueMicros)
  const payout = microsToNumber(sale.payoutMicros)
  const members = { ...leadMembers(report), currency, sold_at: sale.at }
  const operators = { ...members, supplier_id: supplierId, buyer_id: buyerId, price: revenue, revenue, payout }
  return draft('lead.sold', `${report.auctionId}/${contractId}`, [
    telling<'lead.sold'>('operator', null, operators),
    telling<'lead.sold'>('supplier', supplierId, { ...members, supplier_id: supplierId, price: payout }),
    telling<'lead.sold'>('buyer', buyerId, { ...members, buyer_id: buyerId, price: revenue }),
  ])
}

function leadUnmatched(report: LeadProjection): WebhookDraft {
  const { supplierId, reason } = report
  const data = { ...leadMembers(report), supplier_id: supplierId, reason }
  return draft('lead.unmatched', report.auctionId, [
    telling<'lead.unmatched'>('operator', null, data),
    telling<'lead.unmatched'>('supplier', supplierId, data),
  ])
}

function leadMembers({ leadId, auctionId, campaignId, test }: LeadProjection) {
  return { lead_id: leadId, auction_id: auctionId, campaign_id: campaignId, test }
}

function draft(type: WebhookEventType, about: string, tellings: readonly WebhookTelling[]): WebhookDraft {
  return { key: `${type}/${about}`, type, tellings }
}

function telling<Type extends WebhookEventType>(
  role: WebhookTelling['role'],
  subjectId: string | null,
  data: WebhookEventData<Type>,
): WebhookTelling {
  return { role, subjectId, data }
}
