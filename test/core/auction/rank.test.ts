import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AuctionPlan, Contender } from '../../../src/core/auction/plan'
import { type Bidding, isUnbeatable, rankBids } from '../../../src/core/auction/rank'
import { aContender, aPlan, bid, units } from '../../support/auction-factories'

/** Ranks bids in units by contract id; a contract that is left out has not answered. */
function rank(overrides: Partial<AuctionPlan>, amounts: { readonly [id: string]: number }): readonly string[] {
  return rankBids(bidding(aPlan(overrides), amounts)).map(({ contractId }) => contractId)
}

/** The first tier of the factories, with these bids in it. */
function bidding(plan: AuctionPlan, amounts: { readonly [id: string]: number }): Bidding {
  const answers = new Map(Object.entries(amounts).map(([id, amount]) => [id, { answer: bid(amount) }]))
  return { plan, tier: 0, answers, attempts: [] }
}

describe('the order of bids', () => {
  it('puts the highest price first', () => {
    expect(rank({}, { a: 10, b: 30, c: 20 })).toEqual(['b', 'c', 'a'])
  })

  it('breaks a tie of price by priority, the lower number first', () => {
    const contenders = [aContender('a', { priority: 2 }), aContender('b', { priority: 1 }), aContender('c')]
    expect(rank({ contenders }, { a: 10, b: 10, c: 5 })).toEqual(['b', 'a', 'c'])
  })

  it('breaks a tie of price and priority by the keyed hash, whatever the order of the plan', () => {
    const [a, b] = [aContender('a', { tieBreak: 'ff' }), aContender('b', { tieBreak: '00' })]
    expect(rank({ contenders: [a, b] }, { a: 10, b: 10 })).toEqual(['b', 'a'])
    expect(rank({ contenders: [b, a] }, { a: 10, b: 10 })).toEqual(['b', 'a'])
  })

  it('breaks no tie where a micro lies between', () => {
    const contenders = [aContender('a', { priority: 9 }), aContender('b', { priority: 1 })]
    expect(rank({ contenders }, { a: 10.000001, b: 10 })).toEqual(['a', 'b'])
  })

  it('puts priority before price in a waterfall', () => {
    const contenders = [
      aContender('a', { priority: 2 }),
      aContender('b', { priority: 1 }),
      aContender('c', { priority: 2 }),
    ]
    expect(rank({ distribution: 'waterfall', contenders }, { a: 10, b: 1, c: 20 })).toEqual(['b', 'c', 'a'])
  })

  it('draws by weight, whatever the price, with a weight of zero last', () => {
    const contenders = [aContender('a', { weight: 0, tieBreak: 'ff'.repeat(32) }), aContender('b'), aContender('c')]
    expect(rank({ distribution: 'weighted', contenders }, { a: 99, b: 1, c: 2 })).toEqual(['c', 'b', 'a'])
  })

  it('draws in proportion to the weights', () => {
    const drawn = Array.from({ length: 4_096 }, (_, index) => {
      const tieBreakFor = (id: string) => createHash('sha256').update(`${index} ${id}`).digest('hex')
      const contenders = [
        aContender('a', { weight: 3, tieBreak: tieBreakFor('a') }),
        aContender('b', { weight: 1, tieBreak: tieBreakFor('b') }),
      ]
      return rank({ distribution: 'weighted', contenders }, { a: 1, b: 1 })[0]
    })
    const share = drawn.filter((id) => id === 'a').length / drawn.length
    expect(share).toBeGreaterThan(0.72)
    expect(share).toBeLessThan(0.78)
  })

  it('ranks a buyer once, with its best bid, though it has two contracts', () => {
    const contenders = [aContender('a', { buyerId: 'buy_x' }), aContender('b', { buyerId: 'buy_x' }), aContender('c')]
    expect(rank({ contenders }, { a: 10, b: 20, c: 5 })).toEqual(['b', 'c'])
  })
})

describe('the early end of waiting', () => {
  const amount = fc.integer({ min: 0, max: 6 })
  const aRandomContender = (id: string) =>
    fc
      .record({ ceiling: fc.option(amount), priority: fc.integer({ min: 1, max: 2 }), weight: fc.nat(2), bid: amount })
      .map(({ ceiling, bid: wanted, ...rest }): { contender: Contender; amount: number } => ({
        contender: aContender(id, { ...rest, maxBidMicros: ceiling === null ? null : units(ceiling) }),
        amount: Math.min(wanted, ceiling ?? wanted),
      }))

  it.each(['ping_post', 'waterfall', 'weighted', 'round_robin'] as const)(
    'never changes who comes first in %s, whatever those still out would have bid',
    (distribution) => {
      const bidders = fc.tuple(...['a', 'b', 'c', 'd'].map(aRandomContender))
      fc.assert(
        fc.property(bidders, fc.integer({ min: 1, max: 3 }), fc.nat(4), (all, maxSells, heard) => {
          const plan = aPlan({ distribution, maxSells, contenders: all.map(({ contender }) => contender) })
          const amounts = all.map(({ contender, amount }) => [contender.id, amount] as const)
          const early = bidding(plan, Object.fromEntries(amounts.slice(0, heard)))
          if (!isUnbeatable(early)) return
          const complete = bidding(plan, Object.fromEntries(amounts))
          expect(rankBids(early).slice(0, maxSells)).toEqual(rankBids(complete).slice(0, maxSells))
        }),
        { numRuns: 500 },
      )
    },
  )
})
