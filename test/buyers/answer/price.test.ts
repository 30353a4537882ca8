import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '../../../src/buyers/answer/json'
import { isCurrency, readPrice } from '../../../src/buyers/answer/price'

describe('readPrice', () => {
  it.each([
    [38.5, 38_500_000, null],
    [0, 0, null],
    [120, 120_000_000, null],
    [0.000001, 1, null],
    ['38.50', 38_500_000, null],
    ['0', 0, null],
    ['00.00', 0, null],
    ['007.10', 7_100_000, null],
    ['1.0000', 1_000_000, null],
    ['6.6600000000', 6_660_000, null],
    [' 12.25 ', 12_250_000, null],
    ['$1,234.50', 1_234_500_000, '$'],
    ['$ 12', 12_000_000, '$'],
    ['12$', 12_000_000, '$'],
    ['US$12.00', 12_000_000, '$'],
    ['120.00 USD', 120_000_000, 'USD'],
    ['usd 120', 120_000_000, 'USD'],
    ['EUR12', 12_000_000, 'EUR'],
    ['€9.99', 9_990_000, 'EUR'],
    ['9.99 £', 9_990_000, 'GBP'],
    ['1,234,567', 1_234_567_000_000, null],
    ['12.00\u00a0USD', 12_000_000, 'USD'],
    ['1000000000', 1_000_000_000_000_000, null],
  ])('reads %j', (value, micros, currency) => {
    expect(readPrice(value)).toEqual({ ok: true, micros, currency })
  })

  it.each([
    [-1, 'price is negative'],
    ['-1', 'price is negative'],
    ['-0', 'price is negative'],
    ['-$5.00', 'price is negative'],
    ['$-5.00', 'price is negative'],
    [Number.NaN, 'price is not a number'],
    [Number.POSITIVE_INFINITY, 'price is not a number'],
    ['NaN', 'price is not a plain decimal'],
    ['Infinity', 'price is not a plain decimal'],
    ['1e3', 'price is not a plain decimal'],
    ['0x10', 'price is not a plain decimal'],
    ['+5', 'price is not a plain decimal'],
    ['.5', 'price is not a plain decimal'],
    ['5.', 'price is not a plain decimal'],
    ['12,50', 'price is not a plain decimal'],
    ['1.234,50', 'price is not a plain decimal'],
    ['1,23,456', 'price is not a plain decimal'],
    ['12.5.1', 'price is not a plain decimal'],
    ['12 34', 'price is not a plain decimal'],
    ['free', 'price is not a plain decimal'],
    ['$', 'price is not a plain decimal'],
    ['12 USD each', 'price is not a plain decimal'],
    ['１２', 'price is not a plain decimal'],
    ['', 'price is empty'],
    ['  ', 'price is empty'],
    [null, 'price is empty'],
    [undefined, 'price is empty'],
    [true, 'price is not a number'],
    [[38], 'price is not a number'],
    [{ amount: 38 }, 'price is not a number'],
    [0.0000001, 'price has more than six decimals'],
    [38.1234567, 'price has more than six decimals'],
    ['38.1234567', 'price has more than six decimals'],
    [1e21, 'price is too large'],
    ['1000000000.01', 'price is too large'],
    ['99999999999', 'price is too large'],
  ])('refuses %j: %s', (value, reason) => {
    expect(readPrice(value)).toEqual({ ok: false, reason })
  })

  it('reads every decimal to the micro, however it is spelt', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999 }), fc.integer({ min: 0, max: 999_999 }), (whole, fraction) => {
        const micros = whole * 1_000_000 + fraction
        const text = `${whole}.${String(fraction).padStart(6, '0')}`
        const grouped = text.replace(/\B(?=(\d{3})+\.)/g, ',')
        for (const spelling of [text, `$${grouped}`, `${grouped} USD`, `${text}000`]) {
          expect(readPrice(spelling), spelling).toMatchObject({ ok: true, micros })
        }
        expect(readPrice(parseJson(text))).toMatchObject({ ok: true, micros })
      }),
    )
  })

  it('never takes what is not a non-negative safe number of micros', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.string(), fc.double(), fc.bigInt().map(String)), (value) => {
        const price = readPrice(value)
        if (price.ok) expect(Number.isSafeInteger(price.micros) && price.micros >= 0).toBe(true)
      }),
    )
  })
})

describe('isCurrency', () => {
  it.each([
    [null, 'USD', true],
    ['USD', 'USD', true],
    ['usd', 'USD', true],
    ['EUR', 'USD', false],
    ['$', 'USD', true],
    ['$', 'CAD', true],
    ['$', 'EUR', false],
  ])('%j in an auction in %s: %s', (said, expected, same) => {
    expect(isCurrency(said, expected)).toBe(same)
  })
})
