import { describe, expect, it } from 'vitest'
import { evolve } from '../../../src/core/auction/evolve'
import {
  ACCEPTED,
  aContender,
  pinging,
  planned,
  posting,
  REJECTED,
  reserving,
  START,
  Story,
  UNKNOWN,
} from '../../support/auction-factories'

const HOLDS = { contenders: [aContender('a', { onUnknown: 'hold' }), aContender('b'), aContender('c')] }

describe('after a restart', () => {
  it('leaves what was only planned to be opened, with a deadline of its own', () => {
    const story = planned().wait(3_600_000)
    expect(story.recovers().last).toEqual([])
    story.do({ type: 'open' }).bids({ a: 30, b: 20, c: 10 })
    expect(story.stages).toEqual({ a: 'reserving' })
  })

  it('closes a window whose pings are gone with what was heard, even before its time', () => {
    const story = pinging().bids({ a: 30 }).wait(100).recovers()
    expect(story.happened).toEqual(['answered', 'answered', 'window_closed', 'attempt_started'])
    expect(story.stages).toEqual({ a: 'reserving' })
  })

  it('asks again for a reservation while the deadline lasts', () => {
    const story = reserving().wait(4_999).recovers()
    expect(story.last).toEqual([])
    expect(story.grants('a').happened).toEqual(['post_started'])
  })

  it('gives a reservation up once the deadline is past', () => {
    const story = reserving().wait(5_000).recovers()
    expect(story.happened).toEqual(['reservation_denied', 'settled'])
    expect(story.grants('a').last).toEqual([])
  })

  it('takes a post that was under way for unknown, and schedules it again', () => {
    const story = posting().recovers()
    expect(story.last).toMatchObject([
      { type: 'post_answered', contractId: 'a', answer: { kind: 'unknown', reason: 'interrupted' } },
      { type: 'retry_scheduled', contractId: 'a', retryAt: START + 1_000 },
    ])
    expect(story.recovers().last).toEqual([])
  })

  it('leaves a post that was under way to a person where the buyer would take a copy for a second lead', () => {
    expect(posting(HOLDS).recovers().happened).toEqual(['post_answered', 'parked'])
  })

  it('lets a retry that was under way become the next retry', () => {
    const story = posting().posts('a', UNKNOWN).wait(1_000).retries('a', 2).recovers()
    expect(story.attempts[0]?.stage).toMatchObject({ at: 'unknown', tryNumber: 2, retryAt: story.now + 2_000 })
  })

  it('goes on to the next bidder where the record ends at a rejection', () => {
    const complete = posting().posts('a', REJECTED)
    const cut = new Story()
    cut.events.push(...complete.events.slice(0, -1))
    cut.state = cut.events.reduce(evolve, cut.state)
    expect(cut.recovers().happened).toEqual(['attempt_started'])
    expect(cut.attempts).toEqual(complete.attempts)
  })

  it('takes every post that was under way for unknown, and asks again for the rest', () => {
    const story = reserving({ maxSells: 3 }).grants('a').grants('b').recovers()
    expect(story.stages).toEqual({ a: 'unknown', b: 'unknown', c: 'reserving' })
  })

  it('changes nothing where nothing had begun, or all is over', () => {
    expect(new Story().recovers().last).toEqual([])
    expect(posting().posts('a', ACCEPTED).recovers().last).toEqual([])
  })
})

describe('a look by the clock', () => {
  it('leaves everything alone that still has time', () => {
    expect(pinging().wait(2_000).isWatched().last).toEqual([])
    expect(reserving().wait(6_999).isWatched().last).toEqual([])
    expect(posting().wait(3_999).isWatched().last).toEqual([])
  })

  it('closes a window whose timer never came', () => {
    expect(pinging().bids({ a: 30 }).wait(2_001).isWatched().stages).toEqual({ a: 'reserving' })
  })

  it('gives up a reservation that never came', () => {
    expect(reserving().wait(7_000).isWatched().happened).toEqual(['reservation_denied', 'settled'])
  })

  it('takes a post for unknown that never ended, and leaves the one beside it alone', () => {
    const story = reserving({ maxSells: 2 }).grants('a').wait(3_000).grants('b').wait(1_000).isWatched()
    expect(story.stages).toEqual({ a: 'unknown', b: 'posting' })
    expect(story.posts('b', REJECTED).stages).toMatchObject({ b: 'rejected' })
  })

  it('leaves an unknown to its retry and a settled auction to itself', () => {
    expect(posting().posts('a', UNKNOWN).wait(86_400_000).isWatched().last).toEqual([])
    expect(posting().posts('a', ACCEPTED).wait(86_400_000).isWatched().last).toEqual([])
    expect(planned().wait(86_400_000).isWatched().last).toEqual([])
  })
})
