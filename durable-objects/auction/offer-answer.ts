/** What the supplier is told of an offer, or of there being none, in the words of the surface that it asked by. */

import type { OfferOrder } from '../../src/contracts/auction-lead'
import type { BidAnswer } from '../../src/contracts/exchange-answer'
import { type Rejection, rejectionOf } from '../../src/core/auction/rejection'
import { type AuctionState, isClosed, type Offer } from '../../src/core/auction/state'
import { passedFilters } from '../../src/core/lead/passed-filters'
import { microsToNumber } from '../../src/core/money/micros'
import { INTAKE_MESSAGES } from '../../src/core/reasons'
import { encodeAuctionId } from '../../src/security/public-ids'
import type { StoredLead } from './record'
import type { AuctionServices } from './services'

interface Parts {
  readonly services: Pick<AuctionServices, 'signBid' | 'signPing'>
  readonly objectId: string
  readonly lead: StoredLead
  readonly order: OfferOrder
  readonly state: AuctionState
}

/** @returns the body, to be kept and replayed byte for byte */
export async function offerAnswer(parts: Parts): Promise<string> {
  const { state, order } = parts
  const offer = isClosed(state) ? state.offer : null
  const inGuide = order.surface === 'guide'
  if (offer === null) return JSON.stringify((inGuide ? guideNo : exchangeNo)(parts, rejectionOf(state)))
  return JSON.stringify(await (inGuide ? guideYes : exchangeYes)(parts, offer))
}

function exchangeNo({ objectId, order }: Parts, { reason, detail }: Rejection): BidAnswer {
  const id = encodeAuctionId(objectId)
  return { auction_id: order.reference ?? id, id, bid: null, reject_reason: reason, reject_detail: detail }
}

async function exchangeYes({ services, objectId, lead, order, state }: Parts, offer: Offer): Promise<BidAnswer> {
  const id = encodeAuctionId(objectId)
  const claims = { ...boundTo(objectId, lead), reference: order.reference, expiresAt: offer.validUntil }
  const contenders = state.phase === 'absent' ? [] : state.plan.contenders
  const filters = contenders.find((contender) => contender.id === offer.contractId)?.filters ?? []
  return {
    auction_id: order.reference ?? id,
    id,
    bid: {
      amount: microsToNumber(offer.payoutMicros),
      currency: lead.terms.currency,
      bid_token: await services.signBid(claims, lead.fields),
      valid_until: new Date(offer.validUntil).toISOString(),
    },
    buyer_filters_passed: [...passedFilters(filters, lead.fields)],
  }
}

function guideNo(_: Parts, { reason, detail }: Rejection): object {
  return {
    accepted: false,
    reason: 'filtered',
    message: INTAKE_MESSAGES.filtered,
    filter_errors: [`${reason}: ${detail}`],
  }
}

async function guideYes({ services, objectId, lead }: Parts, offer: Offer): Promise<object> {
  const claims = { ...boundTo(objectId, lead), mode: 'auction' as const, expiresAt: offer.validUntil }
  return {
    accepted: true,
    ping_id: await services.signPing(claims, lead.fields),
    message: 'Lead accepted',
    expires_at: new Date(offer.validUntil).toISOString(),
    price: microsToNumber(offer.payoutMicros),
    currency: lead.terms.currency,
  }
}

function boundTo(objectId: string, { terms, link }: StoredLead) {
  return { campaignId: terms.campaignId, supplierId: link.supplierId, objectId }
}
