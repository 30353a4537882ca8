import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatMicros,
  MAX_MICROS,
  marginOf,
  microsFromNumber,
  microsToNumber,
  parseMicros,
  shareOf,
} from '../../../src/core/money/micros'

const amount = fc.oneof(fc.integer({ min: 0, max: MAX_MICROS }), fc.integer({ min: 0, max: 1_000_000_000 }))

/** How a decimal is written without ever being a float. */
function decimalOf(micros: number): string {
  const digits = String(micros).padStart(7, '0')
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`
}

describe('reading a decimal', () => {
  it.each([
    ['0', 0],
    ['120.00', 120_000_000],
    ['38.5', 38_500_000],
    ['0.000001', 1],
    ['0.1', 100_000],
    ['007.50', 7_500_000],
    ['1.2300000000', 1_230_000],
    ['1000000000', MAX_MICROS],
    ['1000000000.000000', MAX_MICROS],
  ])('reads %s', (text, micros) => {
    expect(parseMicros(text)).toBe(micros)
  })

  it.each([
    '',
    ' 1',
    '1 ',
    '1\n',
    '-1',
    '+1',
    '-0',
    '.5',
    '5.',
    '1,234.50',
    '$5',
    '1e3',
    '0x10',
    'NaN',
    'Infinity',
    '1.0000001',
    '0.0000001',
    '1000000000.000001',
    '99999999999',
    '１２',
    '1.2.3',
    `1.${'0'.repeat(6)}1`,
  ])('refuses %j', (text) => {
    expect(parseMicros(text)).toBeNull()
  })

  it('takes back what it wrote, to the micro', () => {
    fc.assert(
      fc.property(amount, (micros) => {
        expect(parseMicros(decimalOf(micros))).toBe(micros)
        expect(parseMicros(formatMicros(micros))).toBe(micros)
      }),
    )
  })

  it('is not slowed down by a long text that almost is one', () => {
    // Every digit group has a bound, so the work grows no faster than the text.
    expect(parseMicros(`1.5${'0'.repeat(60_000)}`)).toBe(1_500_000)
    expect(parseMicros(`1.5${'0'.repeat(60_000)}x`)).toBeNull()
    expect(parseMicros('9'.repeat(60_000))).toBeNull()
  })
})

describe('money as a JSON number', () => {
  it('goes there and back, to the micro, up to the largest amount', () => {
    fc.assert(
      fc.property(amount, (micros) => {
        const number = microsToNumber(micros)
        expect(microsFromNumber(number)).toBe(micros)
        expect(microsFromNumber(JSON.parse(JSON.stringify(number)))).toBe(micros)
        // The number that JSON would read from the decimal: no digits of a float's making.
        expect(number).toBe(Number(decimalOf(micros)))
      }),
    )
  })

  it('is exact where floats are known to go wrong', () => {
    expect(microsFromNumber(0.1)).toBe(100_000)
    expect(microsFromNumber(1.005)).toBe(1_005_000)
    expect(microsFromNumber(4.35)).toBe(4_350_000)
    expect(microsToNumber(300_000)).toBe(0.3)
  })

  it.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -1,
    -0.01,
    0.1 + 0.2,
    1e-7,
    1e-6 / 3,
    1e21,
    1_000_000_000.000001,
    2 ** 53,
  ])('refuses %s', (value) => {
    expect(microsFromNumber(value)).toBeNull()
  })

  it('reads minus zero as nothing at all', () => {
    expect(Object.is(microsFromNumber(-0), 0)).toBe(true)
  })
})

describe('money as people read it', () => {
  it.each([
    [0, '0.00'],
    [1, '0.000001'],
    [10, '0.00001'],
    [90_000_000, '90.00'],
    [38_500_000, '38.50'],
    [38_505_000, '38.505'],
    [100_000, '0.10'],
    [-30_250_000, '-30.25'],
    [MAX_MICROS, '1000000000.00'],
  ])('writes %d as %s', (micros, text) => {
    expect(formatMicros(micros)).toBe(text)
  })
})

describe('a share', () => {
  it('is rounded half up, as in exact fractions, for every amount and share', () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 1_000_000 }), (micros, share) => {
        const [result, product] = [BigInt(shareOf(micros, share)), BigInt(micros) * BigInt(share)]
        // result − ½ ≤ product / 10⁶ < result + ½, without a division
        expect(2n * result * 1_000_000n - 1_000_000n <= 2n * product).toBe(true)
        expect(2n * product < 2n * result * 1_000_000n + 1_000_000n).toBe(true)
      }),
    )
  })

  it('never makes more of an amount, and all of it at a hundred percent', () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 1_000_000 }), (micros, share) => {
        expect(shareOf(micros, share)).toBeLessThanOrEqual(micros)
        expect(shareOf(micros, 1_000_000)).toBe(micros)
        expect(shareOf(micros, 0)).toBe(0)
      }),
    )
  })

  it('rounds the half micro up', () => {
    expect(shareOf(1, 500_000)).toBe(1)
    expect(shareOf(1, 499_999)).toBe(0)
    expect(shareOf(3, 500_000)).toBe(2)
  })
})

describe('the margin', () => {
  it('is a whole number of millionths, rounded half away from zero, as in exact fractions', () => {
    const upTo = (max: number) => fc.integer({ min: 1, max })
    const books = fc.oneof(
      fc.tuple(upTo(1_000_000), upTo(1_000_000_000)),
      fc.tuple(
        amount.map((m) => m + 1_000_000),
        amount,
      ),
    )
    fc.assert(
      fc.property(books, ([revenueMicros, payoutMicros]) => {
        const profit = revenueMicros - payoutMicros
        const margin = BigInt(Math.abs(marginOf(profit, revenueMicros) ?? Number.NaN))
        const [exact, unit] = [2n * BigInt(Math.abs(profit)) * 1_000_000n, BigInt(revenueMicros)]
        expect((2n * margin - 1n) * unit <= exact && exact < (2n * margin + 1n) * unit).toBe(true)
      }),
    )
  })

  it('has no rounding of a float', () => {
    // 1001 / 2 000 000 000 is 500.5 millionths; in doubles it comes out as 500.49999999999994.
    expect(marginOf(1_001, 2_000_000)).toBe(501)
  })

  it('is null without revenue, negative at a loss, and never minus zero', () => {
    expect(marginOf(0, 0)).toBeNull()
    expect(marginOf(-30, 120)).toBe(-250_000)
    expect(Object.is(marginOf(-1, 10_000_000_000), 0)).toBe(true)
  })
})
