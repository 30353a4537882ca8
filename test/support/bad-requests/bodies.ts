/** Bodies that cannot be read: malformed, too long, or of another type. */
import { type BadRequest, bytes, type KeyName, MALFORMED, MARK, TOO_LARGE, WRONG_TYPE } from './request'

/** Bodies that no endpoint can read. */
const UNREADABLE: readonly (readonly [name: string, body: string | Uint8Array])[] = [
  ['no body', ''],
  ['white space', ' \n '],
  ['half an object', '{"name":"'],
  ['a word', MARK],
  ['single quotes', `{'name':'${MARK}'}`],
  ['a trailing comma', `{"name":"${MARK}",}`],
  ['a comment', `{/* ${MARK} */}`],
  ['two documents', '{}{}'],
  ['NaN', '{"floor_price":NaN}'],
  ['a raw line break in a text', `{"name":"${MARK}\n"}`],
  ['a raw NUL', '{"name":"\u0000"}'],
  ['null', 'null'],
  ['a list', `[{"name":"${MARK}"}]`],
  ['a text', `"${MARK}"`],
  ['a number', '12'],
  ['true', 'true'],
  ['bytes that are not UTF-8', bytes('{"name":"', [0xff, 0xfe], '"}')],
  ['an overlong encoding', bytes('{"name":"', [0xc0, 0x80], '"}')],
  ['half a character', bytes('{"name":"', [0xe2, 0x82], '"}')],
  ['an encoded surrogate', bytes('{"name":"', [0xed, 0xa0, 0x80], '"}')],
  ['UTF-16', new Uint8Array(Buffer.from('\ufeff{"name":"a"}', 'utf16le'))],
  ['two byte-order marks', '\ufeff\ufeff{}'],
  ['lists 10000 deep', `{"name":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
  ['objects 10000 deep', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
  ['lists 30000 deep, never closed', '['.repeat(30_000)],
]

const WRITERS: readonly (readonly [method: string, path: string, key: KeyName])[] = [
  ['POST', '/api/v1/ping', 'supplier'],
  ['POST', '/api/v1/ingest', 'supplier'],
  ['POST', '/v1/campaigns', 'operator'],
]

const NOT_UTF8_FORMS = ['first_name=%ff', 'first_name=Mar%C3', '%E2%82=x', 'first_name=%ED%A0%80']

export const unreadableForms = ['/api/v1/ping', '/api/v1/ingest'].flatMap((path) =>
  NOT_UTF8_FORMS.map((body): BadRequest => {
    const type = 'application/x-www-form-urlencoded'
    return { name: `the form ${body}`, method: 'POST', path, key: 'supplier', type, body, wanted: MALFORMED }
  }),
)

export const unreadable = WRITERS.flatMap(([method, path, key]) =>
  UNREADABLE.map(([name, body]): BadRequest => ({ name, method, path, key, body, wanted: MALFORMED })),
)

export const encodings = WRITERS.flatMap(([method, path, key]) => [
  ...[null, 'text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'application/jsonp', 'json', 'é'].map(
    (type): BadRequest => ({ name: `${type} as its type`, method, path, key, type, body: '{}', wanted: WRONG_TYPE }),
  ),
])

const filler = (length: number) => `{"name":"${MARK}","filler":"${'x'.repeat(length)}"}`

export const sizes = WRITERS.flatMap(([method, path, key]): readonly BadRequest[] => {
  const limit = (path.startsWith('/api') ? 64 : 1_024) * 1_024
  const request = { method, path, key, wanted: TOO_LARGE }
  return [
    { ...request, name: 'a KiB too much', body: filler(limit + 1_024) },
    { ...request, name: 'a KiB too much in pieces', body: filler(limit + 1_024), chunked: true },
    { ...request, name: 'far too much in pieces', body: filler(limit + 200_000), chunked: true },
    { ...request, name: 'the promise of gigabytes', body: filler(10), headers: { 'content-length': '4000000000' } },
  ]
})
