import { describe, expect, it } from 'vitest'
import {
  attemptOutcomeOf,
  bidsOf,
  isAnswerable,
  leadOutcomeOf,
  salesOf,
  statusOf,
  unsoldReason,
} from '../../../src/core/auction/summary'
import {
  ACCEPTED,
  aContender,
  no,
  pinging,
  planned,
  posting,
  REJECTED,
  reserving,
  START,
  Story,
  UNKNOWN,
  units,
} from '../../support/auction-factories'

const reasons = ({ state }: Story) =>
  Object.fromEntries(bidsOf(state).map(({ contractId, reason }) => [contractId, reason]))
const REFUSAL = {
  contractId: 'x',
  buyerId: 'buy_x',
  buyerName: 'Buyer x',
  reason: 'filtered',
  detail: 'state',
} as const

describe('the status', () => {
  it('is pending and not answerable until the sale is over or unclear', () => {
    for (const story of [new Story(), planned(), pinging(), reserving(), posting()]) {
      expect(statusOf(story.state)).toBe('pending')
      expect(isAnswerable(story.state)).toBe(false)
    }
  })

  it('is sold or unsold once settled', () => {
    const [sold, unsold] = [posting().posts('a', ACCEPTED), pinging().closes()]
    expect([statusOf(sold.state), isAnswerable(sold.state)]).toEqual(['sold', true])
    expect([statusOf(unsold.state), isAnswerable(unsold.state)]).toEqual(['unsold', true])
  })

  it('is pending, and answerable, while a post’s outcome is unknown', () => {
    const { state } = posting().posts('a', UNKNOWN)
    expect([statusOf(state), isAnswerable(state)]).toEqual(['pending', true])
  })

  it('is sold, and answerable, where one bought and the other is unknown', () => {
    const story = reserving({ maxSells: 2 }).grants('a').grants('b').posts('a', ACCEPTED)
    expect(isAnswerable(story.state)).toBe(false)
    story.posts('b', UNKNOWN)
    expect([statusOf(story.state), isAnswerable(story.state)]).toEqual(['sold', true])
  })
})

describe('the sales', () => {
  it('name buyer, price, payout and reference', () => {
    expect(salesOf(posting().wait(70).posts('a', ACCEPTED).state)).toEqual([
      {
        contractId: 'a',
        buyerId: 'buy_a',
        attempt: 1,
        priceMicros: units(30),
        payoutMicros: units(22.5),
        closedAt: START,
        acceptedAt: START + 70,
        reference: 'ref-1',
        redirectUrl: null,
      },
    ])
  })

  it('are none before the window closed', () => {
    expect(salesOf(pinging().state)).toEqual([])
  })
})

describe('what became of it, for whoever holds a place or a price', () => {
  const attempt = ({ state }: Story, number = 1, contractId = 'a') => attemptOutcomeOf(state, number, contractId)

  it('is open while the attempt runs, and as long as its outcome is unknown', () => {
    for (const story of [reserving(), posting(), posting().posts('a', UNKNOWN)]) expect(attempt(story)).toBe('open')
  })

  it('is open before the window has closed: a restart may have forgotten an attempt that comes again', () => {
    expect(attempt(planned())).toBe('open')
    expect(attempt(pinging())).toBe('open')
  })

  it('is sold or over once that is known', () => {
    expect(attempt(posting().posts('a', ACCEPTED))).toBe('sold')
    expect(attempt(posting().posts('a', REJECTED))).toBe('over')
    expect(attempt(reserving().denies('a'))).toBe('over')
  })

  it('is over for an attempt that never was, or by another contract', () => {
    expect(attempt(new Story())).toBe('over')
    expect(attempt(posting(), 2)).toBe('over')
    expect(attempt(posting(), 1, 'b')).toBe('over')
  })

  it('is, of the whole lead, open until it is settled, then sold at its payouts or unsold', () => {
    expect(leadOutcomeOf(new Story().state)).toEqual({ status: 'absent', payoutMicros: 0 })
    expect(leadOutcomeOf(posting().posts('a', UNKNOWN).state)).toEqual({ status: 'open', payoutMicros: 0 })
    expect(leadOutcomeOf(pinging().closes().state)).toEqual({ status: 'unsold', payoutMicros: 0 })
    const two = reserving({ maxSells: 2 }).grants('a').grants('b').posts('a', ACCEPTED).posts('b', ACCEPTED)
    expect(leadOutcomeOf(two.state)).toEqual({ status: 'sold', payoutMicros: units(37.5) })
  })
})

