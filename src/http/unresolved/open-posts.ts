/** The posts of one auction whose outcome is unknown, as its object knows them now. */
import type { AuctionBidView, AuctionView } from '../../contracts/auction-view'
import { microsToNumber } from '../../core/money/micros'

export type OpenPost = AuctionBidView & { readonly post: NonNullable<AuctionBidView['post']> }

/** @returns what nobody knows the outcome of; what is being asked again right now is among it */
export function openPostsOf({ bids }: AuctionView): readonly OpenPost[] {
  return bids.filter(
    (bid): bid is OpenPost =>
      bid.post?.outcome === 'unknown' || (bid.post?.outcome === 'posting' && bid.post.tries > 1),
  )
}

export function unresolvedWire(view: AuctionView, bid: OpenPost): object {
  const { contractId, buyerId, buyerName, priceMicros, post, detail } = bid
  return {
    lead_id: view.leadId,
    auction_id: view.id,
    campaign_id: view.campaignId,
    supplier_id: view.supplierId,
    buyer_id: buyerId,
    buyer_name: buyerName,
    contract_id: contractId,
    amount: priceMicros === null ? null : microsToNumber(priceMicros),
    currency: view.currency,
    received_at: view.receivedAt,
    test: view.test,
    state: post.isParked ? 'waiting' : 'retrying',
    tries: post.tries,
    next_try_at: post.retryAt,
    reason: detail,
    idempotency_key: `post_${view.id}_${contractId}`,
  }
}
