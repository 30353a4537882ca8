/**
 * A lead and its auction as their supplier may see them: what it is paid, what became of it and why. Never who bid, what a
 * buyer pays or said, or what is left for the operator.
 */
import type { AuctionWire, LeadWire, SupplierAuctionWire, SupplierLeadWire } from '../../contracts/lead-record'
import { microsFromNumber, microsToNumber } from '../../core/money/micros'

export function leadForSupplier(lead: LeadWire): SupplierLeadWire {
  const { id, auction_id, fields, feedback, returns } = lead
  const approved = returns.filter(({ status }) => status === 'approved')
  // Sums of decimals as doubles would not be the decimals' sum.
  const returnedMicros = approved.reduce((sum, { payout }) => sum + (microsFromNumber(payout) ?? 0), 0)
  return { id, auction_id, ...ownMembers(lead), fields, feedback, returned_payout: microsToNumber(returnedMicros) }
}

export function auctionForSupplier(auction: AuctionWire): SupplierAuctionWire {
  const { id, lead_id, phase, offer, closed_at_ms, close_cause, close_to_post_ms, bids } = auction
  return {
    id,
    lead_id,
    phase,
    ...ownMembers(auction),
    offer,
    closed_at_ms,
    close_cause,
    close_to_post_ms,
    bids: bids.map(({ result, reason, asked_at_ms, answered_at_ms, duration_ms, post }, index) => ({
      bidder: index + 1,
      result,
      reason,
      asked_at_ms,
      answered_at_ms,
      duration_ms,
      post: post && {
        started_at_ms: post.started_at_ms,
        ended_at_ms: post.ended_at_ms,
        outcome: post.outcome,
        tries: post.tries,
      },
    })),
  }
}

function ownMembers(facts: LeadWire | AuctionWire) {
  const { status, campaign_id, supplier_id, payout, currency, reason, received_at, settled_at, test } = facts
  return { status, campaign_id, supplier_id, payout, currency, reason, received_at, settled_at, test }
}
