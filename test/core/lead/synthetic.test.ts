import { describe, expect, it } from 'vitest'
import type { FieldDefinition, FieldType } from '../../../src/core/lead/fields'
import { readFields } from '../../../src/core/lead/fields'
import { passesFilter } from '../../../src/core/lead/filters'
import { syntheticLead } from '../../../src/core/lead/synthetic'

const field = (name: string, type: FieldType, values: readonly string[] | null = null): FieldDefinition => {
  return { name, type, required: true, requiredOn: 'post', values, pii: false }
}

const FIELDS = [
  field('first_name', 'string'),
  field('phone', 'phone'),
  field('email', 'email'),
  field('state', 'state'),
  field('zip', 'zip'),
  field('dob', 'date'),
  field('ip_address', 'string'),
  field('trustedform_cert_url', 'url'),
  field('ai_quality_score', 'number'),
  field('coverage', 'enum', ['full', 'liability']),
  field('page', 'url'),
]

const lead = (number: number, seed = 'one', state = 'TX') => syntheticLead(FIELDS, [], { seed, number, state })
const many = Array.from({ length: 500 }, (_, number) => lead(number))

describe('a synthetic lead', () => {
  it('has a value that is valid for every field of the campaign', () => {
    for (const one of many) expect(readFields(FIELDS, one, 'post')).toEqual({ fields: one, errors: [] })
  })

  it('is the same for the same seed and number, and another for every other', () => {
    expect(lead(7)).toEqual(lead(7))
    expect(lead(7, 'two')).not.toEqual(lead(7))
    expect(new Set(many.map(({ phone }) => phone)).size).toBe(500)
    expect(new Set(many.map(({ email }) => email)).size).toBe(500)
    expect(new Set(many.map(({ coverage }) => coverage)).size).toBe(2)
  })

  it('lives in the state that was asked for, also where nothing is known of it', () => {
    expect(lead(1, 'one', 'OH').state).toBe('OH')
    expect(many.every(({ zip }) => /^(770|787|752)/.test(String(zip)))).toBe(true)
  })

  it('passes the filters of the campaign', () => {
    const filter = { field: 'ai_quality_score', op: 'gte', value: 0.95 } as const
    const scores = Array.from({ length: 50 }, (_, number) => {
      return syntheticLead(FIELDS, [filter], { seed: 'one', number, state: 'TX' }).ai_quality_score
    })
    expect(scores.every((score) => passesFilter(filter, score))).toBe(true)
  })
})
