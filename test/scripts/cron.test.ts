import { describe, expect, it } from 'vitest'
import { isDue } from '../../scripts/serve/cron.ts'

/** A Saturday. */
const at = new Date('2026-11-21T20:45:30Z')

describe('a cron expression', () => {
  it.each([
    '* * * * *',
    '45 20 * * *',
    '*/15 * * * *',
    '0-50 * * * *',
    '5,45 * * * *',
    '5/10 * * * *',
    '0-59/5 20-22 21 11 7',
  ])('%s is due', (expression) => {
    expect(isDue(expression, at)).toBe(true)
  })

  it.each([
    '44 * * * *',
    '*/20 * * * *',
    '* 21 * * *',
    '* * 20 * *',
    '* * * 12 *',
    '* * * * 1',
    '* * * *',
    'x * * * *',
    '',
  ])('%s is not', (expression) => {
    expect(isDue(expression, at)).toBe(false)
  })
})
