import { describe, expect, it } from 'vitest'
import { likelyAttempt } from '../../../src/core/auction/likely'
import { aContender, bid, no, pinging, START, units } from '../../support/auction-factories'

const three = () => pinging({ contenders: ['a', 'b', 'c'].map((id) => aContender(id)) })

const answer = (contractId: string, said: ReturnType<typeof bid> | ReturnType<typeof no>) =>
  ({ type: 'answer', contractId, askedAt: START, answer: said }) as const

describe('who would be tried first if the window closed now', () => {
  it('is the best bidder, once a single buyer is out', () => {
    const story = three().do(answer('a', bid(10)))
    expect(likelyAttempt(story.state, START)).toBeNull()
    const later = story.do(answer('b', bid(12)))
    expect(likelyAttempt(later.state, START)).toMatchObject({ contractId: 'b', attempt: 1, priceMicros: units(12) })
  })

  it('is nobody where nobody has bid', () => {
    const story = three()
      .do(answer('a', no('declined')))
      .do(answer('b', no('declined')))
    expect(likelyAttempt(story.state, START)).toBeNull()
  })

  it('is the very attempt that the close makes, where the last buyer does not outbid it', () => {
    const story = three()
      .do(answer('a', bid(10)))
      .do(answer('b', bid(12)))
    const likely = likelyAttempt(story.state, START)
    const made = story.do(answer('c', bid(11))).last.find(({ type }) => type === 'attempt_started')
    expect(made).toMatchObject({ ...likely })
  })

  it('is asked in vain once the window is closed, of shared leads, and of offers', () => {
    const closed = three()
      .do(answer('a', bid(10)))
      .do(answer('b', bid(12)))
      .do(answer('c', bid(11)))
    expect(likelyAttempt(closed.state, START)).toBeNull()
    const contenders = ['a', 'b', 'c'].map((id) => aContender(id))
    for (const plan of [{ maxSells: 2 }, { mode: 'offer' as const }]) {
      const story = pinging({ contenders, ...plan })
        .do(answer('a', bid(10)))
        .do(answer('b', bid(12)))
      expect(likelyAttempt(story.state, START)).toBeNull()
    }
  })
})
