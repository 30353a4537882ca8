/**
 * Requests that must be refused, as a table: what is sent, and the status and code that come back.
 *
 * `<campaign>`, `<lead>` and the like stand for ids that exist; `<their campaign>` is one of the other tenant. MARK is in
 * values that no answer may repeat.
 */

export const MARK = 'hunter2'

export type KeyName = 'operator' | 'supplier' | 'none' | 'garbage' | 'unknown'

export interface BadRequest {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly key: KeyName
  readonly body?: string | Uint8Array
  /** JSON where left out and there is a body; null sends none. */
  readonly type?: string | null
  readonly headers?: { readonly [name: string]: string }
  /** In pieces without a length. */
  readonly chunked?: boolean
  readonly wanted: readonly [status: number, error: string]
}

type Wanted = BadRequest['wanted']

const MALFORMED: Wanted = [400, 'malformed_body']
const INVALID: Wanted = [422, 'invalid_payload']
const NOT_FOUND: Wanted = [404, 'not_found']
const TOO_LARGE: Wanted = [413, 'body_too_large']
const WRONG_TYPE: Wanted = [415, 'unsupported_media_type']
const WRONG_METHOD: Wanted = [405, 'method_not_allowed']

const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))

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

const unreadable = WRITERS.flatMap(([method, path, key]) =>
  UNREADABLE.map(([name, body]): BadRequest => ({ name, method, path, key, body, wanted: MALFORMED })),
)

const encodings = WRITERS.flatMap(([method, path, key]) => [
  ...[null, 'text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'application/jsonp', 'json', 'é'].map(
    (type): BadRequest => ({ name: `${type} as its type`, method, path, key, type, body: '{}', wanted: WRONG_TYPE }),
  ),
])

const filler = (length: number) => `{"name":"${MARK}","filler":"${'x'.repeat(length)}"}`

const sizes = WRITERS.flatMap(([method, path, key]): readonly BadRequest[] => {
  const limit = (path.startsWith('/api') ? 64 : 1_024) * 1_024
  const request = { method, path, key, wanted: TOO_LARGE }
  return [
    { ...request, name: 'a KiB too much', body: filler(limit + 1_024) },
    { ...request, name: 'a KiB too much in pieces', body: filler(limit + 1_024), chunked: true },
    { ...request, name: 'megabytes', body: filler(4_000_000) },
    { ...request, name: 'megabytes in pieces', body: filler(4_000_000), chunked: true },
  ]
})

const IDS = '"flo_campaign_id":"<campaign>","flo_supplier_id":"<supplier>"'
const PERSON = '"first_name":"Maria","last_name":"Garcia","phone":"5125550100","email":"maria@example.com"'

const lead = (name: string, body: string, wanted: Wanted = INVALID): readonly BadRequest[] =>
  ['ping', 'ingest'].map((call) => ({ name, method: 'POST', path: `/api/v1/${call}`, key: 'supplier', body, wanted }))
const ingest = (name: string, body: string, wanted: Wanted = INVALID) => lead(name, body, wanted).slice(1)
const form = (name: string, body: string | Uint8Array, wanted: Wanted = INVALID): BadRequest => ({
  name: `a form with ${name}`,
  method: 'POST',
  path: '/api/v1/ingest',
  key: 'supplier',
  type: 'application/x-www-form-urlencoded',
  body,
  wanted,
})

const fields = (count: number) => Array.from({ length: count }, (_, index) => `"field_${index}":"${MARK}"`).join()

