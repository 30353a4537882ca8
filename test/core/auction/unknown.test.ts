import { describe, expect, it } from 'vitest'
import { retryDelayMs } from '../../../src/core/auction/retry'
import {
  ACCEPTED,
  aContender,
  BARE_REJECTED,
  posting,
  REJECTED,
  START,
  type Story,
  UNKNOWN,
} from '../../support/auction-factories'

const SCHEDULE_MS = [1_000, 2_000, 4_000, 8_000, 16_000]
const HOLDS = { contenders: [aContender('a', { onUnknown: 'hold' }), aContender('b'), aContender('c')] }

const unknown = () => posting().posts('a', UNKNOWN)
const stageOf = ({ attempts }: Story) => attempts[0]?.stage

const isParked = (story: Story) => {
  const stage = stageOf(story)
  return stage?.at === 'unknown' && stage.parked
}

/** Lets the next retry of a come due and begin. */
function retried(story: Story, tryNumber: number): Story {
  const stage = stageOf(story)
  if (stage?.at === 'unknown' && stage.retryAt !== null) story.now = stage.retryAt
  return story.retries('a', tryNumber)
}

describe('a post whose outcome is unknown', () => {
  it('is scheduled again in a second, and no other buyer takes its place', () => {
    const story = unknown()
    expect(story.happened).toEqual(['post_answered', 'retry_scheduled'])
    expect(story.stages).toEqual({ a: 'unknown' })
    expect(stageOf(story)).toMatchObject({ tryNumber: 1, retryAt: START + 1_000, parked: false })
  })

  it('is sent again after 1, 2, 4, 8 and 16 s, then over a day, then left to a person', () => {
    const story = unknown()
    const delays: number[] = []
    for (let tryNumber = 2; retryDelayMs(tryNumber - 1) !== null; tryNumber++) {
      const since = story.now
      retried(story, tryNumber)
      expect(story.happened).toEqual(['post_started'])
      delays.push(story.now - since)
      story.posts('a', UNKNOWN, tryNumber)
    }
    expect(delays.slice(0, 5)).toEqual(SCHEDULE_MS)
    expect([...delays].sort((left, right) => left - right)).toEqual(delays)
    const total = delays.reduce((sum, delay) => sum + delay, 0)
    expect(total).toBeGreaterThan(20 * 3_600_000)
    expect(total).toBeLessThanOrEqual(24 * 3_600_000)
    expect(story.happened).toEqual(['post_answered', 'parked'])
    expect(story.state.phase).toBe('selling')
    expect(story.retries('a', delays.length + 2).last).toEqual([])
  })

  it('is left to a person within a day and the last pause, however long the buyer asks to be left alone', () => {
    const story = unknown()
    const patient = { ...UNKNOWN, retryAfterMs: 7 * 24 * 3_600_000 }
    for (let tryNumber = 2; stageOf(story)?.at === 'unknown' && !isParked(story); tryNumber++) {
      retried(story, tryNumber)
      story.posts('a', patient, tryNumber)
    }
    expect(isParked(story)).toBe(true)
    expect(story.now - START).toBeLessThanOrEqual(24 * 3_600_000 + 60_000)
  })

  it('is parked at once where the buyer does not honour idempotency keys', () => {
    const story = posting(HOLDS).posts('a', UNKNOWN)
    expect(story.happened).toEqual(['post_answered', 'parked'])
    expect(stageOf(story)).toMatchObject({ at: 'unknown', parked: true, retryAt: null })
    expect(story.wait(60_000).retries('a', 2).last).toEqual([])
    expect(story.stages).toEqual({ a: 'unknown' })
  })

  it('is not retried before its time, by another number, or twice', () => {
    const story = unknown()
    expect(story.wait(400).retries('a', 2).last).toEqual([])
    expect(story.wait(600).retries('a', 1).last).toEqual([])
    expect(story.retries('a', 3).last).toEqual([])
    expect(story.retries('b', 2).last).toEqual([])
    expect(story.retries('a', 2).happened).toEqual(['post_started'])
    expect(story.retries('a', 2).last).toEqual([])
  })

  it('is retried by a message that comes half a second early at most', () => {
    expect(unknown().wait(499).retries('a', 2).last).toEqual([])
    expect(unknown().wait(500).retries('a', 2).happened).toEqual(['post_started'])
  })

  it('is resolved by a yes to a retry', () => {
    const story = retried(unknown(), 2).posts('a', ACCEPTED, 2)
    expect(story.state).toMatchObject({ phase: 'settled', outcome: 'sold' })
  })

  it('is resolved by a parsed no to a retry, and the next bidder is tried within the deadline', () => {
    expect(retried(unknown(), 2).posts('a', REJECTED, 2).stages).toEqual({ a: 'rejected', b: 'reserving' })
  })

  it('is resolved by a parsed no after the deadline, and nobody else is tried', () => {
    const story = retried(unknown(), 2).wait(9_000).posts('a', REJECTED, 2)
    expect(story.state).toMatchObject({ phase: 'settled', outcome: 'unsold', attempts: [{ contractId: 'a' }] })
  })

  it('is not resolved by a bare 4xx to a retry: the buyer may only have seen the key before', () => {
    const story = retried(unknown(), 2).posts('a', BARE_REJECTED, 2)
    expect(story.happened).toEqual(['post_answered', 'retry_scheduled'])
    expect(stageOf(story)).toMatchObject({ at: 'unknown', tryNumber: 2, reason: 'HTTP 409' })
  })

  it('stays unknown through several retries', () => {
    const story = retried(retried(unknown(), 2).posts('a', UNKNOWN, 2), 3)
    expect(stageOf(story)).toMatchObject({ at: 'posting', tryNumber: 3, wasUnknown: true })
    expect(story.posts('a', BARE_REJECTED, 3).stages).toEqual({ a: 'unknown' })
  })
})

