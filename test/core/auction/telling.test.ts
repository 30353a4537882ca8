import { describe, expect, it } from 'vitest'
import { nextWakeAt } from '../../../src/core/auction/timing'
import {
  ACCEPTED,
  aContender,
  BARE_REJECTED,
  pinging,
  posting,
  REJECTED,
  reserving,
  UNKNOWN,
} from '../../support/auction-factories'

describe('the sequence of what the database is told', () => {
  it('is zero while there is nothing to tell, and one at the end of the usual sale', () => {
    expect(posting().sequence).toBe(0)
    expect(posting().posts('a', ACCEPTED).sequence).toBe(1)
    expect(posting().posts('a', REJECTED).sequence).toBe(0)
  })

  it('grows when an outcome becomes unknown, not with each retry that leaves it so', () => {
    const story = posting().posts('a', UNKNOWN)
    expect(story.sequence).toBe(1)
    expect(story.wait(1_000).retries('a', 2).posts('a', BARE_REJECTED, 2).sequence).toBe(1)
    expect(story.wait(2_000).retries('a', 3).posts('a', ACCEPTED, 3).sequence).toBe(2)
  })

  it('grows when the next bidder’s outcome becomes unknown too', () => {
    const story = posting().posts('a', UNKNOWN).wait(1_000).retries('a', 2).posts('a', REJECTED, 2)
    expect(story.grants('b').posts('b', UNKNOWN).sequence).toBe(2)
  })

  it('tells of a sale at once where another outcome keeps the auction from settling', () => {
    const story = reserving({ maxSells: 2 }).grants('a').grants('b').posts('a', UNKNOWN)
    expect(story.sequence).toBe(1)
    expect(story.posts('b', ACCEPTED).sequence).toBe(2)
    expect(story.state.phase).toBe('selling')
  })

  it('tells of a sale at once also while that other post is out again', () => {
    const story = reserving({ maxSells: 2 }).grants('a').grants('b').posts('a', UNKNOWN).wait(1_000).retries('a', 2)
    expect(story.posts('b', ACCEPTED).sequence).toBe(2)
    expect(story.posts('a', UNKNOWN, 2).sequence).toBe(2)
  })

  it('tells of a sale with the unknown that follows it', () => {
    const story = reserving({ maxSells: 2 }).grants('a').grants('b').posts('a', ACCEPTED)
    expect(story.sequence).toBe(0)
    expect(story.posts('b', UNKNOWN).sequence).toBe(1)
  })
})

describe('a telling that the queue gave up', () => {
  const MINUTE = 60_000
  const dies = (story: ReturnType<typeof posting>, sequence = 1) => story.do({ type: 'telling_died', sequence })

  it('counts once for all copies of one message, and ends what is told by itself at the eighth time', () => {
    const story = posting().posts('a', ACCEPTED)
    for (let death = 1; death <= 8; death++) {
      expect(nextWakeAt(story.state)).not.toBeNull()
      dies(story)
      expect(story.state).toMatchObject({ died: { count: death } })
      expect(dies(story.wait(MINUTE)).last).toEqual([])
      story.wait(10 * MINUTE * 2 ** (death - 1))
    }
    expect(nextWakeAt(story.state)).toBeNull()
    expect(dies(story).last).toEqual([])
  })

  it('is begun anew by a person, and forgotten with what is told next', () => {
    const story = dies(posting().posts('a', UNKNOWN))
    story.do({ type: 'tell_again' })
    expect(story.state).toMatchObject({ died: null })
    expect(story.do({ type: 'tell_again' }).last).toEqual([])
    dies(story).posts('a', ACCEPTED)
    expect(dies(story).last).toEqual([])
    expect(nextWakeAt(story.state)).toBe(story.now + 15_000)
    story.acknowledges(2)
    expect(dies(story, 2).last).toEqual([])
  })
})

describe('an acknowledgement', () => {
  it('is kept once', () => {
    const story = posting().posts('a', ACCEPTED).acknowledges(1)
    expect(story.state).toMatchObject({ acknowledged: 1 })
    expect(story.acknowledges(1).last).toEqual([])
  })

  it('is not taken of what was never told, nor of an older sequence', () => {
    const contenders = [aContender('a')]
    const story = pinging({ contenders }).bids({ a: 30 }).grants('a').posts('a', UNKNOWN)
    for (const sequence of [0, 2, -1, Number.NaN]) expect(story.acknowledges(sequence).last).toEqual([])
    story.posts('a', ACCEPTED).acknowledges(2)
    expect(story.acknowledges(1).last).toEqual([])
    expect(story.state).toMatchObject({ phase: 'settled', sequence: 2, acknowledged: 2 })
  })

  it('of an unknown leaves the end of the sale to be told', () => {
    const story = posting().posts('a', UNKNOWN).acknowledges(1).posts('a', ACCEPTED)
    expect(story.state).toMatchObject({ phase: 'settled', sequence: 2, acknowledged: 1 })
  })

  it('means nothing before the window closed', () => {
    expect(pinging().acknowledges(1).last).toEqual([])
  })
})