const leads: readonly BadRequest[] = [
  ...lead('no ids', '{}'),
  ...lead('ids of null', '{"flo_campaign_id":null,"flo_supplier_id":null}'),
  ...lead('ids that are numbers', '{"flo_campaign_id":1,"flo_supplier_id":2}'),
  ...lead('ids that are lists', `{"flo_campaign_id":["${MARK}"],"flo_supplier_id":["${MARK}"]}`),
  ...lead('ids that are too long', `{"flo_campaign_id":"${MARK.repeat(20)}","flo_supplier_id":"<supplier>"}`),
  ...lead('ids in the prototype', `{"__proto__":{${IDS}}}`),
  ...lead('ids in the constructor', `{"constructor":{"prototype":{${IDS}}}}`),
  ...lead('members after a byte-order mark, without ids', '\ufeff{}'),
  ...lead('101 fields', `{${IDS},${fields(99)}}`),
  ...lead('an email that is a list', `{${IDS},${PERSON},"email":["${MARK}"]}`),
  ...lead('an email that is an object', `{${IDS},${PERSON},"email":{"${MARK}":1}}`),
  ...lead('an email of a lone surrogate', `{${IDS},${PERSON},"email":"\\ud800@example.com${MARK}<"}`),
  ...lead('a phone of letters', `{${IDS},${PERSON},"phone":"${MARK}"}`),
  ...lead('a phone that is true', `{${IDS},${PERSON},"phone":true}`),
  ...lead('a phone with a NUL', `{${IDS},${PERSON},"phone":"512555\\u00000100"}`),
  ...lead('a number of 1e400', `{${IDS},${PERSON},"age":1e400}`),
  ...lead('a number of -1e400', `{${IDS},${PERSON},"age":-1e400}`),
  ...lead('a number of 2^60', `{${IDS},${PERSON},"age":1152921504606846976}`),
  ...lead('a number as hexadecimal text', `{${IDS},${PERSON},"age":"0x29"}`),
  ...lead('a number with an exponent as text', `{${IDS},${PERSON},"age":"1e3"}`),
  ...lead('a text of 9000 characters', `{${IDS},${PERSON},"note":"${MARK.repeat(1_300)}"}`),
  ...lead('a text of 1e400', `{${IDS},${PERSON},"note":1e400}`),
  ...lead('a duplicate member, the last of which counts', `{${IDS},${PERSON},"age":41,"age":"${MARK}"}`),
  ...lead('the id of another supplier', `{"flo_campaign_id":"<campaign>","flo_supplier_id":"<other supplier>"}`, [
    403,
    'unauthorized',
  ]),
  ...lead('a supplier id of the prototype', `{"flo_campaign_id":"<campaign>","flo_supplier_id":"__proto__"}`, [
    403,
    'unauthorized',
  ]),
  ...ingest('no contact data', `{${IDS}}`),
  ...ingest('empty contact data', `{${IDS},"first_name":"","last_name":" ","phone":null,"email":""}`),
  ...ingest('inherited contact data', `{${IDS},"__proto__":{${PERSON}}}`),
  ...ingest('an unknown campaign', `{"flo_campaign_id":"${MARK}","flo_supplier_id":"<supplier>",${PERSON}}`, [
    404,
    'invalid_campaign',
  ]),
  ...ingest('a campaign of the prototype', `{"flo_campaign_id":"__proto__","flo_supplier_id":"<supplier>",${PERSON}}`, [
    404,
    'invalid_campaign',
  ]),
  ...ingest(
    "another tenant's campaign",
    `{"flo_campaign_id":"<their campaign>","flo_supplier_id":"<supplier>",${PERSON}}`,
    [404, 'invalid_campaign'],
  ),
  ...ingest('a ping id of its own', `{${IDS},${PERSON},"flo_ping_id":"${MARK}.k1.${MARK}"}`, [422, 'ping_id_invalid']),
  ...ingest('a ping id with a NUL', `{${IDS},${PERSON},"flo_ping_id":"\\u0000"}`, [422, 'ping_id_invalid']),
  form('nothing in it', ''),
  form('separators only', '&&&==&'),
  form('broken percents', `%=%zz&flo_campaign_id=%`),
  form('bytes that are not UTF-8', bytes('first_name=', [0xff]), MALFORMED),
  form('120 fields', Array.from({ length: 120 }, (_, index) => `f${index}=${MARK}`).join('&')),
  form('65 KiB', `note=${'x'.repeat(66_560)}`, TOO_LARGE),
  form('a JSON body', `{${IDS}}`),
]

const keyed = (name: string, key: string): BadRequest => ({
  name: `an Idempotency-Key that is ${name}`,
  method: 'POST',
  path: '/api/v1/ingest',
  key: 'supplier',
  body: `{${IDS},${PERSON}}`,
  headers: { 'idempotency-key': key },
  wanted: [400, 'idempotency_key_invalid'],
})

const headers: readonly BadRequest[] = [
  keyed('8 KiB long', MARK.repeat(1_200)),
  keyed('half quoted', `"${MARK}`),
  keyed('Latin-1', 'caf\u00e9'),
  keyed('a tab', 'a\tb'),
  ...['x-api-key', 'authorization', 'cookie', 'accept', 'user-agent'].map(
    (name): BadRequest => ({
      name: `8 KiB of ${name}`,
      method: 'GET',
      path: '/v1/campaigns',
      key: 'none',
      headers: { [name]: MARK.repeat(1_200) },
      wanted: [401, 'unauthorized'],
    }),
  ),
  ...['Bearer', 'Bearer ', 'Bearer  a b', 'Digest x', 'Bearer \u00e9', '<supplier>'].map(
    (authorization): BadRequest => ({
      name: `"${authorization}" for authorization`,
      method: 'GET',
      path: '/v1/leads',
      key: 'none',
      headers: { authorization },
      wanted: [401, 'unauthorized'],
    }),
  ),
]

