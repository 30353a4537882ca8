import { describe, expect, it } from 'vitest'
import { bidsOf, isAnswerable, salesOf, statusOf, unsoldReason } from '../../../src/core/auction/summary'
import { traceOf } from '../../../src/core/auction/trace'
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
        priceMicros: units(30),
        payoutMicros: units(22.5),
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

describe('the trace', () => {
  it('has one entry an event, with its offset and its reason', () => {
    const story = pinging().wait(40).answers('b', no('declined')).bids({ a: 30 }).wait(1_960).closes()
    story.wait(5).grants('a').wait(90).posts('a', UNKNOWN).wait(1_000).retries('a', 2).wait(50).posts('a', ACCEPTED, 2)
    story.acknowledges(2)
    const lines = traceOf(story.events).map(({ atMs, step, contractId, reason, detail }) =>
      [atMs, step, contractId, reason, detail].filter((part) => part !== null).join(' '),
    )
    expect(lines).toEqual([
      '0 planned 3 buyers, 0 left out',
      '0 window_opened',
      '40 declined b declined',
      '40 bid a 30.00',
      '2000 declined c timed_out',
      '2000 window_closed window_over 1 bids',
      '2000 reserving a attempt 1 at 30.00',
      '2005 posting a try 1',
      '2095 unknown a timed_out',
      '2095 retry_scheduled a in 1000 ms',
      '3095 posting a try 2',
      '3145 accepted a',
      '3145 settled sold',
      '3145 acknowledged sequence 2',
    ])
  })

  it('tells a fixed price, a denial, a rejection and what was left to a person apart', () => {
    const contenders = [aContender('a', { pings: false, onUnknown: 'hold' }), aContender('b'), aContender('c')]
    const story = pinging({ contenders }).bids({ b: 30, c: 20 }).denies('b').grants('c').posts('c', REJECTED)
    story.grants('a').posts('a', UNKNOWN)
    const steps = traceOf(story.events).map(({ step, reason }) => (reason === null ? step : `${step}: ${reason}`))
    for (const step of ['fixed_price', 'reservation_denied: capped', 'rejected: no thanks', 'parked']) {
      expect(steps).toContain(step)
    }
  })

  it('is empty where nothing happened', () => {
    expect(traceOf([])).toEqual([])
  })
})
