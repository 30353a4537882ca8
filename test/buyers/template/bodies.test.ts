/** What a lead holds can never become structure: of a JSON document, an XML document, a form, a URL or a header. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeReferences, parseXml } from '../../../src/buyers/answer/xml'
import { compileForm } from '../../../src/buyers/template/form'
import { compileJson } from '../../../src/buyers/template/json'
import { Scope } from '../../../src/buyers/template/scope'
import { compileHeader, compileUrl, withQuery } from '../../../src/buyers/template/url'
import { compileXml } from '../../../src/buyers/template/xml'
import { lead, MARIA, postInput } from '../support'

const CALL = { ...postInput(), idempotencyKey: 'post_1' }
const scopeOf = (fields: { [name: string]: string | number | boolean }) => new Scope(lead(fields), CALL, new Set())
const MARIAS = new Scope(MARIA, CALL, new Set())

/** Anything, and what is known to break documents. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: fc.constantFrom(...'"\'\\<>&;=]}{[%#?/.:\r\n\t\0 a'), maxLength: 12 }),
  fc.constantFrom(
    '"},"admin":true,"x":{"',
    '</a><b>1</b><a>',
    ']]><!--',
    ']]',
    '>',
    ']',
    '&lt;b&gt;',
    '&#60;',
    '<!ENTITY x SYSTEM "file:///etc/passwd">',
    'a&admin=1',
    'x\r\nSet-Cookie: a=1',
    '..',
    '.',
    '%2e%2e',
    '../..',
    '{{first_name}}',
    '{% x %}',
    '\ud800',
    '\ufffe',
    '\u2028',
  ),
)

describe('JSON', () => {
  it('takes each leaf on its own: keys and values stay where the template has them', () => {
    const template = {
      plain: '{{a}}',
      mixed: 'x {{a}} y {{b}}',
      '{"odd"}': ['{{b}}', { deep: '{{a}}' }],
      number: 7,
      nothing: null,
      constant: 'a "quoted" constant',
    }
    const write = compileJson(template)
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        expect(JSON.parse(write(scopeOf({ a, b })))).toEqual({
          ...template,
          plain: a,
          mixed: `x ${a} y ${b}`.toWellFormed() === `x ${a} y ${b}` ? `x ${a} y ${b}` : expect.any(String),
          '{"odd"}': [b, { deep: a }],
        })
      }),
      { numRuns: 1_000 },
    )
  })

  it('keeps types in leaves that are one placeholder, and writes null for what is absent', () => {
    const write = compileJson({
      count: '{{vehicle_count}}',
      insured: '{{currently_insured}}',
      nobody: '{{nobody}}',
      text: 'n={{vehicle_count}};{{nobody}}',
      age: '{{nobody | age}}',
    })
    expect(write(MARIAS)).toBe('{"count":2,"insured":true,"nobody":null,"text":"n=2;","age":null}')
  })

  it('leaves out members with a question mark where they are absent, and parts that are left with nothing', () => {
    const write = compileJson({
      'a?': '{{nobody}}',
      'b?': { 'c?': '{{nobody}}' },
      'd?': '{{state}}',
      e: { 'f?': '{{nobody}}' },
    })
    expect(write(MARIAS)).toBe('{"d":"TX","e":{}}')
  })

  it('spreads the fields that the template does not name itself', () => {
    const write = compileJson({ 'where?': '{{state}}', '*': 'fields' })
    expect(JSON.parse(write(scopeOf({ state: 'TX', zip: '77001', n: 1 })))).toEqual({ where: 'TX', zip: '77001', n: 1 })
    expect(compileJson({ '*': 'fields' })(scopeOf({}))).toBe('{}')
    expect(compileJson({ a: 1, '*': 'fields', b: 2 })(scopeOf({}))).toBe('{"a":1,"b":2}')
    expect(() => compileJson({ '*': '{{state}}' })).toThrow('"*" takes "fields"')
    expect(() => compileJson({ '{{state}}': 1 })).toThrow('holds a placeholder')
  })
})

describe('forms and queries', () => {
  it('have the parameters of the template and no other', () => {
    const write = compileForm({ a: '{{a}}', mixed: 'x {{b}} y', nested: { 'k k': '{{b}}' }, list: ['{{a}}'] })
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        const [well, other] = [a.toWellFormed(), b.toWellFormed()]
        expect([...new URLSearchParams(write(scopeOf({ a, b })))]).toEqual([
          ['a', well],
          ['mixed', `x ${other} y`],
          ['nested[k k]', other],
          ['list[]', well],
        ])
      }),
      { numRuns: 1_000 },
    )
  })

  it('encode literal parts of a value, too', () => {
    expect(compileForm({ a: 'x&y=1 {{state}}' })(MARIAS)).toBe('a=x%26y%3D1%20TX')
  })

  it('take a text as it is written, for positional queries', () => {
    expect(compileForm('{{state}},{{zip}},{{nobody}};v=1&n={{city}}')(MARIAS)).toBe('TX,77001,;v=1&n=Houston')
    expect(compileForm('{{a}},{{b}}')(scopeOf({ a: 'x,y&z', b: '#' }))).toBe('x%2Cy%26z,%23')
  })

  it('write absent values as empty, or leave them out on a question mark', () => {
    expect(compileForm({ a: '{{nobody}}', 'b?': '{{nobody}}', 'c?': '{{state}}', d: null, e: true })(MARIAS)).toBe(
      'a=&c=TX&d=&e=true',
    )
    expect(compileForm({ '*': 'fields', s: '{{state}}' })(scopeOf({ state: 'TX', zip: '1', insured: false }))).toBe(
      'zip=1&insured=false&s=TX',
    )
  })
})

/** What XML can hold of a value, in the way parsers hand it back. */
function asXml(value: string): string {
  return (
    value
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that XML cannot hold
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replace(/\r\n?/g, '\n')
      .trim()
  )
}