/** Everything that needs a key, with the role that it is for. */
const ENDPOINTS: readonly (readonly [method: string, path: string, role: 'operator' | 'supplier'])[] = [
  ['POST', '/api/v1/ping', 'supplier'],
  ['POST', '/api/v1/ingest', 'supplier'],
  ['GET', '/api/v1/leads/<lead>', 'supplier'],
  ['GET', '/v1/leads', 'operator'],
  ['GET', '/v1/leads/<lead>', 'operator'],
  ['GET', '/v1/auctions/<auction>', 'operator'],
  ['GET', '/v1/reports/pnl', 'operator'],
  ...['campaigns', 'suppliers', 'buyers'].flatMap((kind) => {
    const path = `/v1/${kind}`
    const one = `${path}/<${kind.slice(0, -1)}>`
    return [
      ['POST', path, 'operator'] as const,
      ['GET', path, 'operator'] as const,
      ['GET', one, 'operator'] as const,
      ['PATCH', one, 'operator'] as const,
      ['DELETE', one, 'operator'] as const,
    ]
  }),
  ...['suppliers', 'buyers'].flatMap((kind) => {
    const path = `/v1/campaigns/<campaign>/${kind}`
    const one = `${path}/<${kind.slice(0, -1)}>`
    return [
      ['GET', path, 'operator'] as const,
      ['GET', one, 'operator'] as const,
      ['PUT', one, 'operator'] as const,
      ['DELETE', one, 'operator'] as const,
    ]
  }),
]

const OTHER_ROLE = { operator: 'supplier', supplier: 'operator' } as const

const keys = ENDPOINTS.flatMap(([method, path, role]): readonly BadRequest[] => {
  const body = method === 'GET' || method === 'DELETE' ? {} : { body: `{${IDS}}` }
  const request = { method, path, ...body }
  const isSupplierCall = path === '/api/v1/ping' || path === '/api/v1/ingest'
  return [
    ...(['none', 'garbage', 'unknown'] as const).map((key): BadRequest => {
      return { ...request, name: `with the key: ${key}`, key, wanted: [401, 'unauthorized'] }
    }),
    {
      ...request,
      name: `with the key of a ${OTHER_ROLE[role]}`,
      key: OTHER_ROLE[role],
      wanted: [403, isSupplierCall ? 'unauthorized' : 'forbidden'],
    },
  ]
})

/** Ids that nothing has, in each place where an id stands. */
const NO_IDS: readonly string[] = [
  'camp_01J9ZQ5F8W3B6T1X0V7K2M4N5P',
  MARK,
  '__proto__',
  'constructor',
  '%00',
  '%0d%0ax-evil:1',
  '..%2f..%2fetc%2fpasswd',
  "'%20OR%201=1--",
  '%E0%A4%A',
  '%ff',
  'x'.repeat(4_000),
  `ld_${'0'.repeat(43)}`,
  `ld_${'z'.repeat(43)}`,
  `auc_${'0'.repeat(43)}`,
  `auc_${'z'.repeat(43)}`,
  `ld_${'a'.repeat(42)}\u00e9`,
]

const onlyOperators = ENDPOINTS.filter(([, path]) => path.includes('<'))

const ids: readonly BadRequest[] = [
  ...onlyOperators.flatMap(([method, path, role]) => {
    const last = path.slice(0, path.lastIndexOf('<'))
    const body = method === 'PUT' || method === 'PATCH' ? { body: '{"name":"Renamed"}' } : {}
    const wanted = NOT_FOUND
    const nowhere = path.endsWith('/suppliers') || path.endsWith('/buyers') ? [] : [`${last}nothing_here`]
    const theirs = path.replaceAll(/<([a-z ]+)>/g, '<their $1>')
    return [
      ...nowhere.map(
        (unknown): BadRequest => ({ name: 'of nothing', method, path: unknown, key: role, ...body, wanted }),
      ),
      { name: 'of another tenant', method, path: theirs, key: role, ...body, wanted },
    ]
  }),
  ...NO_IDS.flatMap((id) =>
    ['/v1/campaigns/', '/v1/leads/', '/v1/auctions/'].map((path): BadRequest => {
      return { name: `the id ${id.slice(0, 30)}`, method: 'GET', path: path + id, key: 'operator', wanted: NOT_FOUND }
    }),
  ),
  ...NO_IDS.map((id): BadRequest => {
    return {
      name: `the id ${id.slice(0, 30)}`,
      method: 'GET',
      path: `/api/v1/leads/${id}`,
      key: 'supplier',
      wanted: NOT_FOUND,
    }
  }),
]

