import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FieldValue } from '../../../src/core/lead/fields'
import {
  describeFilter,
  explainFailure,
  type Filter,
  type FilterOp,
  failedFilters,
  passesFilter,
} from '../../../src/core/lead/filters'

const filter = (op: FilterOp, value: Filter['value'] = null, field = 'it'): Filter => ({ field, op, value })

const OPS: readonly FilterOp[] = [
  'eq',
  'ne',
  'in',
  'not_in',
  'gt',
  'gte',
  'lt',
  'lte',
  'between',
  'contains',
  'starts_with',
  'ends_with',
  'exists',
  'not_exists',
]

describe('a filter', () => {
  it.each<[FilterOp, Filter['value'], FieldValue]>([
    ['eq', 'TX', 'tx'],
    ['eq', 5, 5],
    ['eq', '5', 5],
    ['eq', 5, '5.0'],
    ['eq', true, true],
    ['eq', 'true', true],
    ['ne', 'TX', 'FL'],
    ['ne', 5, 6],
    ['in', ['TX', 'FL'], 'fl'],
    ['in', [1, 2], '2'],
    ['not_in', ['TX', 'FL'], 'CA'],
    ['gt', 0.84, 0.85],
    ['gte', 0.85, 0.85],
    ['lt', 10, '9'],
    ['lte', 10, 10],
    ['gt', '9', '10'],
    ['gt', '2026-01-31', '2026-02-01'],
    ['lt', 'b', 'A'],
    ['between', [18, 65], 18],
    ['between', [18, 65], 65],
    ['between', ['2026-01-01', '2026-12-31'], '2026-06-15'],
    ['contains', 'GEICO', 'former geico customer'],
    ['starts_with', '770', '77001'],
    ['starts_with', 770, '77001'],
    ['ends_with', '.COM', 'a@b.com'],
    ['exists', null, ''],
    ['exists', null, false],
  ])('%s %j passes %j', (op, wanted, value) => {
    expect(passesFilter(filter(op, wanted), value)).toBe(true)
  })

  it.each<[FilterOp, Filter['value'], FieldValue]>([
    ['eq', 'TX', 'FL'],
    ['eq', null, 'TX'],
    ['eq', 1, true],
    ['eq', '5', '5.0'],
    ['ne', 'tx', 'TX'],
    ['in', ['TX', 'FL'], 'CA'],
    ['in', [], 'CA'],
    ['in', null, 'CA'],
    ['not_in', ['TX', 'FL'], 'tx'],
    ['gt', 0.85, 0.85],
    ['gte', 0.85, 0.8499],
    ['lt', 10, 10],
    ['lte', 10, 10.000001],
    ['gt', 5, 'abc'],
    ['lt', 5, 'abc'],
    ['gt', 'abc', 5],
    ['gte', null, 5],
    ['between', [18, 65], 17.9],
    ['between', [18, 65], 65.1],
    ['between', [65, 18], 40],
    ['between', [18], 40],
    ['between', null, 40],
    ['contains', 'geico', 'allstate'],
    ['starts_with', '770', '07701'],
    ['ends_with', '.com', 'a@b.org'],
    ['not_exists', null, 'x'],
  ])('%s %j does not pass %j', (op, wanted, value) => {
    expect(passesFilter(filter(op, wanted), value)).toBe(false)
  })

  it('lets a lead without the field pass only where that is what it asks for', () => {
    const passing = OPS.filter((op) => passesFilter(filter(op, ['TX', 'FL']), undefined))
    expect(passing).toEqual(['ne', 'not_in', 'not_exists'])
  })

  it('has an opposite that passes exactly what it does not', () => {
    const opposites: [FilterOp, FilterOp][] = [
      ['eq', 'ne'],
      ['in', 'not_in'],
      ['exists', 'not_exists'],
    ]
    const scalar = fc.oneof(fc.string({ maxLength: 2 }), fc.integer({ min: -2, max: 2 }), fc.boolean())
    fc.assert(
      fc.property(
        fc.constantFrom(...opposites),
        scalar,
        fc.option(scalar, { nil: undefined }),
        ([op, not], wanted, value) => {
          expect(passesFilter(filter(op, wanted), value)).toBe(!passesFilter(filter(not, wanted), value))
        },
      ),
    )
  })

  it('compares numbers as numbers and never both ways at once', () => {
    const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
    fc.assert(
      fc.property(number, number, (value, bound) => {
        const passes = (op: FilterOp) => passesFilter(filter(op, bound), value)
        expect([passes('gt'), passes('gte'), passes('lt'), passes('lte')]).toEqual([
          value > bound,
          value >= bound,
          value < bound,
          value <= bound,
        ])
      }),
    )
  })

  it('never throws, whatever it is configured with', () => {
    const scalar = fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.boolean())
    const wanted = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fc.constant(null))
    fc.assert(
      fc.property(fc.constantFrom(...OPS), wanted, fc.option(scalar, { nil: undefined }), (op, value, leads) => {
        expect(typeof passesFilter(filter(op, value), leads)).toBe('boolean')
        expect(typeof describeFilter(filter(op, value))).toBe('string')
      }),
    )
  })
})

