import { describe, expect, it } from 'vitest'
import { parseOptions } from '../../bench/options.ts'
import { perLead, usdPerMillion } from '../../bench/prices.ts'
import { number, table } from '../../bench/report.ts'
import { median, percentile, spreadOf } from '../../bench/statistics.ts'

describe('what figures are made of', () => {
  it('ranks, and takes the middle of an even number of values', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(spreadOf([5, 1, 9])).toEqual({ median: 5, min: 1, max: 9 })
  })

  it('takes a percentile from the values that were measured', () => {
    const values = Array.from({ length: 200 }, (_, index) => index + 1)
    expect(percentile(values, 0.5)).toBe(100)
    expect(percentile(values, 0.99)).toBe(198)
    expect(percentile([7], 0.99)).toBe(7)
  })

  it('has no figure for no values', () => {
    expect(() => percentile([], 0.5)).toThrow('no values')
    expect(() => median([])).toThrow('no values')
  })
})

describe('what a lead costs', () => {
  const counts = { rowsObjects: 12, rowsD1: 10, objectCalls: 9, queueOps: 9, workerRequests: 2 }

  it('is priced a million at a time', () => {
    expect(usdPerMillion(counts)).toBeCloseTo(12 + 10 + 9 * 0.15 + 9 * 0.4 + 2 * 0.3)
  })

  it('is the difference of two counts, a lead', () => {
    const later = { rowsObjects: 36, rowsD1: 30, objectCalls: 27, queueOps: 15, workerRequests: 2 }
    expect(perLead(counts, later, 2)).toEqual({
      rowsObjects: 12,
      rowsD1: 10,
      objectCalls: 9,
      queueOps: 3,
      workerRequests: 0,
    })
  })
})

describe('options', () => {
  it('measure everything in five rounds unless told otherwise', () => {
    expect(parseOptions([])).toEqual({
      json: false,
      only: ['ping', 'sold', 'added', 'cost', 'fanout20', 'caps', 'suppression'],
      rounds: 5,
      seconds: null,
      stateDir: null,
    })
  })

  it('choose sections, rounds and time', () => {
    const options = parseOptions(['--json', '--only', 'sold,cost', '--rounds', '7', '--seconds', '0.5'])
    expect(options).toMatchObject({ json: true, only: ['sold', 'cost'], rounds: 7, seconds: 0.5 })
  })

  it.each([['--only', 'speed'], ['--rounds', '0'], ['--rounds', '1.5'], ['--seconds', 'ten'], ['--fast']])(
    'refuses %s %s',
    (...args) => {
      expect(() => parseOptions(args)).toThrow()
    },
  )
})

describe('the table', () => {
  it('stands each figure beside its bar and says which is missed', () => {
    const row = { label: 'pings/s', gavel: '900', bare: '1,000', reached: '0.90 (0.80 to 0.95)', bar: '≥ 0.60' }
    const rows = [
      { ...row, passed: true },
      { ...row, label: 'sold/s', passed: false },
    ]
    const lines = table([{ json: {}, rows, notes: ['A note.'] }]).split('\n')
    expect(lines[1]).toMatch(/pings\/s +900 +1,000 +0\.90 \(0\.80 to 0\.95\) +≥ 0\.60 +pass$/)
    expect(lines[2]).toMatch(/^ {2}sold\/s.*MISSED$/)
    expect(lines.at(-1)).toBe('  A note.')
  })

  it('writes as many digits as mean something', () => {
    expect([2394.4, 87.14, 0.617].map(number)).toEqual(['2,394', '87.1', '0.62'])
  })
})
