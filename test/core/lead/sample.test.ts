import { describe, expect, it } from 'vitest'
import { type FieldDefinition, type FieldType, readFields } from '../../../src/core/lead/fields'
import { type Filter, failedFilters } from '../../../src/core/lead/filters'
import { sampleLead } from '../../../src/core/lead/sample'

const TYPES: readonly FieldType[] = [
  'string',
  'number',
  'boolean',
  'date',
  'email',
  'phone',
  'state',
  'zip',
  'url',
  'enum',
]

function field(name: string, type: FieldType = 'string', overrides: Partial<FieldDefinition> = {}): FieldDefinition {
  return { name, type, required: false, requiredOn: 'post', values: null, pii: false, ...overrides }
}

describe('a sample lead', () => {
  it.each(TYPES)('has a value that a field of type %s takes, whatever the field is called', (type) => {
    const values = type === 'enum' ? ['small', 'large'] : null
    for (const name of [
      'first_name',
      'phone',
      'state',
      'dob',
      'email',
      'ai_quality_score',
      'anything',
      'constructor',
    ]) {
      const definition = field(name, type, { values, required: true })
      const lead = sampleLead([definition], [])
      expect([name, lead[name]]).not.toEqual([name, undefined])
      expect(readFields([definition], lead, 'post')).toEqual({ fields: lead, errors: [] })
    }
  })

  it.each<[Filter, FieldDefinition]>([
    [{ field: 'state', op: 'eq', value: 'FL' }, field('state', 'state')],
    [{ field: 'state', op: 'in', value: ['XX', 'CA'] }, field('state', 'state')],
    [{ field: 'state', op: 'ne', value: 'TX' }, field('state', 'state')],
    [{ field: 'size', op: 'not_in', value: ['small'] }, field('size', 'enum', { values: ['small', 'large'] })],
    [{ field: 'age', op: 'gt', value: 30 }, field('age', 'number')],
    [{ field: 'age', op: 'lt', value: 0 }, field('age', 'number')],
    [{ field: 'age', op: 'between', value: [25, 65] }, field('age', 'number')],
    [{ field: 'dob', op: 'lte', value: '1960-01-01' }, field('dob', 'date')],
    [{ field: 'zip', op: 'starts_with', value: '77' }, field('zip', 'zip')],
    [{ field: 'insured', op: 'eq', value: false }, field('insured', 'boolean')],
    [{ field: 'note', op: 'contains', value: 'blue' }, field('note')],
    [{ field: 'note', op: 'exists', value: null }, field('note')],
    [{ field: 'note', op: 'not_exists', value: null }, field('note')],
  ])('gets through %o', (filter, definition) => {
    const lead = sampleLead([definition], [filter])
    expect(failedFilters([filter], lead, 'fail')).toEqual([])
  })

  it('gets through several filters at once, and has a value where no value would', () => {
    const age = field('age', 'number', { required: true })
    const between: Filter[] = [
      { field: 'age', op: 'gte', value: 18 },
      { field: 'age', op: 'lt', value: 19 },
    ]
    expect(sampleLead([age], between)).toEqual({ age: 18 })
    expect(sampleLead([age], [...between, { field: 'age', op: 'gt', value: 99 }])).toEqual({ age: 1 })
    expect(sampleLead([age], [{ field: 'age', op: 'not_exists', value: null }])).toEqual({ age: 1 })
  })
})
