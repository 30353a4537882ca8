/** Hands those who try contracts out, or ask after a post, what src/buyers knows about buyers. */
import type { TokenProvider } from '../src/buyers/authorize'
import { askBuyer } from '../src/buyers/inquiry/ask'
import { readSample } from '../src/buyers/trial/read-sample'
import { tryBuyer } from '../src/buyers/trial/trial'
import type { BuyerTrial, Inquiries } from '../src/http/services'
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
    readSample: (question, currency) => readSample(question, currency, now()),
  }
}

/** @returns who asks buyers what became of a post, through the guard that trials and auctions send through */
export function inquiriesWith({ allowLoopback, now, tokens }: Omit<BuyerTrialParts, 'mint'>): Inquiries {
  return { ask: (order) => askBuyer(order, { allowLoopback, now, tokens, checkUrl: checkBuyerUrl }) }
}
