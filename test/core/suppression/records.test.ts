import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonArrayCutter } from '../../../src/core/suppression/json-array'
import { type BodyRecord, LineCutter, MAX_RECORD_CHARS, type RecordCutter } from '../../../src/core/suppression/records'

/** Feeds a body in pieces of these lengths. */
function cut(cutter: RecordCutter, body: string, lengths: readonly number[] = [body.length]) {
  const records: BodyRecord[] = []
  let at = 0
  for (let turn = 0; at < body.length; turn++) {
    const length = Math.max(1, lengths[turn % lengths.length] ?? 1)
    records.push(...cutter.push(body.slice(at, at + length)))
    at += length
  }
  records.push(...cutter.end())
  return records
}

const lines = (quoted = false, linesBefore = 0) => new LineCutter({ quoted, linesBefore })
const array = (linesBefore = 0) => new JsonArrayCutter({ linesBefore })
const texts = (records: readonly BodyRecord[]) => records.map(({ line, text }) => [line, text])

describe('lines', () => {
  it('are counted from 1; blank ones count and are passed over', () => {
    const cutter = lines()
    expect(texts(cut(cutter, 'a\r\n\n  \nb\nc'))).toEqual([
      [1, 'a'],
      [4, 'b'],
      [5, 'c'],
    ])
    expect(cutter.linesDone).toBe(5)
  })

  it('go on where an earlier body ended', () => {
    expect(texts(cut(lines(false, 40), 'a\nb'))).toEqual([
      [41, 'a'],
      [42, 'b'],
    ])
  })

  it('too long are given out as such, once, and what follows is whole', () => {
    const body = `a\n${'x'.repeat(MAX_RECORD_CHARS + 1)}\nb\n${'y'.repeat(3 * MAX_RECORD_CHARS)}`
    for (const length of [1_000, MAX_RECORD_CHARS, body.length]) {
      expect(texts(cut(lines(), body, [length]))).toEqual([
        [1, 'a'],
        [2, null],
        [3, 'b'],
        [4, null],
      ])
    }
  })

  it('may lie within quotes of a CSV', () => {
    const records = cut(lines(true), 'a,"b\nc"\nd')
    expect(records).toEqual([
      { line: 1, lastLine: 2, text: 'a,"b\nc"' },
      { line: 3, lastLine: 3, text: 'd' },
    ])
  })

  it('are the same in whatever pieces they arrive', () => {
    const body = fc
      .array(fc.constantFrom('a', '"', '\n', '\r\n', ',', 'ü', 'xyz'), { maxLength: 40 })
      .map((parts) => parts.join(''))
    const pieces = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(body, pieces, fc.boolean(), (text, lengths, quoted) => {
        expect(cut(lines(quoted), text, lengths)).toEqual(cut(lines(quoted), text))
      }),
    )
  })
})

describe('a JSON array', () => {
  it.each([
    ['["a", {"b": [1, "]"]} ,3]', ['"a"', '{"b": [1, "]"]}', '3']],
    [' \n[ "x\\"],[y" ] \n', ['"x\\"],[y"']],
    ['[]', []],
    [' [ ] ', []],
    ['{"entries": [1,2]}', ['1', '2']],
    ['\uFEFF[1]', ['1']],
  ])('is cut into its elements: %s', (body, elements) => {
    for (const length of [1, 2, 3, body.length]) {
      const cutter = array()
      expect(cut(cutter, body, [length]).map(({ text }) => text)).toEqual(elements)
      expect(cutter.isWellFormed).toBe(true)
    }
  })

  it.each([
    '',
    '{}',
    '"a"',
    '[1',
    '[1,',
    '[1,]',
    '[,1]',
    '[1]2',
    '[1]]',
    '[1]}',
    '{"entries":[1]',
    '{"entries":[1]}}',
    '{"other":[1]}',
    '[1}',
    'x'.repeat(1_000),
  ])('is none: %s', (body) => {
    for (const length of [1, body.length]) {
      const cutter = array()
      cut(cutter, body, [Math.max(1, length)])
      expect(cutter.isWellFormed).toBe(false)
    }
  })

  it('gives out what came before it broke', () => {
    const cutter = array(2)
    expect(texts(cut(cutter, '["a","b"}'))).toEqual([[3, '"a"']])
    expect(cutter.linesDone).toBe(3)
  })

  it('says which element is too long', () => {
    const body = `["a","${'x'.repeat(MAX_RECORD_CHARS)}","b"]`
    for (const length of [100, body.length]) {
      expect(texts(cut(array(), body, [length]))).toEqual([
        [1, '"a"'],
        [2, null],
        [3, '"b"'],
      ])
    }
  })

  it('is the same in whatever pieces it arrives', () => {
    const value = fc.jsonValue({ maxDepth: 2 })
    const pieces = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(fc.array(value, { maxLength: 8 }), pieces, (values, lengths) => {
        const records = cut(array(), JSON.stringify(values), lengths)
        expect(records.map(({ text }) => JSON.parse(text ?? 'null'))).toEqual(JSON.parse(JSON.stringify(values)))
      }),
    )
  })
})
