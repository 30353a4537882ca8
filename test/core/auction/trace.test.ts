import { describe, expect, it } from 'vitest'
import { traceOf } from '../../../src/core/auction/trace'
import { ACCEPTED, aContender, no, pinging, REJECTED, UNKNOWN } from '../../support/auction-factories'

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
