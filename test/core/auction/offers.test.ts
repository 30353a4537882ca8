import { describe, expect, it } from 'vitest'
import type { Exclusion } from '../../../src/core/auction/events'
import { rejectionOf } from '../../../src/core/auction/rejection'
import { bidsOf, leadOutcomeOf, statusOf, unsoldReason } from '../../../src/core/auction/summary'
import { nextWakeAt } from '../../../src/core/auction/timing'
import {
  ACCEPTED,
  aContender,
  bid,
  no,
  OFFER,
  offered,
  pinging,
  REJECTED,
  START,
  type Story,
  UNKNOWN,
  units,
} from '../../support/auction-factories'

const reasons = ({ state }: Story) => bidsOf(state).map(({ reason }) => reason)
const offerOf = ({ state }: Story) => ('offer' in state ? state.offer : null)
const outOf = (contractId: string): Exclusion => ({ contractId, reason: 'filtered', detail: 'zip' })

/** Every buyer leads to the same payout. */
const FIXED = {
  payout: { cost: { mode: 'fixed', amountMicros: units(5) }, minPayoutMicros: null, maxPayoutMicros: null },
} as const

describe('an offer', () => {
  it('is the payout of the best bid, for as long as that holds less the time of its post', () => {
    const story = offered()
    expect(story.state).toMatchObject({
      phase: 'offered',
      offer: { contractId: 'a', payoutMicros: units(22.5), validUntil: START + 298_000, takenAt: null },
    })
    expect([story.attempts, story.sequence, statusOf(story.state)]).toEqual([[], 0, 'pending'])
    expect(leadOutcomeOf(story.state).status).toBe('open')
  })

  it('holds as long as the buyer says, and for a day at most', () => {
    const until = (validUntil: number) =>
      offerOf(
        pinging(OFFER)
          .answers('a', { ...bid(30), validUntil } as ReturnType<typeof bid>)
          .closes(),
      )?.validUntil
    expect(until(START + 10_000)).toBe(START + 8_000)
    expect(until(START + 10 ** 12)).toBe(START + 86_400_000 - 2_000)
  })

  it('is not made of a bid that would be over before it could be posted to', () => {
    const contenders = [aContender('a', { bidValidMs: 2_000 }), aContender('b')]
    const story = pinging({ ...OFFER, contenders }).bids({ a: 30, b: 20 })
    expect(offerOf(story)?.contractId).toBe('b')
    expect(reasons(story.wait(400_000).isWatched())).toEqual(['bid_expired', 'offer_expired'])
    const none = pinging({ ...OFFER, contenders: contenders.slice(0, 1) }).bids({ a: 30 })
    expect([none.state.phase, none.sequence, reasons(none)]).toEqual(['settled', 0, ['bid_expired']])
  })

  it('is asked of the next tier where the first one has none, as long as the supplier waits', () => {
    const contenders = [aContender('a'), aContender('b', { tier: 1 })]
    const story = pinging({ ...OFFER, contenders })
      .answers('a', no())
      .bids({ b: 20 })
    expect(offerOf(story)?.contractId).toBe('b')
    const late = pinging({ ...OFFER, offerWithinMs: 1_000, contenders })
      .wait(1_000)
      .answers('a', no())
    expect([late.state.phase, reasons(late)]).toEqual(['settled', ['declined', 'not_reached']])
  })

  it('ends by the clock, with nothing tried and nothing told', () => {
    const story = offered()
    expect(nextWakeAt(story.state)).toBe(START + 300_000)
    expect(story.wait(299_999).isWatched().last).toEqual([])
    expect(story.wait(1).isWatched().happened).toEqual(['offer_expired', 'settled'])
    expect([statusOf(story.state), unsoldReason(story.state), story.sequence]).toEqual(['unsold', 'offer_expired', 0])
    expect(reasons(story)).toEqual(['offer_expired', 'outbid', 'outbid'])
    expect(leadOutcomeOf(story.state)).toEqual({ status: 'unsold', payoutMicros: 0 })
  })
})

