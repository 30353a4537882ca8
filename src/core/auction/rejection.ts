/**
 * Why there is no bid, as a supplier is told: the reason that most buyers share. In our own words only: a buyer's sentence
 * may name the buyer.
 */
import type { BidReason } from '../reasons'
import type { AuctionState } from './state'
import { type BidSummary, bidsOf } from './summary'

export interface Rejection {
  readonly reason: BidReason | 'below_score_threshold' | 'no_buyer'
  readonly detail: string
}

/** A field beside what a buyer asks for at least or at most: harmless whoever wrote it. */
const COMPARISON = /^([a-z][a-z0-9_]{0,63}) -?[\d.]{1,20} [<>]=? buyer_(?:min|max) -?[\d.]{1,20}(?=$|; )/
const SCORE = 'ai_quality_score'

/** @returns the reason that most buyers share, of equals the first in the order of the buyers */
export function rejectionOf(state: AuctionState): Rejection {
  const groups = new Map<Rejection['reason'], { count: number; detail: string }>()
  for (const bid of bidsOf(state)) {
    const rejection = rejectionBy(bid)
    if (rejection === null) continue
    const group = groups.get(rejection.reason)
    if (group === undefined) groups.set(rejection.reason, { count: 1, detail: rejection.detail })
    else group.count += 1
  }
  const [most] = [...groups].sort(([, left], [, right]) => right.count - left.count)
  return most === undefined
    ? { reason: 'no_buyer', detail: 'the campaign has no buyer for this lead' }
    : { reason: most[0], detail: most[1].detail }
}

function rejectionBy({ reason, detail }: BidSummary): Rejection | null {
  if (reason === null) return null
  const [comparison, field] =
    reason === 'filtered' || reason === 'declined' ? (COMPARISON.exec(detail ?? '') ?? []) : []
  if (comparison !== undefined) {
    return { reason: field === SCORE ? 'below_score_threshold' : reason, detail: comparison }
  }
  return { reason, detail: reason === 'filtered' && detail !== null ? detail : WORDS[reason] }
}

/** What a supplier reads beside the code. */
const WORDS: { readonly [reason in BidReason]: string } = {
  filtered: "the lead does not meet the buyer's filters",
  suppressed: "the lead is on a buyer's suppression list",
  capped: 'the buyer has reached its cap',
  out_of_budget: 'the buyer has used up its budget',
  out_of_schedule: 'the buyer is not open now',
  paused: 'the buyer is paused',
  rate_limited: 'the buyer is asked as often as it allows',
  circuit_open: 'the buyer does not answer at the moment',
  declined: 'the buyer does not bid on this lead',
  below_floor: "the bid is below the campaign's floor",
  below_min_bid: 'the bid is below what is taken from the buyer',
  above_max_bid: 'the bid is above what is taken from the buyer',
  wrong_currency: 'the bid is in another currency',
  invalid_bid: 'the bid has no valid price',
  timed_out: 'no answer within the bid window',
  buyer_error: 'the buyer answered with an error',
  duplicate: 'the buyer knows the lead already',
  below_promise: 'the payout would be less than was promised',
  bid_expired: 'the bid does not hold long enough to be posted to',
  offer_expired: 'no lead was posted to the offer in time',
  outbid: 'another buyer bid more',
  post_rejected: 'the buyer rejected the lead',
  account_denied: "the buyer's account could not be charged",
  not_reached: 'the time was over before the buyer was tried',
}
