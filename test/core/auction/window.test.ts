import { describe, expect, it } from 'vitest'
import { replay } from '../../../src/core/auction/evolve'
import { isClosed } from '../../../src/core/auction/state'
import { aContender, aPlan, bid, no, pinging, planned, START, type Story, units } from '../../support/auction-factories'

const ranking = ({ state }: Story) => (isClosed(state) ? state.ranking.map(({ contractId }) => contractId) : null)
const cause = ({ state }: Story) => (isClosed(state) ? state.closeCause : null)
const answerOf = ({ state }: Story, id: string) => ('answers' in state ? state.answers.get(id)?.answer : undefined)

describe('planning and opening', () => {
  it('plans once and keeps the first plan', () => {
    const story = planned({ floorMicros: 5 }).do({ type: 'plan', plan: aPlan() })
    expect(story.last).toEqual([])
    expect(story.state).toMatchObject({ phase: 'planned', plannedAt: START, plan: { floorMicros: 5 } })
  })

  it('opens the window once', () => {
    const story = pinging()
    expect(story.happened).toEqual(['window_opened'])
    expect(story.do({ type: 'open' }).last).toEqual([])
  })

  it('lets buyers without a ping bid their price at once, never asked', () => {
    const story = pinging({ contenders: [aContender('a'), aContender('b', { pings: false, priceMicros: units(7) })] })
    expect(story.last[1]).toMatchObject({ type: 'answered', contractId: 'b', askedAt: null, answer: bid(7) })
    expect(story.state.phase).toBe('pinging')
  })

  it('judges a fixed price like any bid', () => {
    const story = pinging({
      floorMicros: units(8),
      contenders: [aContender('a'), aContender('b', { pings: false, priceMicros: units(7) })],
    })
    expect(answerOf(story, 'b')).toEqual(no('below_floor'))
  })

  it('closes at once where all buyers have fixed prices', () => {
    const contenders = [7, 9].map((price, index) =>
      aContender(`abc`.charAt(index), { pings: false, priceMicros: units(price) }),
    )
    const story = pinging({ contenders })
    expect(cause(story)).toBe('all_answered')
    expect(ranking(story)).toEqual(['b', 'a'])
  })

  it('settles unsold at once where no buyer is left', () => {
    const story = pinging({ contenders: [] })
    expect(story.happened).toEqual(['window_opened', 'window_closed', 'settled'])
    expect(story.state).toMatchObject({ phase: 'settled', outcome: 'unsold', sequence: 1 })
  })

  it('refuses to fold events in an order that cannot be', () => {
    const { events } = pinging()
    expect(() => replay([...events, ...events])).toThrow('event planned in phase pinging')
    expect(() => replay(events.slice(1))).toThrow('event window_opened in phase absent')
  })
})

describe('answers in the window', () => {
  it.each([
    ['a bid at the floor', units(5), bid(5)],
    ['a bid below the floor', units(5) - 1, no('below_floor')],
    ['a negative bid', -1, no('invalid_bid')],
    ['a bid of half a micro', 10.5, no('invalid_bid')],
    ['an infinite bid', Number.POSITIVE_INFINITY, no('invalid_bid')],
    ['a bid that is not a number', Number.NaN, no('invalid_bid')],
    ['a bid beyond whole numbers', 2 ** 53, no('invalid_bid')],
    ['a bid at the ceiling', units(50), bid(50)],
    ['a bid over the ceiling', units(50) + 1, no('above_max_bid')],
    ['a bid under the contract’s minimum', units(3) - 1, no('below_min_bid')],
  ])('judges %s', (_what, priceMicros, judged) => {
    const limits = { minBidMicros: units(3), maxBidMicros: units(50) }
    const story = pinging({ floorMicros: units(5), contenders: [aContender('a', limits), aContender('b')] })
    expect(answerOf(story.answers('a', { kind: 'bid', priceMicros }), 'a')).toEqual(judged)
  })

  it('takes a bid at the contract’s minimum, and one of zero where nothing forbids it', () => {
    const story = pinging({ contenders: [aContender('a', { minBidMicros: units(3) }), aContender('b')] })
    story.bids({ a: 3, b: 0 })
    expect(ranking(story)).toEqual(['a', 'b'])
  })

  it('passes a no on with its reason and detail', () => {
    const said = { kind: 'no', reason: 'buyer_error', detail: 'HTTP 500' } as const
    expect(answerOf(pinging().answers('a', said), 'a')).toEqual(said)
  })

  it('keeps a buyer’s first answer', () => {
    const story = pinging().answers('a', bid(5)).answers('a', bid(500))
    expect(story.last).toEqual([])
    expect(answerOf(story, 'a')).toEqual(bid(5))
  })

  it('hears nobody who was not asked', () => {
    expect(pinging().answers('stranger', bid(500)).last).toEqual([])
  })

  it('takes a bid at the window’s last moment and none after it, even where the timer has not fired', () => {
    const story = pinging().wait(2_000).answers('a', bid(30)).wait(1).answers('b', bid(40)).answers('c', no())
    expect(answerOf(story, 'b')).toEqual({ kind: 'no', reason: 'timed_out', detail: 'bid after the window' })
    expect(answerOf(story, 'c')).toEqual(no())
    expect(ranking(story)).toEqual(['a'])
  })
})