function read(document: string): unknown {
  const parsed = parseXml(document)
  return JSON.parse(JSON.stringify(parsed ?? null), (_, item) =>
    typeof item === 'string' ? decodeReferences(item).replace(/\r\n?/g, '\n').trim() : item,
  )
}

describe('XML', () => {
  it('has the elements and attributes of the tree and no other', () => {
    const write = compileXml({
      lead: { '@id': '{{a}}', name: '{{a}}', more: { '#text': 'x{{b}}y' }, many: ['{{b}}', '1'] },
    })
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        const [left, right] = [asXml(a), asXml(b)]
        expect(read(write(scopeOf({ a, b })))).toEqual({
          lead: { '@id': left, name: left, more: expect.stringMatching(/^x[\s\S]*y$/), many: [right, '1'] },
        })
      }),
      { numRuns: 1_000 },
    )
  })

  it('has the elements and attributes of the text and no other, also in CDATA sections', () => {
    const write = compileXml(
      `<?xml version="1.0"?><!-- made by "us" --><lead id="{{a}}" other='{{b}}'><n>{{a}}{{b}}</n><c><![CDATA[{{a}}{{b}}>]]></c></lead>`,
    )
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        const parsed = read(write(scopeOf({ a, b }))) as { lead: { [name: string]: unknown } }
        expect(Object.keys(parsed)).toEqual(['lead'])
        expect(Object.keys(parsed.lead).sort()).toEqual(['@id', '@other', 'c', 'n'])
        expect(parsed.lead).toMatchObject({ '@id': asXml(a), '@other': asXml(b) })
        expect(Object.values(parsed.lead).every((item) => typeof item === 'string')).toBe(true)
        // The parser trims each piece of text between sections; what counts is that nothing is added or lost.
        const solid = (text: string): string => text.replace(/\s/g, '')
        expect(solid(String(parsed.lead.c))).toBe(solid(decodeReferences(`${asXml(a)}${asXml(b)}>`)))
      }),
      { numRuns: 1_000 },
    )
  })

  it('wraps what has no root, and spreads fields as elements', () => {
    expect(
      compileXml({ 'a?': '{{nobody}}', b: '{{state}}', '*': 'fields' })(scopeOf({ state: 'TX', zip: '1<2' })),
    ).toBe('<?xml version="1.0" encoding="UTF-8"?><lead><b>TX</b><zip>1&lt;2</zip></lead>')
  })

  it('escapes literal parts of a tree, too', () => {
    expect(compileXml({ lead: { '@a': '"{{state}}"', b: 'A & <B>' } })(MARIAS)).toContain(
      '<lead a="&quot;TX&quot;"><b>A &amp; &lt;B&gt;</b></lead>',
    )
  })

  it.each([
    ['<{{a}}/>', 'tag'],
    ['<x {{a}}="1"/>', 'tag'],
    ['<x a={{a}}/>', 'tag'],
    ['<x><!-- {{a}} --></x>', 'comment'],
    ['<!DOCTYPE {{a}}><x/>', 'tag'],
    ['<?xml {{a}}?><x/>', 'tag'],
  ])('takes no placeholder where a value cannot stand: %s', (template, where) => {
    expect(() => compileXml(template)).toThrow(`inside of a ${where}`)
  })

  it.each([[{ 'a b': '1' }], [{ lead: { '@a"': '1' } }], [{ '<x>': '1' }], [{ lead: { '1a': '{{a}}' } }]])(
    'takes no name that is none: %j',
    (template) => {
      expect(() => compileXml(template)).toThrow('not a name')
    },
  )
})

