import { describe, expect, it } from 'vitest'
import { readDocument } from '../../../src/buyers/answer/document'
import { findIn, parsePath, scalarsAt } from '../../../src/buyers/answer/path'
import { textOfBody } from '../../../src/buyers/answer/response'
import type { AnswerFormat } from '../../../src/contracts/buyer-contract'

function at(text: string, pathText: string, format?: AnswerFormat, contentType = ''): unknown {
  const path = parsePath(pathText)
  if (path === null) throw new Error(`no path: ${pathText}`)
  const found = findIn(
    readDocument(text, format, () => contentType),
    path,
  )
  return found === null ? undefined : (scalarsAt(found)[0] ?? null)
}

const escaped = (xml: string): string => xml.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const XML = '<response><status>Matched</status><price>6.66</price></response>'

describe('paths', () => {
  const json = JSON.stringify({
    data: { price: 5, 'odd.name': { x: 1 }, '': 2 },
    bids: [{ payout: 1 }, { payout: 2 }],
    list: [[1, 2]],
    zero: 0,
    no: false,
    nothing: null,
  })

  it.each([
    ['data.price', 5],
    ['$.data.price', 5],
    ['bids[1].payout', 2],
    ['bids.payout', 1],
    ['bids[2].payout', undefined],
    ["data['odd.name'].x", 1],
    ['data["odd.name"]["x"]', 1],
    ['list[0][1]', 2],
    ['zero', 0],
    ['no', false],
    ['nothing', null],
    ['data', null],
    ['data.price.more', undefined],
    ['data.price[0]', 5],
    ['constructor', undefined],
    ['__proto__.x', undefined],
    ['data.toString', undefined],
    ['bids.length', undefined],
    ['data[price]', 5],
  ])('%s is %j in JSON', (path, expected) => {
    expect(at(json, path)).toEqual(expected)
  })

  it.each([
    ['response.status', 'Matched'],
    ['status', 'Matched'],
    ['response.@code', '7'],
    ['@code', '7'],
    ['response@code', '7'],
    ['price.@currency', 'USD'],
    ['price', '6.66'],
    ['bid[1].id', 'b'],
    ['bid.id', 'a'],
    ['bid[0].id', 'a'],
    ['price[0]', '6.66'],
    ['note', 'A & B <c> $5'],
    ['cdata', '<x>&'],
    ['empty', ''],
    ['other.status', undefined],
    ['redirect', 'http://x.example/?a=1&b=2'],
  ])('%s is %j in XML', (path, expected) => {
    const xml =
      '<?xml version="1.0"?>\n<!-- hi --><x:response xmlns:x="urn:x" x:code="7"><x:status> Matched\n</x:status>' +
      '<price currency="USD">6.66</price><bid><id>a</id></bid><bid><id>b</id></bid><note>A &amp; B &lt;c&gt; &#36;&#x35;</note>' +
      '<cdata><![CDATA[<x>&]]></cdata><empty/><redirect>http://x.example/?a=1&b=2</redirect></x:response>'
    expect(at(xml, path)).toEqual(expected)
  })

  it.each([
    ['status', 'ok'],
    ['price', '12.50'],
    ['a[b]', '1'],
    ['msg', 'two words'],
    ['many', 'x'],
    ['many[1]', 'y'],
    ['__proto__', undefined],
  ])('%s is %j in a form', (path, expected) => {
    const form = 'status=ok&price=12.50&a[b]=1&msg=two+words&many=x&many=y'
    expect(at(form, path, undefined, 'application/x-www-form-urlencoded')).toEqual(expected)
    expect(at(form, path, 'form')).toEqual(expected)
    expect(at(form, path, undefined, 'text/html')).toEqual(expected)
  })

  it.each(['a..b', 'a[', 'a[]', '[', 'a]', "a['b", '.'])('%j is no path', (path) => {
    expect(parsePath(path)).toBeNull()
  })
})