describe('the sentence of a filter that failed', () => {
  it.each<[FilterOp, Filter['value'], string]>([
    ['in', ['TX', 'FL', 'CA'], 'state must be one of: TX, FL, CA'],
    ['not_in', ['NY', 'NJ'], 'state must not be one of: NY, NJ'],
    ['eq', 'TX', 'state must be TX'],
    ['eq', false, 'state must be false'],
    ['ne', 'TX', 'state must not be TX'],
    ['gt', 1, 'state must be greater than 1'],
    ['gte', 0, 'state must be at least 0'],
    ['lt', 1, 'state must be less than 1'],
    ['lte', 1, 'state must be at most 1'],
    ['between', [18, 65], 'state must be between 18 and 65'],
    ['contains', 'x', 'state must contain x'],
    ['starts_with', 'x', 'state must start with x'],
    ['ends_with', 'x', 'state must end with x'],
    ['exists', null, 'state must be present'],
    ['not_exists', null, 'state must not be present'],
  ])('%s %j reads well', (op, value, sentence) => {
    expect(describeFilter(filter(op, value, 'state'))).toBe(sentence)
  })
})

describe('all filters of a campaign', () => {
  const filters = [
    filter('in', ['TX', 'FL', 'CA'], 'state'),
    filter('gte', 0.9, 'score'),
    filter('exists', null, 'email'),
    filter('ne', 'spam', 'source'),
  ]

  it('name each one that failed, in their order, on a lead', () => {
    expect(failedFilters(filters, { state: 'NY', score: 0.84, source: 'spam' }, 'fail')).toEqual([
      'state must be one of: TX, FL, CA',
      'score must be at least 0.9',
      'email must be present',
      'source must not be spam',
    ])
  })

  it('pass over fields that a ping does not have, and judge those that it has', () => {
    expect(failedFilters(filters, {}, 'skip')).toEqual([])
    expect(failedFilters(filters, { state: 'NY' }, 'skip')).toEqual(['state must be one of: TX, FL, CA'])
  })

  it('pass a lead that meets them', () => {
    expect(failedFilters(filters, { state: 'tx', score: 0.9, email: 'a@b.co' }, 'fail')).toEqual([])
  })
})

describe('why a filter let a lead go', () => {
  it.each<[FilterOp, Filter['value'], number | string, string]>([
    ['gte', 0.9, 0.84, 'score 0.84 < buyer_min 0.9'],
    ['gte', 0.9, '0.84', 'score 0.84 < buyer_min 0.9'],
    ['gt', 1, 1, 'score 1 <= buyer_min 1'],
    ['lte', 5, 6, 'score 6 > buyer_max 5'],
    ['lt', 5, 5, 'score 5 >= buyer_max 5'],
    ['between', [2, 4], 1, 'score 1 < buyer_min 2'],
    ['between', [2, 4], 5, 'score 5 > buyer_max 4'],
    ['gte', 0.9, 'high', 'score must be at least 0.9'],
    ['in', [1, 2], 3, 'score must be one of: 1, 2'],
  ])('%s %j of %j is %s', (op, value, actual, words) => {
    expect(explainFailure({ field: 'score', op, value }, actual)).toBe(words)
  })
})