describe('a buyer that says when to come again', () => {
  const busy = (retryAfterMs: number) => ({ kind: 'unknown', reason: 'HTTP 503', retryAfterMs }) as const
  const retryAt = (story: Story) => {
    const stage = stageOf(story)
    return stage?.at === 'unknown' && stage.retryAt !== null ? stage.retryAt - story.now : null
  }

  it('is left alone until then, if that is later, and for twelve hours at most', () => {
    expect(retryAt(posting().posts('a', busy(30_000)))).toBe(30_000)
    expect(retryAt(posting().posts('a', busy(10)))).toBe(1_000)
    expect(retryAt(posting().posts('a', busy(10 ** 12)))).toBe(12 * 3_600_000)
  })

  it('is listened to also where its bare no does not count', () => {
    const story = retried(unknown(), 2).posts(
      'a',
      { kind: 'rejected', reason: 'HTTP 429', parsed: false, retryAfterMs: 60_000 },
      2,
    )
    expect(retryAt(story)).toBe(60_000)
  })

  it('is asked no more often for it', () => {
    expect(posting(HOLDS).posts('a', busy(5_000)).happened).toEqual(['post_answered', 'parked'])
  })
})

describe('a person who knows what became of the lead', () => {
  it.each([
    ['is parked', () => posting(HOLDS).posts('a', UNKNOWN).wait(3_600_000)],
    ['is being retried', () => unknown()],
  ])('settles what %s as sold, with the price that was bid', (_, story) => {
    const resolved = story().resolves('a', 'sold', 'theirs-1')
    expect(resolved.happened).toEqual(['resolved', 'settled'])
    expect(resolved.state).toMatchObject({
      phase: 'settled',
      outcome: 'sold',
      attempts: [{ contractId: 'a', stage: { at: 'accepted', reference: 'theirs-1' } }],
    })
  })

  it('settles it as not sold once the deadline is past; before that, the next bidder is tried', () => {
    const late = posting(HOLDS).posts('a', UNKNOWN).wait(3_600_000).resolves('a', 'not_sold')
    expect(late.state).toMatchObject({ phase: 'settled', outcome: 'unsold', attempts: [{ contractId: 'a' }] })
    expect(posting(HOLDS).posts('a', UNKNOWN).resolves('a', 'not_sold').stages).toEqual({
      a: 'rejected',
      b: 'reserving',
    })
  })

  it('is heard once, and not over an answer of the buyer, nor while one is on its way', () => {
    const sold = posting(HOLDS).posts('a', UNKNOWN).resolves('a', 'sold')
    expect(sold.resolves('a', 'not_sold').last).toEqual([])
    expect(posting().posts('a', ACCEPTED).resolves('a', 'not_sold').last).toEqual([])
    expect(retried(unknown(), 2).resolves('a', 'not_sold').last).toEqual([])
    expect(posting(HOLDS).posts('a', UNKNOWN).resolves('b', 'sold').last).toEqual([])
  })

  it('who asked before the newest copy left is believed a yes, and no more', () => {
    const again = () => retried(unknown(), 2).posts('a', UNKNOWN, 2)
    const found = (outcome: 'sold' | 'not_sold', tries: number) =>
      again().do({ type: 'resolve', contractId: 'a', outcome, reference: null, tries })
    expect(found('not_sold', 1).last).toEqual([])
    expect(found('not_sold', 2).happened).toContain('resolved')
    expect(found('sold', 1).happened).toContain('resolved')
  })

  it('has the last word: a yes that comes after not sold charges nobody, a retry sends nothing', () => {
    const story = unknown().wait(60_000).resolves('a', 'not_sold')
    expect(story.posts('a', ACCEPTED, 1).last).toEqual([])
    expect(story.retries('a', 2).last).toEqual([])
    expect(story.state).toMatchObject({ phase: 'settled', outcome: 'unsold' })
  })
})

describe('an answer that comes late', () => {
  it('counts when it is a yes, while the outcome is unknown', () => {
    expect(unknown().posts('a', ACCEPTED, 1).state).toMatchObject({ phase: 'settled', outcome: 'sold' })
  })

  it('counts when it is a yes, while the post is out again', () => {
    const story = retried(unknown(), 2).posts('a', ACCEPTED, 1)
    expect(story.state).toMatchObject({ phase: 'settled', outcome: 'sold' })
    expect(story.posts('a', REJECTED, 2).last).toEqual([])
  })

  it('counts when it is a yes, also after a person was asked', () => {
    const story = posting(HOLDS).posts('a', UNKNOWN).wait(3_600_000).posts('a', ACCEPTED)
    expect(story.state).toMatchObject({ phase: 'settled', outcome: 'sold' })
  })

  it('does not count when it is a no, or unclear', () => {
    for (const answer of [REJECTED, BARE_REJECTED, UNKNOWN]) {
      expect(unknown().posts('a', answer, 1).last).toEqual([])
      expect(retried(unknown(), 2).posts('a', answer, 1).last).toEqual([])
    }
  })

  it('does not count when the buyer has said no and its place was given on', () => {
    const story = retried(unknown(), 2).posts('a', REJECTED, 2).posts('a', ACCEPTED, 1)
    expect(story.last).toEqual([])
    expect(story.stages).toEqual({ a: 'rejected', b: 'reserving' })
  })
})