describe('what the body is', () => {
  it.each([
    ['JSON sent as a page', '{"status":"ok"}', 'text/html', 'ok'],
    ['XML sent as JSON', '<r><status>ok</status></r>', 'application/json', 'ok'],
    ['a form sent as XML', 'status=ok&x=1', 'text/xml', 'ok'],
    ['JSON sent as a form', '{"status":"ok"}', 'application/x-www-form-urlencoded', 'ok'],
    ['XML escaped as a whole', escaped('<r><status>ok</status></r>'), 'text/html', 'ok'],
    ['XML escaped inside of XML', `<string xmlns="urn:x">${escaped('<r><status>ok</status></r>')}</string>`, '', 'ok'],
    ['XML in a CDATA section', '<string><![CDATA[<r><status>ok</status></r>]]></string>', '', 'ok'],
    ['XML inside of a JSON string', JSON.stringify('<r><status>ok</status></r>'), 'application/json', 'ok'],
    [
      'XML with a declaration inside of a JSON string',
      JSON.stringify('<?xml version="1.0"?>\n<r><status>ok</status></r>\n'),
      '',
      'ok',
    ],
    ['JSON inside of XML', '<string>{"status":"ok"}</string>', 'text/xml', 'ok'],
    ['JSON with attributes around', '<string id="1">{"status":"ok"}</string>', 'text/xml', 'ok'],
    ['JSON inside of a JSON string', JSON.stringify(JSON.stringify({ status: 'ok' })), '', 'ok'],
    ['SOAP', '<s:Envelope xmlns:s="urn:s"><s:Body><status>ok</status></s:Body></s:Envelope>', '', undefined],
    ['a web page', '<!DOCTYPE html><html><body><status>ok</status></body></html>', 'text/html', undefined],
    [
      'a page that is well-formed XML',
      '<?xml version="1.0"?><html><status>ok</status></html>',
      'application/xml',
      undefined,
    ],
    ['JSON that ends too early', '{"status":"ok"', 'application/json', undefined],
    ['XML that ends too early', '<r><status>ok</status>', 'text/xml', undefined],
    ['XML with crossed tags', '<r><status>ok</r></status>', 'text/xml', undefined],
    ['plain text', 'status is ok', 'text/plain', undefined],
  ])('%s', (_title, text, contentType, expected) => {
    expect(at(text, 'status', undefined, contentType)).toBe(expected)
  })

  it('opens what a path leads into', () => {
    const soap = `<Envelope><Body><Result>${escaped(XML)}</Result></Body></Envelope>`
    expect(at(soap, 'Envelope.Body.Result.response.price')).toBe('6.66')
    expect(at(soap, 'Body.Result.price')).toBe('6.66')
    expect(at(JSON.stringify({ d: XML }), 'd.response.status')).toBe('Matched')
    expect(at(JSON.stringify({ d: '{"price":5}' }), 'd.price')).toBe(5)
    let deep = '{"x":1}'
    for (let layer = 0; layer < 12; layer += 1) deep = JSON.stringify({ x: deep })
    expect(at(deep, `${'x.'.repeat(12)}x`)).toBeUndefined()
  })

  it('takes the contract’s word for text and forms', () => {
    expect(readDocument('{"a":1}', 'text', () => 'application/json')).toMatchObject({ text: '{"a":1}', tree: null })
    expect(at('ok', 'ok', 'form')).toBe('')
  })

  it('keeps the spelling of numbers that a double would change', () => {
    expect(at('{"id":123456789012345678901234567890}', 'id')).toBe('123456789012345678901234567890')
    expect(at('{"p":1e3,"q":38.50}', 'p')).toBe('1e3')
    expect(at('{"p":1e3,"q":38.50}', 'q')).toBe(38.5)
    expect(at('{"id":"1e3"}', 'id')).toBe('1e3')
    expect(at('{"p":NaN,"q":-Infinity,"t":"NaN \\" NaN"}', 'p')).toBe('NaN')
    expect(at('{"p":NaN,"q":-Infinity,"t":"NaN \\" NaN"}', 't')).toBe('NaN " NaN')
  })
})

