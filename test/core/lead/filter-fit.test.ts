import { describe, expect, it } from 'vitest'
import type { FieldDefinition, FieldType } from '../../../src/core/lead/fields'
import { filterMisfit } from '../../../src/core/lead/filter-fit'
import type { Filter } from '../../../src/core/lead/filters'

const field = (type: FieldType, values: readonly string[] | null = null, name = 'x'): FieldDefinition => {
  return { name, type, required: false, requiredOn: 'post', values, pii: false }
}
const COVERAGE = field('enum', ['Full', 'Minimum', '3'])
const ZIP3 = field('string', null, 'zip3')

type Case = readonly [FieldDefinition, Filter['op'], Filter['value']]
const misfit = ([definition, op, value]: Case) => filterMisfit(definition, { field: definition.name, op, value })

describe('a filter that some value of its field passes', () => {
  it.each<Case>([
    [COVERAGE, 'eq', 'FULL'],
    [COVERAGE, 'in', ['minimum', 3]],
    [COVERAGE, 'starts_with', 'min'],
    [COVERAGE, 'gte', 2],
    [field('string', ['a', 'b']), 'not_in', ['A']],
    [field('string'), 'eq', true],
    [field('string'), 'between', [18, 65]],
    [field('string'), 'between', ['a', 'b']],
    [field('number'), 'eq', '5'],
    [field('number'), 'between', [1, '1']],
    [field('number'), 'contains', '5'],
    [field('boolean'), 'eq', 'TRUE'],
    [field('boolean'), 'in', [true, false]],
    [field('date'), 'gte', '1980-01-01'],
    [field('date'), 'between', ['1980-01-01', '1990-01-01']],
    [field('date'), 'gte', '1980-05'],
    [field('state'), 'in', ['tx', 'FL']],
    [field('state'), 'starts_with', 'n'],
    [field('zip'), 'in', ['77002', '77002-1234', 2139]],
    [field('zip'), 'starts_with', '770'],
    [field('zip'), 'between', ['77000', '77999']],
    [field('phone'), 'starts_with', '512'],
    [field('phone'), 'eq', '5125550182'],
    [field('email'), 'ends_with', '@example.com'],
    [field('email'), 'ne', 'Maria@example.com'],
    [ZIP3, 'in', ['770', 21]],
    [field('enum', ['770', '77'], 'zip3'), 'eq', '77'],
    [COVERAGE, 'exists', null],
    [field('state'), 'not_exists', null],
  ])('on %o stands: %s %s', (...filter) => {
    expect(misfit(filter)).toBeNull()
  })
})

describe('a filter that no value of its field passes, or tells apart', () => {
  it.each<readonly [...Case, string]>([
    [COVERAGE, 'eq', 'half', 'one of: Full, Minimum, 3'],
    [COVERAGE, 'in', ['Full', 'half'], 'one of: Full, Minimum, 3'],
    [COVERAGE, 'not_in', ['half'], 'one of: Full, Minimum, 3'],
    [COVERAGE, 'contains', 'z', 'one of: Full, Minimum, 3'],
    [COVERAGE, 'gt', 9, 'one of: Full, Minimum, 3'],
    [field('string', ['a']), 'ne', 'b', 'one of: a'],
    [field('string'), 'between', [65, 18], 'the lower bound first'],
    [field('string'), 'between', [18, 'b'], 'both of one kind'],
    [field('number'), 'eq', 'five', 'number'],
    [field('number'), 'gte', 'five', 'number'],
    [field('number'), 'between', [9, 1], 'the lower bound first'],
    [field('boolean'), 'eq', 'maybe', 'true or false'],
    [field('boolean'), 'gt', 3, 'true or false'],
    [field('date'), 'eq', '05/12/1980', 'date as YYYY-MM-DD'],
    [field('date'), 'lt', 1990, 'date as YYYY-MM-DD'],
    [field('state'), 'eq', 'Texas', 'two-letter US state code'],
    [field('state'), 'starts_with', 'Tex', 'two-letter'],
    [field('zip'), 'eq', '770', 'starts_with takes its first digits'],
    [field('zip'), 'starts_with', '77A', 'digits of a ZIP code'],
    [field('phone'), 'eq', '(512) 555-0182', 'digits alone'],
    [field('phone'), 'eq', '+15125550182', '5125550182'],
    [field('phone'), 'starts_with', '(512)', 'digits of a phone number'],
    [field('email'), 'eq', 'nobody', 'email address'],
    [field('url'), 'in', ['http://a.test'], 'https URL'],
    [ZIP3, 'eq', '77002', 'first three digits'],
    [ZIP3, 'starts_with', '7700', 'up to three digits'],
  ])('on %o is told what it can be: %s %s', (definition, op, value, words) => {
    expect(misfit([definition, op, value])).toContain(words)
  })
})