const LIMITS = ['0', '-1', '201', '1.5', '1e2', 'ten', '', '%00', '99999999999999999999', '0x10', ' 5']
const CURSORS = ['', MARK, 'e30', 'bnVsbA', 'WzFd', 'W10', 'WyJhIiwiYiIsImMiXQ', '%00', '=', 'x'.repeat(600)]
const PERIODS = [
  'from=yesterday',
  'from=2026-13-01',
  'to=2026-02-30',
  'from=',
  'to=0',
  'from=%00',
  'from=2026-11-20T25:00:00Z',
]

const refusedQuery =
  (path: string) =>
  (query: string): BadRequest => {
    return { name: 'a query', method: 'GET', path: `${path}?${query}`, key: 'operator', wanted: INVALID }
  }

const queries: readonly BadRequest[] = [
  ...['/v1/leads', '/v1/campaigns', '/v1/suppliers', '/v1/buyers'].flatMap((path) => [
    ...LIMITS.map((limit) => refusedQuery(path)(`limit=${limit}`)),
    ...CURSORS.map((cursor) => refusedQuery(path)(`cursor=${cursor}`)),
  ]),
  ...['/v1/leads', '/v1/reports/pnl'].flatMap((path) => [
    ...PERIODS.map(refusedQuery(path)),
    refusedQuery(path)('from=2026-11-20&to=2026-11-19'),
    refusedQuery(path)('from=2026-11-20T00:00:00Z&to=2026-11-20T00:00:00Z'),
  ]),
  ...['status=lost', 'status=', 'campaign_id=', `supplier_id=${MARK.repeat(20)}`, 'buyer_id='].map(
    refusedQuery('/v1/leads'),
  ),
  ...['', 'planet', 'campaign,', 'campaign,campaign', 'campaign;day', '%00', 'day,hour,minute']
    .map((keys) => `group_by=${keys}`)
    .map(refusedQuery('/v1/reports/pnl')),
]

const PATHS = [
  '/v2/leads',
  '/api/v1',
  '/api/v1/pong',
  '/v1/campaigns/',
  '/v1//campaigns',
  '/V1/campaigns',
  '/v1/leads/<lead>/x',
  '/%2e%2e/v1/leads',
  '/v1/campaigns%2f<campaign>',
  '/.env',
  `/${MARK}`,
  `/${'x'.repeat(8_000)}`,
]

const paths: readonly BadRequest[] = [
  ...PATHS.flatMap((path) =>
    ['GET', 'POST'].map((method): BadRequest => {
      const body = method === 'POST' ? { body: `{"name":"${MARK}"}` } : {}
      return { name: 'an unknown path', method, path, key: 'operator', ...body, wanted: NOT_FOUND }
    }),
  ),
  ...(
    [
      ['GET', '/api/v1/ping'],
      ['GET', '/api/v1/ingest'],
      ['PUT', '/api/v1/ingest'],
      ['DELETE', '/api/v1/leads/<lead>'],
      ['POST', '/v1/leads'],
      ['DELETE', '/v1/leads/<lead>'],
      ['POST', '/v1/auctions/<auction>'],
      ['PATCH', '/v1/campaigns'],
      ['PUT', '/v1/campaigns/<campaign>'],
      ['POST', '/v1/campaigns/<campaign>/buyers/<buyer>'],
      ['DELETE', '/v1/reports/pnl'],
      ['OPTIONS', '/api/v1/ping'],
      ['OPTIONS', '/v1/campaigns'],
      ['TRACE', '/v1/campaigns'],
      ['PROPFIND', '/v1/campaigns'],
    ] as const
  ).map(
    ([method, path]): BadRequest => ({
      name: 'a method that is not taken',
      method,
      path,
      key: 'operator',
      wanted: WRONG_METHOD,
    }),
  ),
]

export const BAD_REQUESTS: readonly BadRequest[] = [
  ...unreadable,
  ...encodings,
  ...sizes,
  ...leads,
  ...headers,
  ...keys,
  ...ids,
  ...queries,
  ...paths,
]
