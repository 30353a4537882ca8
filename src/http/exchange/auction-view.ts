/** An auction in the words of the wire: whole from its object, or what the database keeps of it after that. */

import type { AuctionBidView, AuctionView } from '../../contracts/auction-view'
import type { AuctionWire } from '../../contracts/lead-record'
import { moneyOf } from '../../contracts/profit'
import { microsToNumber } from '../../core/money/micros'
import type { LeadRow } from '../../stores/lead-store'

type BidWire = AuctionWire['bids'][number]
type SharedFacts = Pick<
  AuctionView & LeadRow,
  | 'status'
  | 'campaignId'
  | 'supplierId'
  | 'revenueMicros'
  | 'payoutMicros'
  | 'currency'
  | 'reason'
  | 'receivedAt'
  | 'settledAt'
  | 'test'
>

export function auctionOfView(view: AuctionView): AuctionWire {
  return {
    id: view.id,
    lead_id: view.hasLead ? view.leadId : null,
    phase: view.phase,
    ...sharedMembers(view),
    floor_price: microsToNumber(view.floorMicros),
    offer: offerOfView(view),
    closed_at_ms: view.closedAtMs,
    close_cause: view.closeCause,
    close_to_post_ms: view.closeToPostMs,
    bids: view.bids.map(bidOfView),
    trace: view.trace.map(({ atMs, step, buyerId, reason, detail }) => {
      return { at_ms: atMs, step, buyer_id: buyerId, reason, detail }
    }),
  }
}

/** @param names of its buyers, by id */
export function auctionOfRow(row: LeadRow, names: ReadonlyMap<string, string>): AuctionWire {
  return {
    id: row.auctionId,
    lead_id: row.id,
    phase: row.settledAt === null ? 'selling' : 'settled',
    ...sharedMembers(row),
    floor_price: null,
    offer: null,
    closed_at_ms: null,
    close_cause: null,
    close_to_post_ms: row.closeToPostMs,
    bids: row.bids.map((bid) => ({
      buyer_id: bid.buyerId,
      buyer_name: names.get(bid.buyerId) ?? null,
      result: bid.result,
      amount: amountOf(bid.priceMicros),
      reason: bid.reason,
      detail: null,
      asked_at_ms: null,
      answered_at_ms: null,
      duration_ms: bid.durationMs,
      post: null,
    })),
    trace: [],
  }
}

export function offerOfView({ offer }: AuctionView): AuctionWire['offer'] {
  if (offer === null) return null
  return { amount: microsToNumber(offer.payoutMicros), valid_until: offer.validUntil, posted_at: offer.takenAt }
}

function sharedMembers(facts: SharedFacts) {
  return {
    status: facts.status,
    campaign_id: facts.campaignId,
    supplier_id: facts.supplierId,
    ...moneyOf(facts),
    currency: facts.currency,
    reason: facts.reason,
    received_at: facts.receivedAt,
    settled_at: facts.settledAt,
    test: facts.test,
  }
}

function bidOfView(bid: AuctionBidView): BidWire {
  const { askedAtMs, answeredAtMs, post } = bid
  return {
    buyer_id: bid.buyerId,
    buyer_name: bid.buyerName,
    result: bid.result,
    amount: amountOf(bid.priceMicros),
    reason: bid.reason,
    detail: bid.detail,
    asked_at_ms: askedAtMs,
    answered_at_ms: answeredAtMs,
    duration_ms: askedAtMs === null || answeredAtMs === null ? null : answeredAtMs - askedAtMs,
    post: post && {
      started_at_ms: post.startedAtMs,
      ended_at_ms: post.endedAtMs,
      outcome: post.outcome,
      tries: post.tries,
      reference: post.reference,
    },
  }
}

function amountOf(micros: number | null): number | null {
  return micros === null ? null : microsToNumber(micros)
}
