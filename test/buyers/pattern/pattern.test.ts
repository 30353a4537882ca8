import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compilePattern, matchPattern } from '../../../src/buyers/pattern/pattern'

function match(source: string, text: string) {
  const compiled = compilePattern(source)
  if (!compiled.ok) throw new Error(compiled.reason)
  return matchPattern(compiled.pattern, text)
}

const atom: fc.Arbitrary<string> = fc.constantFrom(
  'a',
  'b',
  'C',
  '.',
  '\\d',
  '[ab]',
  '[^a]',
  '\\w',
  '[a-c1]',
  '\\s',
  '\\b',
  '^',
  '$',
)
const source: fc.Arbitrary<string> = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    atom,
    fc.tuple(tie('node'), tie('node')).map(([left, right]) => left + right),
    fc.tuple(tie('node'), tie('node')).map(([left, right]) => `(?:${left}|${right})`),
    tie('node').map((body) => `(${body})`),
    fc
      .tuple(tie('node'), fc.constantFrom('*', '+', '?', '{2}', '{1,}', '{0,2}', '*?', '+?', '??', '{1,3}?'))
      .map(([body, times]) => `(?:${body})${times}`),
  ),
})).node

describe('patterns', () => {
  it('match as the language does, wherever they are taken', () => {
    let taken = 0
    fc.assert(
      fc.property(
        source,
        fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'A', '1', ' ', '\n'), maxLength: 12 }),
        (pattern, text) => {
          const compiled = compilePattern(pattern)
          if (!compiled.ok) return
          taken += 1
          const expected = new RegExp(pattern, 'i').exec(text)
          const actual = matchPattern(compiled.pattern, text)
          expect(actual).toEqual(expected === null ? null : { text: expected[0], group: expected[1] ?? null })
        },
      ),
      { numRuns: 4_000 },
    )
    expect(taken).toBeGreaterThan(1_000)
  })

  it.each([
    ['ACCEPTED,(.*)', 'accepted,https://buyer.example/thanks', 'https://buyer.example/thanks'],
    ['price=([\\d.]+)', 'id=4&price=12.50&x=1', '12.50'],
    ['(?i)<price>\\$?(\\d{1,3}(?:,\\d{3})*(?:\\.\\d+)?)</price>', '<PRICE>$1,234.50</PRICE>', '1,234.50'],
    ['^(?<price>\\d+)\\|', '25|ok', '25'],
    ['lead(?:_| )id[:=]\\s*"?([A-Z0-9-]+)', 'Lead ID: Y7-22', 'Y7-22'],
    ['[\\]x-]([\\u0041-C]+)\\x21', 'x-ABC!', 'ABC'],
  ])('%s takes the first group', (pattern, text, group) => {
    expect(match(pattern, text)?.group).toBe(group)
  })

  it('ignores case outside of ASCII too', () => {
    expect(match('REFUSÉ', 'refusé')).not.toBeNull()
    expect(match('[À-Ý]+', 'éè')?.text).toBe('éè')
  })

  it.each([
    ['(a', 'not closed'],
    ['a)', 'without an opening'],
    ['[a', 'too early'],
    ['a\\', 'too early'],
    ['*a', 'nothing to repeat'],
    ['(a*)*', 'can be empty'],
    ['^*', 'can be empty'],
    ['(?=a)', 'look-around'],
    ['(?<!a)', 'look-around'],
    ['(a)\\1', '\\1'],
    ['a{2,1}', 'smaller first'],
    ['a{5000}', 'from 0 to'],
    ['a++', 'quantifier'],
    ['[z-a]', 'backwards'],
    ['\\x4', 'hexadecimal'],
    ['((a{100}){100}){100}', 'too large'],
    [`${'('.repeat(30)}a${')'.repeat(30)}`, 'deeper'],
  ])('%s is refused', (pattern, reason) => {
    const compiled = compilePattern(pattern)
    expect(compiled.ok ? 'taken' : compiled.reason).toContain(reason)
  })

  it('take linear time where backtracking would take for ever', () => {
    const started = performance.now()
    for (const pattern of ['(a+)+$', '(a|a)*b', '(.*)(.*)(.*)(.*)x', '(a|aa)+c']) {
      expect(match(pattern, `${'a'.repeat(20_000)}!`)).toBeNull()
    }
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})
