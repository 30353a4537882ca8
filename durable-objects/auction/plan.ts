/** Turns what the edge let in into the plan that the state machine begins with. */
import type { AuctionContract, SubmitLead } from '../../src/contracts/auction-lead'
import type { AuctionPlan } from '../../src/core/auction/plan'
import { LEAST_POST_MS } from '../../src/core/auction/timing'

/** What orders buyers that are otherwise equal. */
export interface Order {
  /** For equal bids of this auction: one for each contract, in their order. */
  readonly tieBreaks: readonly string[]
  readonly turns: readonly string[] | null
}

/** @param contracts the lead's own, unpacked */
export function planOf(
  lead: SubmitLead,
  contracts: readonly AuctionContract[],
  { tieBreaks, turns }: Order,
): AuctionPlan {
  const { terms, link, refusals, offer } = lead
  // A window that lasted until the deadline would leave no time to sell; an offer leaves that to the lead that follows.
  const longestWindowMs = offer === undefined ? terms.deadlineMs - LEAST_POST_MS : offer.withinMs
  return {
    mode: offer === undefined ? 'direct' : 'offer',
    distribution: terms.distribution,
    turns,
    floorMicros: terms.floorMicros,
    maxSells: terms.maxSells,
    bidWindowMs: Math.max(1, Math.min(terms.bidWindowMs, longestWindowMs)),
    ...(offer === undefined ? {} : { offerWithinMs: offer.withinMs }),
    postTimeoutMs: terms.postTimeoutMs,
    deadlineMs: terms.deadlineMs,
    payout: link.payout,
    testMode: link.testMode,
    contenders: contracts.map(({ terms }, index) => ({ ...terms, tieBreak: tieBreaks[index] ?? '' })),
    refusals,
  }
}
