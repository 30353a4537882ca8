import { describe, expect, it } from 'vitest'
import type { PingAnswer } from '../../../src/core/auction/events'
import { bidsOf } from '../../../src/core/auction/summary'
import {
  ACCEPTED,
  aContender,
  BARE_REJECTED,
  bid,
  pinging,
  posting,
  REJECTED,
  reserving,
  START,
  UNKNOWN,
  units,
} from '../../support/auction-factories'

describe('selling to one buyer', () => {
  it('reserves the best bidder at its own price, with the supplier’s share as payout', () => {
    const story = reserving()
    expect(story.attempts).toEqual([
      {
        contractId: 'a',
        number: 1,
        priceMicros: units(30),
        payoutMicros: units(22.5),
        closedAt: START,
        stage: { at: 'reserving', since: START },
      },
    ])
  })

  it('posts once the place is granted, and not twice', () => {
    const story = reserving().grants('a')
    expect(story.last).toEqual([{ type: 'post_started', at: START, contractId: 'a', tryNumber: 1 }])
    expect(story.grants('a').last).toEqual([])
    expect(story.denies('a').last).toEqual([])
  })

  it('settles on a yes', () => {
    const story = posting().wait(50).posts('a', ACCEPTED)
    expect(story.happened).toEqual(['post_answered', 'settled'])
    expect(story.state).toMatchObject({ phase: 'settled', outcome: 'sold', settledAt: START + 50, sequence: 1 })
    expect(story.attempts[0]?.stage).toEqual({
      at: 'accepted',
      since: START + 50,
      reference: 'ref-1',
      redirectUrl: null,
    })
  })

  it.each([
    ['a parsed no', REJECTED],
    ['a bare 4xx', BARE_REJECTED],
  ])('goes on to the next bidder after %s to the first post', (_what, answer) => {
    const story = posting().posts('a', answer)
    expect(story.happened).toEqual(['post_answered', 'attempt_started'])
    expect(story.stages).toEqual({ a: 'rejected', b: 'reserving' })
    expect(story.attempts[1]).toMatchObject({ number: 2, priceMicros: units(20), payoutMicros: units(15) })
  })

  it('goes on to the next bidder after a denial, without a post', () => {
    const story = reserving().denies('a', 'capped')
    expect(story.happened).toEqual(['reservation_denied', 'attempt_started'])
    expect(story.stages).toEqual({ a: 'denied', b: 'reserving' })
  })

  it('settles unsold when nobody is left', () => {
    const story = posting().posts('a', REJECTED).denies('b').grants('c').posts('c', REJECTED)
    expect(story.happened).toEqual(['post_answered', 'settled'])
    expect(story.state).toMatchObject({ phase: 'settled', outcome: 'unsold' })
  })

  it('hears nothing more once it is settled', () => {
    const story = posting().posts('a', ACCEPTED)
    for (const again of [ACCEPTED, REJECTED, UNKNOWN]) expect(story.posts('a', again).last).toEqual([])
    expect(story.grants('b').last).toEqual([])
    expect(story.retries('a', 2).last).toEqual([])
    expect(story.recovers().last).toEqual([])
  })

  it('takes no answer for a buyer that was not posted', () => {
    expect(reserving().posts('a', ACCEPTED).last).toEqual([])
    expect(posting().posts('b', ACCEPTED).last).toEqual([])
    expect(posting().grants('b').last).toEqual([])
  })

  it('pays the supplier within the clamps of its source link', () => {
    const cost = { mode: 'revenue_share', share: 750_000 } as const
    const story = reserving({ payout: { cost, minPayoutMicros: null, maxPayoutMicros: units(20) } })
    expect(story.attempts[0]?.payoutMicros).toBe(units(20))
  })
})

