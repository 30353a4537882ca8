/** An auction as it is shown: every bid, reason and time, and the whole trace. */

import type { AuctionBidView, AuctionView } from '../../src/contracts/auction-view'
import type { PostFacts } from '../../src/contracts/inquiry'
import type { Attempt, AuctionState } from '../../src/core/auction/state'
import { hasLead, isClosed } from '../../src/core/auction/state'
import { type BidSummary, bidsOf, salesOf, statusOf, unsoldReason } from '../../src/core/auction/summary'
import { traceOf } from '../../src/core/auction/trace'
import { encodeAuctionId, encodeLeadId } from '../../src/security/public-ids'
import type { AuctionRecord } from './record'

export function viewOf(objectId: string, record: AuctionRecord, state: AuctionState): AuctionView {
  const { terms, link, fields, receivedAt } = record.lead
  const start = record.events[0]?.at ?? 0
  const sales = salesOf(state)
  const closedAt = isClosed(state) ? state.closedAt : null
  const [first] = sales
  return {
    id: encodeAuctionId(objectId),
    leadId: encodeLeadId(objectId),
    tenantId: terms.tenantId,
    campaignId: terms.campaignId,
    supplierId: link.supplierId,
    hasLead: hasLead(state),
    offer: offerView(state),
    startedAt: new Date(start).toISOString(),
    phase: state.phase,
    status: statusOf(state),
    reason: unsoldReason(state),
    test: link.testMode,
    currency: terms.currency,
    floorMicros: terms.floorMicros,
    receivedAt,
    closedAtMs: closedAt === null ? null : closedAt - start,
    closeCause: isClosed(state) ? state.closeCause : null,
    settledAt: state.phase === 'settled' ? new Date(state.settledAt).toISOString() : null,
    closeToPostMs: first === undefined ? null : first.acceptedAt - first.closedAt,
    revenueMicros: sales.reduce((sum, { priceMicros }) => sum + priceMicros, 0),
    payoutMicros: sales.reduce((sum, { payoutMicros }) => sum + payoutMicros, 0),
    buyerId: first?.buyerId ?? null,
    redirectUrl: first?.redirectUrl ?? null,
    bids: bidsOf(state).map((bid) => bidView(bid, record, start)),
    trace: traceOf(record.events).map(({ contractId, ...entry }) => ({
      ...entry,
      buyerId: buyerOf(record, contractId),
    })),
    fields: record.erased === 'all' ? null : fields,
  }
}

/** @returns what an inquiry about a contract's post can say; null once anything of the lead is erased */
export function postFactsOf({ lead, captured, erased }: AuctionRecord, contractId: string): PostFacts | null {
  if (erased !== null) return null
  const { fields, piiFields, terms } = lead
  const { vertical, subVertical, floorMicros, currency } = terms
  const { bidToken = null, captures = {} } = captured[contractId] ?? {}
  return { fields, piiFields, vertical, subVertical, floorMicros, currency, bidToken, captures }
}

function offerView(state: AuctionState): AuctionView['offer'] {
  const offer = isClosed(state) ? state.offer : null
  if (offer === null) return null
  const { payoutMicros, validUntil, takenAt } = offer
  return {
    payoutMicros,
    validUntil: new Date(validUntil).toISOString(),
    takenAt: takenAt === null ? null : new Date(takenAt).toISOString(),
  }
}

function buyerOf(record: AuctionRecord, contractId: string | null): string | null {
  return record.contracts.find(({ terms }) => terms.id === contractId)?.terms.buyerId ?? null
}

function bidView(bid: BidSummary, record: AuctionRecord, start: number): AuctionBidView {
  const { contractId, buyerId, buyerName, priceMicros, reason, detail, askedAt, answeredAt, attempt } = bid
  return {
    contractId,
    buyerId,
    buyerName,
    result: resultOf(bid),
    priceMicros,
    reason,
    detail,
    askedAtMs: askedAt === null ? null : askedAt - start,
    answeredAtMs: answeredAt === null ? null : answeredAt - start,
    post: attempt === null ? null : postView(attempt, record, start),
  }
}

function resultOf({ attempt, reason }: BidSummary): AuctionBidView['result'] {
  if (attempt?.stage.at === 'accepted') return 'won'
  return reason === null ? 'pending' : 'lost'
}

function postView(attempt: Attempt, record: AuctionRecord, start: number): AuctionBidView['post'] {
  const { stage, contractId } = attempt
  const posts = record.events.filter((event) => event.type === 'post_started' && event.contractId === contractId)
  const [first] = posts
  if (first === undefined) return null
  const answers = record.events.filter((event) => event.type === 'post_answered' && event.contractId === contractId)
  const last = answers.at(-1)
  const outcome = stage.at === 'accepted' || stage.at === 'rejected' || stage.at === 'unknown' ? stage.at : 'posting'
  return {
    startedAtMs: first.at - start,
    endedAtMs: last === undefined ? null : last.at - start,
    outcome,
    tries: posts.length,
    reference: stage.at === 'accepted' ? stage.reference : null,
    retryAt: stage.at === 'unknown' && stage.retryAt !== null ? new Date(stage.retryAt).toISOString() : null,
    isParked: stage.at === 'unknown' && stage.parked,
  }
}