describe('each buyer’s part', () => {
  it('gives those who could not come first any more as outbid', () => {
    expect(reasons(posting().posts('a', ACCEPTED))).toEqual({ a: null, b: 'outbid', c: 'outbid' })
  })

  it('gives the reason of a no, a rejected post, a denial, and of who was left out before', () => {
    const story = pinging({ refusals: [REFUSAL], deadlineMs: 5_000 })
      .answers('a', no('timed_out'))
      .bids({ b: 20, c: 10 })
    story.denies('b', 'out_of_budget').grants('c').posts('c', REJECTED)
    expect(reasons(story)).toEqual({ a: 'timed_out', b: 'out_of_budget', c: 'post_rejected', x: 'filtered' })
    expect(bidsOf(story.state)[2]).toMatchObject({ priceMicros: units(10), detail: 'no thanks', buyerName: 'Buyer c' })
  })

  it('gives those whom the deadline cut off as not reached', () => {
    expect(reasons(posting().wait(6_000).posts('a', REJECTED))).toEqual({
      a: 'post_rejected',
      b: 'not_reached',
      c: 'not_reached',
    })
  })

  it('gives nobody as outbid where a place stayed free', () => {
    const story = reserving({ maxSells: 2 })
      .grants('a')
      .grants('b')
      .posts('a', ACCEPTED)
      .wait(6_000)
      .posts('b', REJECTED)
    expect(reasons(story)).toEqual({ a: null, b: 'post_rejected', c: 'not_reached' })
  })

  it('leaves open whose part is not over', () => {
    expect(reasons(posting().posts('a', UNKNOWN))).toEqual({ a: null, b: null, c: null })
    const one = reserving({ maxSells: 2 }).grants('a').posts('a', ACCEPTED)
    expect(reasons(one)).toEqual({ a: null, b: null, c: null })
  })

  it('gives the times of asking and answering, and none for a fixed price', () => {
    const contenders = [aContender('a'), aContender('b', { pings: false })]
    const story = pinging({ contenders }).wait(80)
    story.do({ type: 'answer', contractId: 'a', askedAt: START + 3, answer: no() })
    expect(bidsOf(story.state)).toMatchObject([
      { contractId: 'a', askedAt: START + 3, answeredAt: START + 80 },
      { contractId: 'b', askedAt: null, answeredAt: null, priceMicros: units(10) },
    ])
  })

  it('is empty before there is a plan', () => {
    expect(bidsOf(new Story().state)).toEqual([])
  })
})

describe('why nobody bought', () => {
  it('is the reason that most buyers share', () => {
    const story = pinging({ refusals: [REFUSAL] })
      .answers('a', no('timed_out'))
      .answers('b', no('declined'))
    expect(unsoldReason(story.answers('c', no('timed_out')).state)).toBe('timed_out')
  })

  it('is the first buyer’s where none is shared', () => {
    expect(unsoldReason(pinging().answers('a', no('buyer_error')).closes().state)).toBe('timed_out')
    const story = pinging().answers('a', no('buyer_error')).answers('b', no('declined')).answers('c', no('paused'))
    expect(unsoldReason(story.state)).toBe('buyer_error')
  })

  it('is null where there was no buyer, where it was sold, and while it is open', () => {
    expect(unsoldReason(pinging({ contenders: [] }).state)).toBeNull()
    expect(unsoldReason(posting().posts('a', ACCEPTED).state)).toBeNull()
    expect(unsoldReason(posting().posts('a', UNKNOWN).state)).toBeNull()
  })
})