describe('the deadline', () => {
  it('stops new attempts', () => {
    const story = posting().wait(5_000).posts('a', REJECTED)
    expect(story.state).toMatchObject({ phase: 'settled', outcome: 'unsold' })
    expect(story.stages).toEqual({ a: 'rejected' })
  })

  it('lets an attempt begin in its last millisecond', () => {
    expect(posting().wait(4_999).posts('a', REJECTED).stages).toEqual({ a: 'rejected', b: 'reserving' })
  })

  it('lets no first post begin, though the place was granted', () => {
    const story = reserving().wait(5_000).grants('a')
    expect(story.happened).toEqual(['reservation_denied', 'settled'])
    expect(story.attempts[0]?.stage).toMatchObject({ at: 'denied', reason: 'not_reached' })
  })

  it('does not end a post that is out: its yes still sells', () => {
    expect(posting().wait(5_100).posts('a', ACCEPTED).state).toMatchObject({ phase: 'settled', outcome: 'sold' })
  })
})

describe('selling to two buyers', () => {
  it('tries two at once and no third', () => {
    const story = reserving({ maxSells: 2 })
    expect(story.stages).toEqual({ a: 'reserving', b: 'reserving' })
    expect(story.attempts.map(({ number }) => number)).toEqual([1, 2])
  })

  it('settles when both have bought', () => {
    const story = reserving({ maxSells: 2 }).grants('a').grants('b').posts('b', ACCEPTED)
    expect(story.state.phase).toBe('selling')
    expect(story.posts('a', ACCEPTED).state).toMatchObject({ phase: 'settled', outcome: 'sold' })
  })

  it('fills a place that came free with the next bidder, and only that one', () => {
    const story = reserving({ maxSells: 2 }).grants('a').grants('b').posts('a', ACCEPTED).posts('b', REJECTED)
    expect(story.stages).toEqual({ a: 'accepted', b: 'rejected', c: 'reserving' })
    expect(story.grants('c').posts('c', REJECTED).state).toMatchObject({ phase: 'settled', outcome: 'sold' })
  })

  it('keeps an unknown’s place while the other is refilled', () => {
    const contenders = ['a', 'b', 'c', 'd'].map((id) => aContender(id))
    const story = pinging({ maxSells: 2, contenders }).bids({ a: 40, b: 30, c: 20, d: 10 })
    story.grants('a').grants('b').posts('a', UNKNOWN).posts('b', REJECTED).denies('c')
    expect(story.stages).toEqual({ a: 'unknown', b: 'rejected', c: 'denied', d: 'reserving' })
    expect(story.grants('d').posts('d', ACCEPTED).stages).toMatchObject({ a: 'unknown', d: 'accepted' })
    expect(story.state.phase).toBe('selling')
  })

  it('sells to as many as there are where there are fewer than places', () => {
    const story = reserving({ maxSells: 5 }).grants('a').grants('b').grants('c')
    story.posts('a', ACCEPTED).posts('b', ACCEPTED).posts('c', REJECTED)
    expect(story.state).toMatchObject({ phase: 'settled', outcome: 'sold' })
  })
})

describe('a bid with a time of its own', () => {
  const until = (amount: number, validUntil: number): PingAnswer => {
    return { kind: 'bid', priceMicros: units(amount), validUntil }
  }

  it('that was over when it came is none, and closes no window before others have answered', () => {
    const contenders = [aContender('a'), aContender('b', { maxBidMicros: units(30) })]
    const story = pinging({ contenders })
      .wait(100)
      .answers('a', until(40, START + 100))
    expect(story.happened).toEqual(['answered'])
    expect(story.answers('b', bid(10)).attempts.map(({ contractId }) => contractId)).toEqual(['b'])
    expect(bidsOf(story.state)[0]).toMatchObject({ reason: 'bid_expired' })
  })

  it('is not sold to once that is over, though it came in time', () => {
    const contenders = [aContender('a'), aContender('b'), aContender('c')]
    const story = pinging({ contenders })
      .answers('a', bid(40))
      .answers('b', until(30, START + 500))
      .answers('c', bid(20))
      .grants('a')
      .wait(500)
      .posts('a', REJECTED)
    expect(story.stages).toEqual({ a: 'rejected', c: 'reserving' })
    const over = story.denies('c', 'capped')
    expect(bidsOf(over.state).map(({ reason }) => reason)).toEqual(['post_rejected', 'bid_expired', 'capped'])
  })
})
