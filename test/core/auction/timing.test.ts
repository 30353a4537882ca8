import { describe, expect, it } from 'vitest'
import { isClosed } from '../../../src/core/auction/state'
import { nextWakeAt, postTimeoutMs, RETENTION_MS } from '../../../src/core/auction/timing'
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

const wakeIn = ({ state }: Story) => {
  const at = nextWakeAt(state)
  return at === null ? null : at - START
}
const HOLDS = { contenders: [aContender('a', { onUnknown: 'hold' })] }

function postTime(story: Story, contractId = 'a'): number {
  if (!isClosed(story.state)) throw new Error('the window is open')
  return postTimeoutMs(story.state, contractId, story.now)
}

describe('when the watchdog looks', () => {
  it('never, where nothing has begun', () => {
    expect(wakeIn(new Story())).toBeNull()
  })

  it('two seconds past the deadline of a plan, a window or a reservation', () => {
    expect(wakeIn(planned())).toBe(7_000)
    expect(wakeIn(pinging())).toBe(7_000)
    expect(wakeIn(reserving())).toBe(7_000)
  })

  it('not before the window is over, where that is later than the deadline', () => {
    expect(wakeIn(pinging({ bidWindowMs: 6_000 }))).toBe(8_000)
  })

  it('two seconds past the longest time that a post can take', () => {
    const contenders = [aContender('a'), aContender('b', { postTimeoutMs: 9_000 })]
    expect(wakeIn(pinging({ contenders }).bids({ a: 30, b: 20 }).wait(10).grants('a'))).toBe(11_010)
  })

  it('half a minute past a retry’s time, or when the unknown was not acknowledged', () => {
    const story = posting().posts('a', UNKNOWN)
    expect(wakeIn(story)).toBe(15_000)
    expect(wakeIn(story.acknowledges(1))).toBe(31_000)
  })

  it('at the first of several times', () => {
    const story = reserving({ maxSells: 2 }).grants('a').posts('a', UNKNOWN).acknowledges(1)
    expect(wakeIn(story)).toBe(7_000)
    expect(wakeIn(story.grants('b'))).toBe(4_000)
  })

  it('never, where a person must decide and the database knows of it', () => {
    const story = pinging(HOLDS).bids({ a: 30 }).grants('a').posts('a', UNKNOWN)
    expect(wakeIn(story)).toBe(15_000)
    expect(wakeIn(story.acknowledges(1))).toBeNull()
  })

  it('fifteen seconds after a settled auction that nobody acknowledged, else when it may be forgotten', () => {
    const story = posting().wait(100).posts('a', ACCEPTED)
    expect(wakeIn(story)).toBe(15_100)
    expect(wakeIn(story.acknowledges(1))).toBe(100 + RETENTION_MS)
  })

  it('fifteen seconds after settling, though the last bid was long ago', () => {
    expect(wakeIn(reserving().wait(3_600_000).recovers())).toBe(3_615_000)
  })

  it('at once where a restart lost what was to come next', () => {
    const story = posting().posts('a', REJECTED)
    const cut = new Story()
    for (const event of story.events.slice(0, -1)) cut.events.push(event)
    expect(wakeIn(cut.do({ type: 'acknowledge', sequence: 0 }))).toBe(7_000)
  })
})

describe('how long a post may take', () => {
  it('has the contract’s time', () => {
    expect(postTime(posting({ contenders: [aContender('a', { postTimeoutMs: 700 })] }))).toBe(700)
  })

  it('ends with the deadline, since the supplier waits', () => {
    expect(postTime(reserving().wait(4_000).grants('a'))).toBe(1_000)
  })

  it('has a quarter of a second at least: a post that is cut off is an unknown', () => {
    expect(postTime(reserving().wait(4_999).grants('a'))).toBe(250)
    const quick = { contenders: [aContender('a', { postTimeoutMs: 100 })], deadlineMs: 200 }
    expect(postTime(pinging(quick).bids({ a: 1 }).wait(199).grants('a'))).toBe(100)
  })

  it('has the contract’s whole time on a retry', () => {
    expect(postTime(posting().posts('a', UNKNOWN).wait(60_000).retries('a', 2))).toBe(2_000)
  })
})
