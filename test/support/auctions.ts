/** Auctions as their objects show them, with overrides. */
import type { AuctionBidView, AuctionView } from '../../src/contracts/auction-view'
import { encodeAuctionId, encodeLeadId } from '../../src/security/public-ids'

/** @returns an object's id, the same for the same number */
export function objectIdOf(number: number): string {
  return number.toString(16).padStart(64, '0')
}

/** `buy_a` won at 120.00, of which the supplier gets 90.00. */
export function soldAuction(objectId: string, overrides: Partial<AuctionView> = {}): AuctionView {
  return {
    id: encodeAuctionId(objectId),
    leadId: encodeLeadId(objectId),
    tenantId: 'live',
    campaignId: 'camp_1',
    supplierId: 'sup_1',
    hasLead: true,
    offer: null,
    startedAt: '2026-11-20T10:15:00.000Z',
    phase: 'settled',
    status: 'sold',
    reason: null,
    test: false,
    currency: 'USD',
    floorMicros: 5_000_000,
    receivedAt: '2026-11-20T10:15:00.000Z',
    closedAtMs: 95,
    closeCause: 'all_answered',
    settledAt: '2026-11-20T10:15:00.160Z',
    closeToPostMs: 60,
    revenueMicros: 120_000_000,
    payoutMicros: 90_000_000,
    buyerId: 'buy_a',
    redirectUrl: null,
    bids: [wonBid(), lostBid()],
    trace: [{ atMs: 0, step: 'planned', buyerId: null, reason: null, detail: null }],
    fields: { first_name: 'Maria', phone: '5125550100' },
    ...overrides,
  }
}

function wonBid(): AuctionBidView {
  return {
    contractId: 'con_a',
    buyerId: 'buy_a',
    buyerName: 'Alpha',
    result: 'won',
    priceMicros: 120_000_000,
    reason: null,
    detail: null,
    askedAtMs: 2,
    answeredAtMs: 82,
    post: {
      startedAtMs: 97,
      endedAtMs: 155,
      outcome: 'accepted',
      tries: 1,
      reference: 'a-77',
      retryAt: null,
      isParked: false,
    },
  }
}

function lostBid(): AuctionBidView {
  return {
    contractId: 'con_c',
    buyerId: 'buy_c',
    buyerName: 'Gamma',
    result: 'lost',
    priceMicros: null,
    reason: 'filtered',
    detail: 'state must be one of: TX',
    askedAtMs: null,
    answeredAtMs: null,
    post: null,
  }
}
