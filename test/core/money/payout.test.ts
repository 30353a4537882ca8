import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatMicros, MAX_MICROS, marginOf, microsToNumber, parseMicros } from '../../../src/core/money/micros'
import { type PayoutTerms, supplierPayout } from '../../../src/core/money/payout'

const share = (parts: number, clamps: Partial<PayoutTerms> = {}): PayoutTerms => ({
  cost: { mode: 'revenue_share', share: parts },
  minPayoutMicros: null,
  maxPayoutMicros: null,
  ...clamps,
})
const fixed = (amountMicros: number, clamps: Partial<PayoutTerms> = {}): PayoutTerms => ({
  ...share(0, clamps),
  cost: { mode: 'fixed', amountMicros },
})

describe('the guide’s example', () => {
  it('holds to the cent: a bid of 120.00 at 75 % is revenue 120.00, payout 90.00, profit 30.00, margin 25 %', () => {
    const revenue = parseMicros('120.00') ?? Number.NaN
    const payout = supplierPayout(share(750_000), revenue)
    const profit = revenue - payout
    expect([revenue, payout, profit].map(formatMicros)).toEqual(['120.00', '90.00', '30.00'])
    expect([revenue, payout, profit].map(microsToNumber)).toEqual([120, 90, 30])
    expect(marginOf(profit, revenue)).toBe(250_000)
  })
})

describe('what the supplier is paid', () => {
  it('is the fixed amount, whatever the buyer pays', () => {
    for (const price of [0, 1, 500_000_000]) expect(supplierPayout(fixed(12_000_000), price)).toBe(12_000_000)
  })

  it('is at least the minimum and at most the maximum of the source link', () => {
    expect(supplierPayout(share(500_000, { minPayoutMicros: 8 }), 10)).toBe(8)
    expect(supplierPayout(share(500_000, { maxPayoutMicros: 3 }), 10)).toBe(3)
    expect(supplierPayout(share(500_000, { minPayoutMicros: 2, maxPayoutMicros: 8 }), 10)).toBe(5)
    expect(supplierPayout(fixed(9, { maxPayoutMicros: 4 }), 10)).toBe(4)
  })

  it('is the maximum where the clamps contradict each other', () => {
    expect(supplierPayout(share(500_000, { minPayoutMicros: 8, maxPayoutMicros: 3 }), 10)).toBe(3)
  })

  it('is nothing where the maximum is nothing', () => {
    expect(supplierPayout(share(750_000, { maxPayoutMicros: 0 }), 10)).toBe(0)
  })

  it('is a whole number of micros, and never less for a higher price', () => {
    const price = fc.integer({ min: 0, max: MAX_MICROS })
    fc.assert(
      fc.property(price, price, fc.integer({ min: 0, max: 1_000_000 }), (one, other, parts) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)]
        const [less, more] = [supplierPayout(share(parts), low), supplierPayout(share(parts), high)]
        expect(Number.isSafeInteger(more)).toBe(true)
        expect(less).toBeLessThanOrEqual(more)
      }),
    )
  })
})
