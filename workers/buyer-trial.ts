/** Hands those who try contracts out what src/buyers knows about buyers. */
import type { TokenProvider } from '../src/buyers/authorize'
import { readSample } from '../src/buyers/trial/read-sample'
import { tryBuyer } from '../src/buyers/trial/trial'
import type { BuyerTrial } from '../src/http/services'
import { encodeAuctionId, encodeLeadId } from '../src/security/public-ids'
import { checkBuyerUrl } from '../src/security/url-guard'

export interface BuyerTrialParts {
  readonly allowLoopback: boolean
  readonly now: () => number
  readonly tokens: TokenProvider
  /** @returns an object id, of an auction that will never be */
  readonly mint: () => string
}

export function buyerTrialWith({ allowLoopback, now, tokens, mint }: BuyerTrialParts): BuyerTrial {
  const newIds = () => {
    const objectId = mint()
    return { auctionId: encodeAuctionId(objectId), leadId: encodeLeadId(objectId) }
  }
  return {
    run: (order) => tryBuyer(order, { allowLoopback, now, tokens, newIds, checkUrl: checkBuyerUrl }),
    readSample,
  }
}