describe('URLs', () => {
  it('keep host, path and parameters, whatever a lead holds', () => {
    const write = compileUrl('https://buyer.example/v1/{{a}}/{{a}}{{b}}/end?x={{a}}&y=z{{b}}')
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        const url = new URL(write(scopeOf({ a, b })))
        expect(url.origin).toBe('https://buyer.example')
        expect(url.pathname.split('/').length).toBe(5)
        expect(url.pathname.startsWith('/v1/') && url.pathname.endsWith('/end')).toBe(true)
        expect([...url.searchParams]).toEqual([
          ['x', a.toWellFormed()],
          ['y', `z${b.toWellFormed()}`],
        ])
        expect(url.hash).toBe('')
      }),
      { numRuns: 1_000 },
    )
  })

  it.each([
    '{{a}}',
    'https://{{a}}/x',
    'https://{{a}}.buyer.example/',
    'https://buyer.example{{a}}',
    '{{a}}://x/',
    'ping?x={{a}}',
  ])('take no placeholder before the end of the host: %s', (template) => {
    expect(() => compileUrl(template)).toThrow(/host/)
  })

  it.each([
    ['https://b.example', 'https://b.example?q=1'],
    ['https://b.example/?a=1', 'https://b.example/?a=1&q=1'],
    ['https://b.example/?', 'https://b.example/?q=1'],
    ['https://b.example/?a&', 'https://b.example/?a&q=1'],
    ['https://b.example/#f', 'https://b.example/?q=1#f'],
  ])('%s takes further parameters', (url, expected) => {
    expect(withQuery(url, 'q=1')).toBe(expected)
    expect(withQuery(url, '')).toBe(url)
  })
})

describe('headers', () => {
  it('hold visible ASCII only, in one line', () => {
    const write = compileHeader('lead {{a}}')
    fc.assert(
      fc.property(hostile, (a) => {
        const value = write(scopeOf({ a }))
        expect(value).toMatch(/^[\x20-\x7e]*$/)
        expect([...new Headers([['x', value]])]).toEqual([['x', value]])
      }),
      { numRuns: 1_000 },
    )
  })
})