describe('a lead that is posted to an offer', () => {
  it('is sold to the bidder, with the time of a sale of its own', () => {
    const story = offered({ deadlineMs: 1_000 }).wait(200_000).takes().wait(900).grants('a').posts('a', ACCEPTED)
    expect([story.state.phase, story.sequence]).toEqual(['settled', 1])
    expect(story.attempts).toMatchObject([{ payoutMicros: units(22.5), closedAt: START + 200_000 }])
    expect(reasons(story)).toEqual([null, 'outbid', 'outbid'])
  })

  it('is in time by when it came in, and too late after the grace', () => {
    const came = START + 297_999
    const told = (now: number, receivedAt: number) => {
      const story = offered()
      return story.wait(now - START).do({ type: 'take', receivedAt, exclusions: [] }).happened
    }
    expect(told(came + 1_500, came)).toEqual(['offer_taken', 'attempt_started'])
    expect(told(came + 1, came + 1)).toEqual([])
    expect(told(came + 2_001, came)).toEqual([])
    expect(told(START + 5, START + 6)).toEqual([])
    expect(told(START + 5, START - 1)).toEqual([])
  })

  it('goes to the next bidder only for as much as was promised', () => {
    const story = offered().takes().denies('a', 'capped')
    expect([story.state.phase, unsoldReason(story.state)]).toEqual(['settled', 'capped'])
    expect(reasons(story)).toEqual(['capped', 'below_promise', 'below_promise'])
    const equal = offered(FIXED).takes().denies('a', 'capped').grants('b').posts('b', ACCEPTED)
    expect([statusOf(equal.state), reasons(equal)]).toEqual(['sold', ['capped', null, 'outbid']])
  })

  it('goes to a next bidder whose own bid still holds', () => {
    const contenders = [aContender('a'), aContender('b', { bidValidMs: 10_000 })]
    const story = pinging({ ...OFFER, ...FIXED, contenders }).bids({ a: 30, b: 20 })
    story.wait(9_000).takes().grants('a').posts('a', REJECTED)
    expect([statusOf(story.state), reasons(story)]).toEqual(['unsold', ['post_rejected', 'bid_expired']])
  })

  it('passes over those who do not take all of it, with their reason', () => {
    const story = offered(FIXED)
      .takes([outOf('a'), outOf('c')])
      .grants('b')
      .posts('b', REJECTED)
    expect(reasons(story)).toEqual(['filtered', 'post_rejected', 'filtered'])
    expect(unsoldReason(story.state)).toBe('filtered')
  })

  it('waits for an unknown, and is not offered to another tier after it', () => {
    const contenders = [aContender('a'), aContender('b', { tier: 1 })]
    const story = pinging({ ...OFFER, ...FIXED, contenders })
      .bids({ a: 30 })
      .takes()
      .grants('a')
      .posts('a', UNKNOWN)
    expect([story.state.phase, story.sequence]).toEqual(['selling', 1])
    story.wait(1_000).retries('a', 2).posts('a', REJECTED, 2)
    expect([story.state.phase, reasons(story)]).toEqual(['settled', ['post_rejected', 'not_reached']])
  })

  it('is shared below the promise only once that is made good', () => {
    const story = offered({ maxSells: 2 }).takes()
    expect(story.stages).toEqual({ a: 'reserving' })
    story.grants('a').posts('a', ACCEPTED)
    expect(story.stages).toEqual({ a: 'accepted', b: 'reserving' })
    expect(statusOf(story.grants('b').posts('b', ACCEPTED).state)).toBe('sold')
    const refused = offered({ maxSells: 2 }).takes().grants('a').posts('a', REJECTED)
    expect([statusOf(refused.state), refused.stages]).toEqual(['unsold', { a: 'rejected' }])
  })
})

describe('why there is no bid', () => {
  const said = (reason: Parameters<typeof no>[0], detail: string) =>
    ({ ...no(reason), detail }) as ReturnType<typeof no>

  it('is the reason that most buyers share', () => {
    const story = pinging(OFFER).answers('a', no('timed_out')).answers('b', no('declined')).answers('c', no('declined'))
    expect(rejectionOf(story.state)).toEqual({ reason: 'declined', detail: 'the buyer does not bid on this lead' })
  })

  it('names a score that is too low, whoever said so, and leaves a buyer’s own words out', () => {
    const low = 'ai_quality_score 0.84 < buyer_min 0.9'
    const told = (detail: string) =>
      rejectionOf(pinging({ ...OFFER, contenders: [aContender('a')] }).answers('a', said('declined', detail)).state)
    expect(told(low)).toEqual({ reason: 'below_score_threshold', detail: low })
    expect(told('age 20 < buyer_min 21; state must be TX')).toEqual({
      reason: 'declined',
      detail: 'age 20 < buyer_min 21',
    })
    for (const words of [`Crown Mutual: ${low}`, `${low} says Crown`, 'Crown Mutual']) {
      expect(told(words)).toEqual({ reason: 'declined', detail: 'the buyer does not bid on this lead' })
    }
  })

  it('is no buyer where there is none', () => {
    expect(rejectionOf(pinging({ ...OFFER, contenders: [] }).state).reason).toBe('no_buyer')
  })
})
