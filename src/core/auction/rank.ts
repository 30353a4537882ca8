/**
 * Who may buy, and in which order.
 *
 * An order is a comparison of two bids; it also tells early whether anyone still out could come first, by comparing the
 * best bid that buyer could possibly make.
 */

import { unreachable } from '../assert'
import type { BidReason } from '../reasons'
import type { PingAnswer, RankedBid } from './events'
import type { AuctionPlan, Contender } from './plan'
import { type Attempt, freePlaces } from './state'

/**
 * Judges a bid by the limits of campaign and contract; a "no" passes through unchanged.
 *
 * @returns the bid, or the reason why it can never win
 */
export function judgeAnswer(
  plan: Pick<AuctionPlan, 'floorMicros'>,
  contender: Pick<Contender, 'minBidMicros' | 'maxBidMicros'>,
  answer: PingAnswer,
): PingAnswer {
  if (answer.kind === 'no') return answer
  const refuse = (reason: BidReason): PingAnswer => ({ kind: 'no', reason, detail: null })
  const { priceMicros } = answer
  if (!Number.isSafeInteger(priceMicros) || priceMicros < 0) return refuse('invalid_bid')
  if (contender.maxBidMicros !== null && priceMicros > contender.maxBidMicros) return refuse('above_max_bid')
  if (contender.minBidMicros !== null && priceMicros < contender.minBidMicros) return refuse('below_min_bid')
  if (priceMicros < plan.floorMicros) return refuse('below_floor')
  return answer
}

/** Whether the buyer still keeps its word: false of a bid whose own time is over by `now`, ms since 1970. */
export function stands(answer: PingAnswer, now: number): boolean {
  return answer.kind === 'no' || answer.validUntil === undefined || now < answer.validUntil
}

const EXPIRED: PingAnswer = { kind: 'no', reason: 'bid_expired', detail: 'bid was over when it came' }

/** @returns an answer as an auction takes it that hears it at `now`: a bid whose own time is over is none */
export function heardAt(answer: PingAnswer, now: number): PingAnswer {
  return stands(answer, now) ? answer : EXPIRED
}

/** @returns the contenders of one tier. */
export function inTier(plan: AuctionPlan, tier: number): readonly Contender[] {
  return plan.contenders.filter((contender) => contender.tier === tier)
}

/** Whether nobody in the tier is out any more. */
export function hasAllAnswers({ plan, tier, answers }: Pick<Bidding, 'plan' | 'tier' | 'answers'>): boolean {
  return plan.contenders.every((contender) => contender.tier !== tier || answers.has(contender.id))
}

/** @returns the tier that is tried first; 0 where there is nobody to try. */
export function firstTier(plan: AuctionPlan): number {
  return plan.contenders.length === 0 ? 0 : Math.min(...plan.contenders.map(({ tier }) => tier))
}

interface Placed {
  readonly contender: Contender
  readonly priceMicros: number
}

/** What an order is made from: the answers in a tier, and who was tried in the tiers above it. */
export interface Bidding {
  readonly plan: AuctionPlan
  readonly tier: number
  readonly answers: ReadonlyMap<string, { readonly answer: PingAnswer }>
  readonly attempts: readonly Attempt[]
}

/** @returns the valid bids of the tier, best first. */
export function rankBids(bidding: Bidding): RankedBid[] {
  return placedBids(bidding).map(({ contender, priceMicros }) => ({ contractId: contender.id, priceMicros }))
}

/**
 * Whether no buyer that is still out can take one of the free places, whatever it bids.
 *
 * A buyer without a known ceiling can outbid anyone, where the price counts at all. Buyers that could only serve as next
 * bidder after a rejection are not waited for: speed on every lead is worth more than a deeper list on some.
 */
export function isUnbeatable(bidding: Bidding): boolean {
  const { plan, tier, answers } = bidding
  const compare = comparator(plan)
  const last = placedBids(bidding)[freePlaces(bidding) - 1]
  if (last === undefined) return false
  return plan.contenders.every(
    (contender) => contender.tier !== tier || answers.has(contender.id) || compare(last, atCeiling(contender)) < 0,
  )
}

function atCeiling(contender: Contender): Placed {
  return { contender, priceMicros: contender.maxBidMicros ?? Number.MAX_SAFE_INTEGER }
}

/** The order of the bids, with each buyer once, and none that was tried already: nobody is sold one lead twice. */
function placedBids({ plan, tier, answers, attempts }: Bidding): readonly Placed[] {
  const buyers = new Set<string>()
  const placed: Placed[] = []
  for (const contender of plan.contenders) {
    if (attempts.some(({ contractId }) => contractId === contender.id)) buyers.add(contender.buyerId)
    const answer = contender.tier === tier ? answers.get(contender.id)?.answer : undefined
    if (answer?.kind === 'bid') placed.push({ contender, priceMicros: answer.priceMicros })
  }
  return placed.sort(comparator(plan)).filter(({ contender: { buyerId } }) => {
    const isNew = !buyers.has(buyerId)
    buyers.add(buyerId)
    return isNew
  })
}

type Comparator = (left: Placed, right: Placed) => number

/** Ties: price, then priority, then the keyed hash. The hash differs for every pair, so the order is total. */
function comparator({ distribution, turns }: AuctionPlan): Comparator {
  switch (distribution) {
    case 'ping_post':
      return (left, right) => right.priceMicros - left.priceMicros || byPriority(left, right) || byHash(left, right)
    case 'waterfall':
      return (left, right) => byPriority(left, right) || right.priceMicros - left.priceMicros || byHash(left, right)
    case 'round_robin':
      return (left, right) => turnOf(turns, left) - turnOf(turns, right) || byHash(left, right)
    case 'weighted':
      return (left, right) => drawOf(left.contender) - drawOf(right.contender) || byHash(left, right)
    default:
      return unreachable(distribution)
  }
}

/** The place in the rotation; whoever is not in it comes last. */
function turnOf(turns: AuctionPlan['turns'], { contender }: Placed): number {
  const place = turns?.indexOf(contender.id) ?? -1
  return place < 0 ? Number.MAX_SAFE_INTEGER : place
}

function byPriority(left: Placed, right: Placed): number {
  return left.contender.priority - right.contender.priority
}

function byHash(left: Placed, right: Placed): number {
  if (left.contender.tieBreak === right.contender.tieBreak) return 0
  return left.contender.tieBreak < right.contender.tieBreak ? -1 : 1
}

/**
 * A draw in proportion to weights without replacement: order by an exponential variate with the weight as its rate
 * (Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006). The keyed hash is the uniform number.
 */
function drawOf(contender: Contender): number {
  const uniform = (Number.parseInt(contender.tieBreak.slice(0, 12), 16) + 1) / (2 ** 48 + 1)
  return contender.weight > 0 ? -Math.log(uniform) / contender.weight : Number.POSITIVE_INFINITY
}
