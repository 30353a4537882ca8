/** What an auction would make of a bid: the limits of campaign and contract, and the filters that the lead meets. */
import type { BuyerTrialOrder, TriedBid } from '../../contracts/buyer-trial'
import { amountToMicros } from '../../contracts/money'
import type { PingAnswer } from '../../core/auction/events'
import { heardAt, judgeAnswer } from '../../core/auction/rank'
import { microsToNumber } from '../../core/money/micros'

type Terms = Pick<BuyerTrialOrder, 'contract' | 'campaign' | 'currency'>

/**
 * @param now when the answer came, ms since 1970
 * @returns the bid, or why it could never win
 */
export function judgeBid(answer: PingAnswer, { contract, campaign }: Terms, now: number): PingAnswer {
  const { min_bid, max_bid } = contract
  return judgeAnswer(
    { floorMicros: amountToMicros(campaign.floor_price) },
    {
      minBidMicros: min_bid == null ? null : amountToMicros(min_bid),
      maxBidMicros: max_bid == null ? null : amountToMicros(max_bid),
    },
    heardAt(answer, now),
  )
}

export interface FailedFilters {
  readonly contract: readonly string[]
  readonly campaign: readonly string[]
}

export interface BidToShow {
  /** Null where the buyer was not asked. */
  readonly answer: PingAnswer | null
  readonly source: 'answer' | 'contract'
  readonly failed: FailedFilters
  /** When the answer came, ms since 1970. */
  readonly now: number
}

export function showBid({ answer, source, failed, now }: BidToShow, terms: Terms): TriedBid {
  const judged = answer === null ? null : judgeBid(answer, terms, now)
  const filters = [...failed.campaign, ...failed.contract]
  const { contract, campaign, currency } = terms
  return {
    amount: answer?.kind === 'bid' ? microsToNumber(answer.priceMicros) : null,
    currency,
    source: answer?.kind === 'bid' ? source : null,
    passes: filters.length > 0 ? false : judged === null ? null : judged.kind === 'bid',
    ...(filters.length > 0 ? { reason: 'filtered', detail: filters.join('; ') } : reasonOf(judged)),
    failed_filters: [...failed.contract],
    failed_campaign_filters: [...failed.campaign],
    floor_price: campaign.floor_price,
    min_bid: contract.min_bid ?? null,
    max_bid: contract.max_bid ?? null,
  }
}

function reasonOf(judged: PingAnswer | null): Pick<TriedBid, 'reason' | 'detail'> {
  return judged?.kind === 'no' ? { reason: judged.reason, detail: judged.detail } : { reason: null, detail: null }
}
