import { describe, expect, it } from 'vitest'
import { answerIn, leadFor, PlayedAuction } from '../support/played-auction'
import { TestBuyer } from '../support/test-buyer'

/** One buyer has answered, and the other is held back until the test lets it go. */
async function withOneOut(first: string, last: string, services = {}) {
  const early = new TestBuyer('early', { ping: first })
  const late = new TestBuyer('late', { ping: `held/${last}` })
  const auction = new PlayedAuction({ earlyReservationMs: 0, ...services })
  const answer = auction.submit(leadFor([early, late]))
  await late.pings({ requests: 1 })
  return { auction, answer, late }
}

describe('the leader, while the last buyer is out', () => {
  it('is reserved before the window closes, and not a second time', async () => {
    const { auction, answer, late } = await withOneOut('bid/120', 'bid:100')
    expect(await auction.accountCalls.atLeast(1)).toEqual(['reserve buy_early 1'])
    expect((await auction.view()).phase).toBe('pinging')
    await late.releasePings()
    expect(answerIn(await answer).buyer_id).toBe('buy_early')
    await auction.projected.atLeast(1)
    expect(auction.accountCalls.all).toEqual(['reserve buy_early 1'])
  })

  it('is given back where the last buyer outbids it', async () => {
    const { auction, answer, late } = await withOneOut('bid/100', 'bid:120')
    await auction.accountCalls.atLeast(1)
    await late.releasePings()
    expect(answerIn(await answer).buyer_id).toBe('buy_late')
    await auction.projected.atLeast(1)
    expect([...auction.accountCalls.all].sort()).toEqual([
      'release buy_early 1',
      'reserve buy_early 1',
      'reserve buy_late 1',
    ])
  })

  it('is asked for again at the close where it was refused before', async () => {
    let asked = 0
    const reserve = async () => (++asked === 1 ? { granted: false, reason: 'capped' } : { granted: true })
    const { auction, answer, late } = await withOneOut('bid/120', 'bid:100', { accounts: { reserve } })
    await auction.accountCalls.atLeast(1)
    await late.releasePings()
    expect(answerIn(await answer).buyer_id).toBe('buy_early')
    expect(asked).toBe(2)
  })

  it('is asked for again at the close where its account could not be reached before', async () => {
    let asked = 0
    const reserve = async () => {
      if (++asked === 1) throw new Error('the account is away')
      return { granted: true }
    }
    const { auction, answer, late } = await withOneOut('bid/120', 'bid:100', { accounts: { reserve } })
    await auction.accountCalls.atLeast(1)
    await late.releasePings()
    expect(answerIn(await answer).buyer_id).toBe('buy_early')
    expect(asked).toBe(2)
  })
})
