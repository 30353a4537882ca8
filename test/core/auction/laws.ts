/** What must hold for every auction at every moment, whatever happened to it. */
import { expect } from 'vitest'
import type { AuctionEvent } from '../../../src/core/auction/events'
import { evolve, replay } from '../../../src/core/auction/evolve'
import { ABSENT, type AttemptStage, type AuctionState, isClosed } from '../../../src/core/auction/state'
import { bidsOf, isAnswerable, salesOf, statusOf, unsoldReason } from '../../../src/core/auction/summary'
import { nextWakeAt } from '../../../src/core/auction/timing'
import { traceOf } from '../../../src/core/auction/trace'
import { supplierPayout } from '../../../src/core/money/payout'
import type { ObjectModel } from './object-model'

export function expectLaws(model: ObjectModel): void {
  expect(replay(model.events)).toEqual(model.state)
  expectPlacesHeld(model.state)
  expectFairAttempts(model)
  expectOfferKept(model)
  expectOnePostABuyer(model)
  expectSomethingToComeNext(model.state)
  expectSalesTold(model)
  expectShowable(model)
  if (model.state.phase !== 'absent') expect(model.state.acknowledged).toBeLessThanOrEqual(model.state.sequence)
}

const sequenceOf = (state: AuctionState) => (state.phase === 'absent' ? 0 : state.sequence)

const isOver = ({ at }: AttemptStage) => at === 'rejected' || at === 'denied'

/** Accepted, unknown and posting never pass the places, nor does what is being reserved for them. */
function expectPlacesHeld(state: AuctionState): void {
  if (state.phase === 'absent') return
  const taken = state.attempts.filter(({ stage }) => !isOver(stage))
  expect(taken.length).toBeLessThanOrEqual(state.plan.maxSells)
  // Nobody is asked for a bid while there is nothing to win, and nothing goes on once all is sold.
  if (state.phase === 'pinging') expect(taken.length).toBeLessThan(state.plan.maxSells)
  if (taken.filter(({ stage }) => stage.at === 'accepted').length === state.plan.maxSells)
    expect(state.phase).toBe('settled')
  const ids = state.attempts.map(({ contractId }) => contractId)
  expect(new Set(ids).size).toBe(ids.length)
  expect(state.attempts.map(({ number }) => number)).toEqual(ids.map((_, index) => index + 1))
  if (!isClosed(state)) return
  const tierOf = (id: string) => state.plan.contenders.find((contender) => contender.id === id)?.tier ?? -1
  const inTier = ids.filter((id) => tierOf(id) === state.tier)
  const ranked = state.ranking.map(({ contractId }) => contractId)
  // A direct sale passes nobody over; an offer does, for reasons of its own, and never goes back.
  if (state.plan.mode === 'direct') expect(inTier).toEqual(ranked.slice(0, inTier.length))
  else expect(inTier).toEqual(ranked.filter((id) => inTier.includes(id)))
  // A tier is tried as a whole before the next one: the order of the attempts never goes back up.
  expect(ids.map(tierOf)).toEqual(ids.map(tierOf).sort((left, right) => left - right))
}

/** Every attempt is at a price that the buyer bid in time and that no limit forbids, and pays the supplier by its terms. */
function expectFairAttempts({ events, plan, state }: ObjectModel): void {
  if (!isClosed(state)) return
  for (const { contractId, priceMicros, payoutMicros } of state.attempts) {
    const contender = plan.contenders.find(({ id }) => id === contractId)
    const answers = events.filter((event) => event.type === 'answered' && event.contractId === contractId)
    expect(answers).toMatchObject([{ answer: { kind: 'bid', priceMicros } }])
    const opened = events.find((event) => event.type === 'window_opened' && event.tier === contender?.tier)
    expect(answers[0]?.at).toBeLessThanOrEqual((opened?.at ?? 0) + plan.bidWindowMs)
    expect(Number.isSafeInteger(priceMicros)).toBe(true)
    expect(priceMicros).toBeGreaterThanOrEqual(Math.max(plan.floorMicros, contender?.minBidMicros ?? 0))
    expect(priceMicros).toBeLessThanOrEqual(contender?.maxBidMicros ?? priceMicros)
    expect(payoutMicros).toBe(supplierPayout(plan.payout, priceMicros))
  }
}

