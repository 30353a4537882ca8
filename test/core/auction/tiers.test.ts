import { describe, expect, it } from 'vitest'
import { bidsOf } from '../../../src/core/auction/summary'
import { ACCEPTED, aContender, aPlan, no, REJECTED, START, Story, UNKNOWN } from '../../support/auction-factories'

const contenders = [
  aContender('a', { tier: 1 }),
  aContender('b', { tier: 1 }),
  aContender('c', { tier: 2 }),
  aContender('d', { tier: 2, pings: false }),
]

const opened = (overrides = {}) =>
  new Story().do({ type: 'plan', plan: aPlan({ contenders, ...overrides }) }).do({ type: 'open' })

const openTiers = (story: Story) =>
  story.events.flatMap((event) => (event.type === 'window_opened' ? [event.tier] : []))

describe('tiers', () => {
  it('ask the first tier only, while it may still buy', () => {
    const story = opened().bids({ a: 10, b: 20 })
    expect(openTiers(story)).toEqual([1])
    expect(story.grants('b').posts('b', ACCEPTED).state).toMatchObject({ phase: 'settled', outcome: 'sold' })
    expect(openTiers(story)).toEqual([1])
  })

  it('open the next tier once everyone in this one declined', () => {
    const story = opened().answers('a', no()).answers('b', no())
    expect(openTiers(story)).toEqual([1, 2])
    expect(story.state).toMatchObject({ phase: 'pinging', tier: 2, openedAt: START })
  })

  it('open the next tier once everyone in this one was tried', () => {
    const story = opened().bids({ a: 10, b: 20 }).grants('b').posts('b', REJECTED)
    expect(openTiers(story)).toEqual([1])
    story.denies('a')
    expect(openTiers(story)).toEqual([1, 2])
    story.bids({ c: 5 })
    expect(story.state).toMatchObject({ phase: 'selling', ranking: [{ contractId: 'd' }, { contractId: 'c' }] })
  })

  it('do not open while a post in this one may have been taken', () => {
    const story = opened().bids({ a: 10, b: 20 }).grants('b').posts('b', UNKNOWN)
    expect(openTiers(story)).toEqual([1])
  })

  it('fill the places that a tier left, each buyer once', () => {
    const story = opened({ maxSells: 2 }).answers('a', no()).bids({ b: 20 }).grants('b')
    expect(openTiers(story)).toEqual([1])
    story.posts('b', ACCEPTED).bids({ c: 50 })
    expect(openTiers(story)).toEqual([1, 2])
    story.grants('c').posts('c', ACCEPTED)
    expect(story.state).toMatchObject({ phase: 'settled', outcome: 'sold' })
  })

  it('give no window past the deadline', () => {
    const story = opened({ deadlineMs: 2_100 }).wait(2_000).closes()
    expect(story.state).toMatchObject({ phase: 'pinging', tier: 2 })
    expect(story.wait(100).isWatched().last).toEqual([])
    expect(story.wait(1).bids({ c: 90 }).last[0]).toMatchObject({ answer: { kind: 'no', reason: 'timed_out' } })
    expect(story.state).toMatchObject({ phase: 'settled', outcome: 'unsold' })
  })

  it('show buyers of a tier that was never opened as not reached', () => {
    const story = opened().bids({ a: 10, b: 20 }).grants('b').posts('b', ACCEPTED)
    expect(bidsOf(story.state).map(({ contractId, reason }) => [contractId, reason])).toEqual([
      ['a', 'outbid'],
      ['b', null],
      ['c', 'not_reached'],
      ['d', 'not_reached'],
    ])
  })
})

describe('turns', () => {
  it('decide a round robin, whatever the prices', () => {
    const story = new Story()
      .do({ type: 'plan', plan: aPlan({ distribution: 'round_robin', turns: ['c', 'a', 'b'] }) })
      .do({ type: 'open' })
      .bids({ a: 30, b: 20, c: 10 })
    expect(story.state).toMatchObject({ ranking: [{ contractId: 'c' }, { contractId: 'a' }, { contractId: 'b' }] })
  })
})

describe('the early end of waiting in a later tier', () => {
  const ceiling = (id: string, amount: number) => aContender(id, { tier: 2, maxBidMicros: amount * 1_000_000 })

  it('counts the places that are left, not those that were sold above', () => {
    const story = opened({ maxSells: 2, contenders: [aContender('a'), ceiling('b', 40), ceiling('c', 20)] })
    story.bids({ a: 10 }).grants('a').posts('a', ACCEPTED).bids({ b: 30 })
    expect(story.state).toMatchObject({ phase: 'selling', closeCause: 'unbeatable', ranking: [{ contractId: 'b' }] })
  })

  it('waits for others where the best bid is of a buyer that was tried above and may not buy again', () => {
    const again = { ...ceiling('b', 40), buyerId: 'buy_a' }
    const story = opened({ contenders: [aContender('a'), again, ceiling('c', 20)] })
    story.bids({ a: 10 }).grants('a').posts('a', REJECTED).bids({ b: 30 })
    expect(story.state).toMatchObject({ phase: 'pinging', tier: 2 })
    expect(story.bids({ c: 5 }).stages).toEqual({ a: 'rejected', c: 'reserving' })
  })
})