describe('closing', () => {
  it('closes as soon as all have answered', () => {
    const story = pinging().answers('a', no()).bids({ b: 20 })
    expect(story.state.phase).toBe('pinging')
    story.bids({ c: 10 })
    expect(cause(story)).toBe('all_answered')
    expect(story.happened).toEqual(['answered', 'window_closed', 'attempt_started'])
  })

  it('counts who is still out when the time is over as timed out, and says when it was asked', () => {
    const story = pinging()
      .bids({ a: 30 })
      .wait(2_000)
      .closes({ b: START + 5 })
    expect(cause(story)).toBe('window_over')
    expect(story.last.slice(0, 2)).toMatchObject([
      { contractId: 'b', askedAt: START + 5, answer: no('timed_out') },
      { contractId: 'c', askedAt: null, answer: no('timed_out') },
    ])
  })

  it('changes nothing when it closes twice, nor by an answer after the close', () => {
    const story = pinging().bids({ a: 30 }).closes()
    expect(story.closes().last).toEqual([])
    expect(story.bids({ b: 90 }).last).toEqual([])
    expect(ranking(story)).toEqual(['a'])
  })

  it('settles unsold where nobody bids', () => {
    const story = pinging().answers('a', no()).closes()
    expect(story.state).toMatchObject({ phase: 'settled', outcome: 'unsold' })
  })

  it('sells to nobody where the window closes after the deadline', () => {
    const story = pinging({ bidWindowMs: 6_000 }).bids({ a: 30 }).wait(6_000).closes()
    expect(story.state).toMatchObject({ phase: 'settled', outcome: 'unsold', attempts: [] })
  })
})

describe('closing early, because nobody still out can come first', () => {
  const ceilings = (b: number | null, c: number | null, overrides = {}) =>
    pinging({
      contenders: [
        aContender('a'),
        aContender('b', { maxBidMicros: b === null ? null : units(b) }),
        aContender('c', { maxBidMicros: c === null ? null : units(c) }),
      ],
      ...overrides,
    })

  it('closes on a bid above every ceiling', () => {
    const story = ceilings(25, 29).bids({ a: 30 })
    expect(cause(story)).toBe('unbeatable')
    expect(ranking(story)).toEqual(['a'])
  })

  it('waits for a buyer whose ceiling is above the best bid, or unknown', () => {
    expect(cause(ceilings(25, 31).bids({ a: 30 }))).toBeNull()
    expect(cause(ceilings(25, null).bids({ a: 30 }))).toBeNull()
  })

  it('closes on a bid at the ceiling only where the tie is won', () => {
    expect(cause(ceilings(30, 30).bids({ a: 30 }))).toBe('unbeatable')
    const worse = { contenders: [aContender('b'), aContender('a', { maxBidMicros: units(30) })] }
    expect(cause(pinging(worse).bids({ b: 30 }))).toBeNull()
  })

  it('waits, where two may buy, until two bids are unbeatable', () => {
    const story = ceilings(25, 15, { maxSells: 2 }).bids({ a: 30 })
    expect(cause(story)).toBeNull()
    story.bids({ b: 20 })
    expect(cause(story)).toBe('unbeatable')
    expect(story.stages).toEqual({ a: 'reserving', b: 'reserving' })
  })

  it('waits, where two may buy, while the second place can still be taken', () => {
    expect(cause(ceilings(25, 21, { maxSells: 2 }).bids({ a: 30, b: 20 }))).toBeNull()
  })

  it('does not wait in a waterfall for those who come later anyway, whatever they may bid', () => {
    const contenders = [aContender('a', { priority: 1 }), aContender('b', { priority: 2 })]
    expect(cause(pinging({ distribution: 'waterfall', contenders }).bids({ a: 1 }))).toBe('unbeatable')
    expect(cause(pinging({ distribution: 'waterfall', contenders }).bids({ b: 99 }))).toBeNull()
  })

  it('does not wait in a draw for those who are drawn later', () => {
    const contenders = [aContender('a'), aContender('b')]
    expect(cause(pinging({ distribution: 'weighted', contenders }).bids({ b: 1 }))).toBe('unbeatable')
    expect(cause(pinging({ distribution: 'weighted', contenders }).bids({ a: 1 }))).toBeNull()
  })
})