/** Nothing happens to an offer before its lead comes, and no sale leaves the supplier with less than it was promised. */
function expectOfferKept({ events, plan, state, sent, now }: ObjectModel): void {
  const offers = events.filter((event) => event.type === 'offered')
  const taken = events.find((event) => event.type === 'offer_taken')
  if (plan.mode === 'direct') expect([...offers, ...(taken ? [taken] : [])]).toEqual([])
  if (plan.mode === 'direct' || !isClosed(state)) return
  expect(offers.length).toBeLessThanOrEqual(1)
  const { offer, attempts, ranking } = state
  if (offer === null || taken === undefined) {
    expect([attempts, sent, state.sequence]).toEqual([[], [], 0])
    expect(['offered', 'settled']).toContain(state.phase)
    if (state.phase === 'settled' && offer !== null) expect(now).toBeGreaterThanOrEqual(offer.validUntil)
    return
  }
  const made = offers[0]
  const answered = state.answers.get(offer.contractId)
  const contender = plan.contenders.find(({ id }) => id === offer.contractId)
  if (made === undefined || answered?.answer.kind !== 'bid' || contender === undefined)
    throw new Error('offer of nothing')
  const { priceMicros, validUntil = answered.at + contender.bidValidMs } = answered.answer
  expect(offer.validUntil).toBeLessThanOrEqual(validUntil - contender.postTimeoutMs)
  expect(offer.payoutMicros).toBe(supplierPayout(plan.payout, priceMicros))
  expect(made.at).toBeLessThan(offer.validUntil)
  expect(taken.at).toBeGreaterThanOrEqual(made.at)
  expect(taken.at).toBeLessThan(offer.validUntil)
  const excluded = new Set(offer.exclusions.map(({ contractId }) => contractId))
  const passed = new Set(
    ranking.slice(
      0,
      ranking.findIndex((bid) => bid.contractId === offer.contractId),
    ),
  )
  for (const [index, attempt] of attempts.entries()) {
    expect(excluded.has(attempt.contractId)).toBe(false)
    expect([...passed].some(({ contractId }) => contractId === attempt.contractId)).toBe(false)
    const before = attempts.slice(0, index).filter(({ stage }) => stage.at === 'accepted')
    const paid = before.reduce((sum, { payoutMicros }) => sum + payoutMicros, 0)
    if (paid < offer.payoutMicros) expect(attempt.payoutMicros).toBeGreaterThanOrEqual(offer.payoutMicros)
  }
}

/** No buyer is ever sent the lead in two attempts, nor a second copy that it did not agree to. */
function expectOnePostABuyer({ sent, plan }: ObjectModel): void {
  const first = new Map<string, (typeof sent)[number]>()
  for (const post of sent) {
    const earlier = first.get(post.buyerId)
    if (earlier === undefined) first.set(post.buyerId, post)
    else {
      expect(post).toMatchObject({ contractId: earlier.contractId, attempt: earlier.attempt })
      expect(plan.contenders.find(({ id }) => id === post.contractId)?.onUnknown).toBe('retry')
    }
  }
}

/** Selling without anything that is out would stand still; and what no person must decide has a time to be looked at. */
function expectSomethingToComeNext(state: AuctionState): void {
  if (state.phase !== 'selling') return
  const out = state.attempts.filter(({ stage }) => stage.at !== 'accepted' && !isOver(stage))
  expect(out).not.toEqual([])
  const isParked = out.every(({ stage }) => stage.at === 'unknown' && stage.parked)
  if (!isParked || state.acknowledged < state.sequence) expect(nextWakeAt(state)).not.toBeNull()
}

/** Once nothing is left but to learn what became of a post, which may take days, the database knows of every sale. */
function expectSalesTold({ events, state }: ObjectModel): void {
  if (!isClosed(state)) return
  if (state.attempts.some(({ stage }) => stage.at === 'reserving' || stage.at === 'posting')) return
  let [folded, told]: [AuctionState, number] = [ABSENT, 0]
  for (const event of events) {
    const before = sequenceOf(folded)
    folded = evolve(folded, event)
    if (sequenceOf(folded) > before) told = salesOf(folded).length
  }
  expect(told).toBe(salesOf(state).length)
}

/** What is shown can be shown at any moment. */
function expectShowable({ state, events, plan }: ObjectModel): void {
  expect(traceOf(events)).toHaveLength(events.length)
  expect(bidsOf(state)).toHaveLength(plan.contenders.length + plan.refusals.length)
  const sales = salesOf(state)
  expect(statusOf(state)).toBe(sales.length > 0 ? 'sold' : state.phase === 'settled' ? 'unsold' : 'pending')
  if (state.phase !== 'settled') return
  expect(state.outcome).toBe(sales.length > 0 ? 'sold' : 'unsold')
  expect(isAnswerable(state)).toBe(true)
  expect(nextWakeAt(state)).not.toBeNull()
  if (plan.contenders.length > 0 && sales.length === 0) expect(unsoldReason(state)).not.toBeNull()
  for (const { reason, attempt } of bidsOf(state)) expect(reason === null).toBe(attempt?.stage.at === 'accepted')
}

/** What one step may never do to what was before it. */
export function expectNoStepBack(before: AuctionState, after: AuctionState, events: readonly AuctionEvent[]): void {
  if (before.phase === 'settled') expect(events.every(({ type }) => type === 'acknowledged')).toBe(true)
  if (!isClosed(before) || !isClosed(after)) return
  if (after.tier === before.tier) expect(after.ranking).toEqual(before.ranking)
  expect(after.sequence).toBeGreaterThanOrEqual(before.sequence)
  for (const [index, { contractId, stage }] of before.attempts.entries()) {
    const next = after.attempts[index]?.stage
    if (isOver(stage) || stage.at === 'accepted') expect(next).toEqual(stage)
    const wasUnknown = stage.at === 'unknown' || (stage.at === 'posting' && stage.wasUnknown)
    const contender = before.plan.contenders.find(({ id }) => id === contractId)
    const byHand = events.some((event) => event.type === 'resolved' && event.contractId === contractId)
    if (byHand) expect(stage.at).toBe('unknown')
    if (wasUnknown && next?.at === 'rejected' && !byHand) expect(contender?.onUnknown).toBe('retry')
    if (wasUnknown) expect(['unknown', 'posting', 'accepted', 'rejected']).toContain(next?.at)
  }
}
