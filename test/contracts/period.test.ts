import { z } from '@hono/zod-openapi'
import { describe, expect, it } from 'vitest'
import { checkPeriod, periodMembers } from '../../src/contracts/period'

const schema = z.object(periodMembers).superRefine(checkPeriod)

/** @returns the period as ISO times, or the names of the members that were refused */
function read(query: { readonly from?: string; readonly to?: string }) {
  const result = schema.safeParse(query)
  if (!result.success) return result.error.issues.map(({ path }) => path.join('.'))
  const iso = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString())
  return { from: iso(result.data.from), to: iso(result.data.to) }
}

describe('a period', () => {
  it.each([
    ['2026-11-20T09:30:00Z', '2026-11-20T09:30:00.000Z'],
    ['2026-11-20T09:30:00.5Z', '2026-11-20T09:30:00.500Z'],
    ['2026-11-20T09:30:00+02:00', '2026-11-20T07:30:00.000Z'],
    ['2026-11-20T09:30:00-05:30', '2026-11-20T15:00:00.000Z'],
    ['2026-11-20T09:30:00 02:00', '2026-11-20T07:30:00.000Z'],
    ['2026-11-20t09:30:00z', '2026-11-20T09:30:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ])('takes %s', (from, expected) => {
    expect(read({ from })).toEqual({ from: expected, to: null })
  })

  it.each([
    '',
    'yesterday',
    '2026-13-01',
    '2026-02-29',
    '2026-11-20T09:30:00',
    '2026-11-20T25:00:00Z',
    '1763629200',
    '20261120',
  ])('refuses %j', (text) => {
    expect(read({ from: text })).toEqual(['from'])
    expect(read({ to: text })).toEqual(['to'])
  })

  it('of one date is that day', () => {
    expect(read({ from: '2026-11-20', to: '2026-11-20' })).toEqual({
      from: '2026-11-20T00:00:00.000Z',
      to: '2026-11-21T00:00:00.000Z',
    })
  })

  it('ends after it begins', () => {
    expect(read({ from: '2026-11-21', to: '2026-11-20' })).toEqual(['to'])
    expect(read({ from: '2026-11-20T09:00:00Z', to: '2026-11-20T09:00:00Z' })).toEqual(['to'])
  })

  it('for ever stays within years of four digits', () => {
    expect(read({ to: '9999-12-31' })).toEqual({ from: null, to: '9999-12-31T00:00:00.000Z' })
  })
})