describe('the bytes of a body', () => {
  const bytes = (...parts: (string | number[])[]): Uint8Array =>
    Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...new TextEncoder().encode(part)] : part)))

  it.each([
    ['UTF-8', bytes('é€'), 'é€'],
    ['a byte-order mark', bytes([0xef, 0xbb, 0xbf], '{}'), '{}'],
    ['two byte-order marks', bytes([0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf], '{}'), '{}'],
    ['Latin-1', bytes('caf', [0xe9]), 'café'],
    ['the euro sign of Windows', bytes([0x80], '5'), '€5'],
    ['UTF-16 with its mark, little end first', bytes([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]), '{}'],
    ['UTF-16 with its mark, big end first', bytes([0xfe, 0xff, 0x00, 0x7b, 0x00, 0x7d]), '{}'],
    ['line ends and padding around', bytes('\r\n ok \n', [0, 0, 0]), 'ok'],
    ['nothing', bytes(), ''],
  ])('%s', (_title, body, text) => {
    expect(textOfBody(body)).toBe(text)
  })
})

describe('entities', () => {
  const BOMB =
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">' +
    Array.from({ length: 9 }, (_, level) => `<!ENTITY lol${level + 1} "${`&lol${level || ''};`.repeat(10)}">`).join(
      '',
    ) +
    ']><r><status>ok</status><price>&lol9;</price></r>'

  it.each([
    ['a bomb', BOMB, '&lol9;'],
    [
      'a file',
      '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r><status>ok</status><price>&x;</price></r>',
      '&x;',
    ],
    [
      'a URL',
      '<!DOCTYPE r [<!ENTITY x SYSTEM "http://127.0.0.1/">]><r><status>ok</status><price>&x;</price></r>',
      '&x;',
    ],
    [
      'a public one',
      '<!DOCTYPE r PUBLIC "-//X" "http://x.example/x.dtd"><r><status>ok</status><price>&x;</price></r>',
      '&x;',
    ],
    [
      'a defined one',
      '<!DOCTYPE r [<!ENTITY amp "5"><!ENTITY p "5">]><r><status>ok</status><price>&p;</price></r>',
      '&p;',
    ],
  ])('%s is never expanded', (_title, xml, price) => {
    const started = performance.now()
    expect(at(xml, 'status')).toBe('ok')
    expect(at(xml, 'price')).toBe(price)
    expect(performance.now() - started).toBeLessThan(500)
  })

  it.each([
    '<!DOCTYPE r [<!ENTITY % p "<!ENTITY q \'5\'>">%p;]><r><price>&q;</price></r>',
    '<!DOCTYPE a><!DOCTYPE r [<!ENTITY q "5">]><r><price>&q;</price></r>',
    '<!DOCTYPE r [<!ENTITY q "]>5">]><r><price>&q;</price></r>',
  ])('tricks with declarations yield no value: %s', (xml) => {
    expect(at(xml, 'price') ?? '&q;').toBe('&q;')
  })

  it('stays quick on bodies that are made to be slow', () => {
    const size = 65_000
    for (const body of [
      '<'.repeat(size),
      '<a '.repeat(size / 3),
      '<a>'.repeat(size / 3),
      '<a><b '.repeat(size / 6),
      '<!DOCTYPE['.repeat(size / 10),
      `<!DOCTYPE r [${'] '.repeat(size / 2)}`,
      `<r a="${'&'.repeat(size)}"/>`,
      `<r>${'&#'.repeat(size / 2)}</r>`,
      `<r>${'<![CDATA['.repeat(size / 9)}</r>`,
      `<r ${'a=1 '.repeat(size / 4)}>`,
      `<r>${' '.repeat(size)}</r>`,
      `x${' '.repeat(size)}x`,
      '['.repeat(size),
      '{"a":'.repeat(size / 5),
      `{"a":NaN,"b":${'"\\'.repeat(size / 2)}`,
      `{"p":1e1,"a":${'['.repeat(size / 2)}${']'.repeat(size / 2)}}`,
      'a=1&'.repeat(size / 4),
      '&lt;'.repeat(size / 4),
    ]) {
      const started = performance.now()
      at(textOfBody(new TextEncoder().encode(body)), 'a.b')
      expect(performance.now() - started, body.slice(0, 20)).toBeLessThan(1_000)
    }
  })
})
