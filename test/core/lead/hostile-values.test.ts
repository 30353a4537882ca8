import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type FieldDefinition, type FieldType, readFields } from '../../../src/core/lead/fields'

const TYPES = ['string', 'number', 'boolean', 'date', 'email', 'phone', 'state', 'zip', 'url', 'enum'] as const

const field = (type: FieldType, name = 'it'): FieldDefinition => {
  return { name, type, required: true, requiredOn: 'ping', values: type === 'enum' ? ['a', 'b'] : null, pii: false }
}

/** Far more than is needed, for a machine that is busy with other things. */
const TIMEOUT_MS = 60_000

describe('hostile values', { timeout: TIMEOUT_MS }, () => {
  afterEach(() => vi.restoreAllMocks())

  it('never reach a prototype', () => {
    const input = JSON.parse('{"__proto__":"x","constructor":"y","state":"TX"}')
    const names = ['__proto__', 'constructor', 'toString', 'state']
    const { fields, errors } = readFields(
      names.map((name) => field('string', name)),
      input,
      'post',
    )
    expect(Object.getPrototypeOf(fields)).toBeNull()
    expect(Object.entries(fields)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['state', 'TX'],
    ])
    expect(errors).toMatchObject([{ field: 'toString', code: 'missing_required' }])
  })

  it('leave no half of a surrogate pair behind, which no buyer’s UTF-8 could carry', () => {
    const { fields } = readFields([field('string')], { it: 'ab\uD83D' }, 'post')
    expect(fields.it).toBe('ab\uFFFD')
    expect(() => encodeURIComponent(String(fields.it))).not.toThrow()
  })

  it('are refused by length before any pattern sees them', () => {
    const seen = watchPatterns()
    for (const type of TYPES) for (const it of hostileTexts(30_000)) readFields([field(type)], { it }, 'post')
    for (const type of TYPES) for (const it of hostileTexts(3_000)) readFields([field(type)], { it }, 'post')
    expect([...seen.patterns.values()].every((length) => length <= 2_048)).toBe(true)
  })

  it('come to an end at every length that a pattern does see: one that doubled its work with each letter would not', () => {
    const seen = watchPatterns()
    for (const length of [8, 36, 240, 2_030]) {
      for (const type of TYPES) for (const it of hostileTexts(length)) readFields([field(type)], { it }, 'post')
    }
    expect(seen.patterns.size).toBeGreaterThanOrEqual(6)
  })

  it('never throw, whatever JSON holds', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TYPES), fc.jsonValue(), (type, raw) => {
        const { fields, errors } = readFields([field(type)], { it: raw }, 'post')
        expect(errors.length + Object.keys(fields).length).toBe(1)
      }),
      { numRuns: 500 },
    )
  })

  it('are normalised once for all: what was kept is kept again as it is', () => {
    const nearly = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.emailAddress(),
      fc.webUrl({ validSchemes: ['https'] }),
      fc.stringMatching(/^\+?[\d ().-]{7,20}$/),
      fc.stringMatching(/^\d{5}-?(\d{4})?$/),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.constantFrom('TX', 'tx', 'yes', '0', 'A', 'b', '-1.5'),
    )
    fc.assert(
      fc.property(fc.constantFrom(...TYPES), nearly, (type, raw) => {
        const { fields } = readFields([field(type)], { it: raw }, 'post')
        if (fields.it === undefined) return
        expect(readFields([field(type)], { it: fields.it }, 'post')).toEqual({ fields, errors: [] })
        // A form sends the same value as text.
        expect(readFields([field(type)], { it: String(fields.it) }, 'post').fields).toEqual(fields)
      }),
      { numRuns: 2_000 },
    )
  })
})

/** Texts that almost match: repeated parts of what the patterns look for, and an end that spoils them. */
function hostileTexts(length: number): readonly string[] {
  const starts = ['', 'https://', 'a@', '2026-01-01T00:00:00.', '0.']
  const fillers = ['a', '.', '-', ' ', '1', 'a.', 'a-', '/']
  const fill = (start: string, filler: string, end: string) =>
    (start + filler.repeat(length)).slice(0, length - end.length) + end
  return starts.flatMap((start) =>
    fillers.flatMap((filler) => ['', '!', 'a', ' a'].map((end) => fill(start, filler, end))),
  )
}

/** Records every pattern that is run, with the longest text that it was given. */
function watchPatterns(): { readonly patterns: ReadonlyMap<string, number> } {
  const patterns = new Map<string, number>()
  const exec = RegExp.prototype.exec
  vi.spyOn(RegExp.prototype, 'exec').mockImplementation(function (this: RegExp, text: string) {
    patterns.set(this.source, Math.max(text.length, patterns.get(this.source) ?? 0))
    return exec.call(this, text)
  })
  return { patterns }
}
