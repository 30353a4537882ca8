import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeAuctionId, decodeLeadId, encodeAuctionId, encodeLeadId } from '../../src/security/public-ids'

const objectId = fc
  .array(fc.constantFrom(...'0123456789abcdef'), { minLength: 64, maxLength: 64 })
  .map((digits) => digits.join(''))

describe('public ids', () => {
  it('lead back to the object, from an auction and from its lead alike', () => {
    fc.assert(
      fc.property(objectId, (id) => {
        expect(decodeAuctionId(encodeAuctionId(id))).toBe(id)
        expect(decodeLeadId(encodeLeadId(id))).toBe(id)
      }),
    )
  })

  it('are the number of the id in base 62, as big integers have it', () => {
    const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
    fc.assert(
      fc.property(objectId, (id) => {
        let text = ''
        for (let rest = BigInt(`0x${id}`); text.length < 43; rest /= 62n) text = digits[Number(rest % 62n)] + text
        expect(encodeAuctionId(id)).toBe(`auc_${text}`)
      }),
    )
  })

  it('refuse the first number that is no id of 256 bits', () => {
    const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
    let text = ''
    for (let rest = 2n ** 256n; text.length < 43; rest /= 62n) text = digits[Number(rest % 62n)] + text
    expect(decodeAuctionId(`auc_${text}`)).toBeNull()
  })

  it('hold the smallest and the largest id', () => {
    for (const id of ['0'.repeat(64), 'f'.repeat(64), `${'0'.repeat(63)}1`]) {
      expect(encodeAuctionId(id)).toMatch(/^auc_[0-9A-Za-z]{43}$/)
      expect(encodeLeadId(id)).toMatch(/^ld_[0-9A-Za-z]{43}$/)
      expect(decodeAuctionId(encodeAuctionId(id))).toBe(id)
    }
  })

  it('have one spelling each', () => {
    const digits = fc.array(fc.constantFrom(...'019AZaz'), { minLength: 43, maxLength: 43 })
    fc.assert(
      fc.property(
        digits.map((chars) => `auc_${chars.join('')}`),
        (text) => {
          const id = decodeAuctionId(text)
          if (id !== null) expect(encodeAuctionId(id)).toBe(text)
        },
      ),
    )
  })

  it('are not taken for one another', () => {
    const id = 'ab'.repeat(32)
    expect(decodeLeadId(encodeAuctionId(id))).toBeNull()
    expect(decodeAuctionId(encodeLeadId(id))).toBeNull()
  })

  it('refuse garbage', () => {
    const good = encodeAuctionId('ab'.repeat(32))
    const garbage = [
      '',
      'auc_',
      'auc_1',
      'ld_live_0123456789ABCDEFGHIJKLMNOPQRST000000',
      `auc_${'z'.repeat(43)}`,
      `${good}0`,
      good.slice(0, -1),
      ` ${good}`,
      `${good}\n`,
      good.replace('auc_', 'AUC_'),
      good.replace('auc_', 'auc-'),
      good.replace(/.$/, '-'),
      good.replace(/.$/, 'é'),
      '../auc_1',
      'auc_%00',
    ]
    for (const text of garbage) {
      expect(decodeAuctionId(text)).toBeNull()
      expect(decodeLeadId(text)).toBeNull()
    }
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => decodeAuctionId(text) === null))
  })

  it('are made of object ids only', () => {
    for (const text of ['', 'AB'.repeat(32), 'ab'.repeat(31), 'g'.repeat(64), `${'ab'.repeat(32)}\n`]) {
      expect(() => encodeAuctionId(text)).toThrow('not an object id')
    }
  })
})
