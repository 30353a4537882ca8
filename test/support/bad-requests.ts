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
  /** One that the field errors name. */
  readonly field?: string
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
    { ...request, name: 'far too much in pieces', body: filler(limit + 200_000), chunked: true },
    { ...request, name: 'the promise of gigabytes', body: filler(10), headers: { 'content-length': '4000000000' } },
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

const campaign = (name: string, members: string, field: string): BadRequest => {
  const body = `{"name":"Auto","vertical":"auto",${members}}`
  return {
    name: `a campaign with ${name}`,
    method: 'POST',
    path: '/v1/campaigns',
    key: 'operator',
    body,
    wanted: INVALID,
    field,
  }
}

const field = (name: string, members: string, path: string) =>
  campaign(name, `"fields":[{${members}}]`, `fields.0.${path}`)
const filter = (name: string, members: string, path: string) =>
  campaign(name, `"filters":[{${members}}]`, `filters.0.${path}`)

const campaigns: readonly BadRequest[] = [
  campaign('no vertical of a text', '"vertical":7', 'vertical'),
  campaign('a name of spaces', '"name":"  "', 'name'),
  campaign('a name of null', '"name":null', 'name'),
  campaign('a name of 201 characters', `"name":"${MARK.padEnd(201, 'x')}"`, 'name'),
  campaign('a name with a NUL', `"name":"${MARK}\\u0000"`, 'name'),
  campaign('a name with a line break', `"name":"${MARK}\\nX-Evil: 1"`, 'name'),
  campaign('a name with a lone surrogate', `"name":"${MARK}\\ud800"`, 'name'),
  campaign('two names, of which the last counts', '"name":"Auto","name":5', 'name'),
  campaign('a member that nobody knows', `"colour":"${MARK}"`, 'colour'),
  campaign('a prototype', `"__proto__":{"admin":"${MARK}"}`, '__proto__'),
  campaign('a constructor', `"constructor":"${MARK}"`, 'constructor'),
  campaign('a status of its own', `"status":"${MARK}"`, 'status'),
  campaign('the status archived', '"status":"archived"', 'status'),
  campaign('a type of its own', `"type":"${MARK}"`, 'type'),
  campaign('a distribution of its own', `"distribution":["${MARK}"]`, 'distribution'),
  campaign('a floor of 1e400', '"floor_price":1e400', 'floor_price'),
  campaign('a floor of 2^60', '"floor_price":1152921504606846976', 'floor_price'),
  campaign('a floor below zero', '"floor_price":-0.01', 'floor_price'),
  campaign('a floor of seven decimals', '"floor_price":0.0000001', 'floor_price'),
  campaign('a floor of text', `"floor_price":"${MARK}"`, 'floor_price'),
  campaign('a floor of null', '"floor_price":null', 'floor_price'),
  campaign('no sells', '"max_sells":0', 'max_sells'),
  campaign('one and a half sells', '"max_sells":1.5', 'max_sells'),
  campaign('2^60 sells', '"max_sells":1152921504606846976', 'max_sells'),
  campaign('a window of 1e400', '"bid_window_ms":1e400', 'bid_window_ms'),
  campaign('a window of a millisecond', '"bid_window_ms":1', 'bid_window_ms'),
  campaign('a deadline of a day', '"deadline_ms":86400000', 'deadline_ms'),
  campaign('fields that are an object', '"fields":{}', 'fields'),
  campaign(
    '97 fields',
    `"fields":[${Array.from({ length: 97 }, (_, at) => `{"name":"f${at}","type":"string"}`).join()}]`,
    'fields',
  ),
  campaign('a field that is a text', `"fields":["${MARK}"]`, 'fields.0'),
  campaign(
    'two fields of one name',
    '"fields":[{"name":"age","type":"number"},{"name":"age","type":"string"}]',
    'fields.1.name',
  ),
  field('a field of our own name', '"name":"flo_ping_id","type":"string"', 'name'),
  field('a field of the prototype', '"name":"__proto__","type":"string"', 'name'),
  field('a field in capitals', '"name":"Age","type":"number"', 'name'),
  field('a field with a placeholder', '"name":"{{phone}}","type":"number"', 'name'),
  field('a field without a type', '"name":"age"', 'type'),
  field('a field of a type of its own', `"name":"age","type":"${MARK}"`, 'type'),
  field('an enum without values', '"name":"age","type":"enum"', 'values'),
  field('a number with values', '"name":"age","type":"number","values":["1"]', 'values'),
  field('a field that is required perhaps', '"name":"age","type":"number","required":"perhaps"', 'required'),
  filter('a filter without an operator', '"field":"age"', 'op'),
  filter('a filter with an operator of its own', `"field":"age","op":"${MARK}"`, 'op'),
  filter('a list that is none', `"field":"state","op":"in","value":"${MARK}"`, 'value'),
  filter('between one', '"field":"age","op":"between","value":[1]', 'value'),
  filter('more than nothing', '"field":"age","op":"gt"', 'value'),
  filter('a filter on an object', `"field":"age","op":"eq","value":{"a":"${MARK}"}`, 'value'),
  filter('a filter on the prototype', '"field":"__proto__","op":"exists"', 'field'),
  campaign('51 filters', `"filters":[${Array(51).fill('{"field":"age","op":"exists"}').join()}]`, 'filters'),
  campaign('a dedupe of no days', '"dedupe":{"fields":["phone"],"days":0}', 'dedupe.days'),
]

const configured =
  (kind: string, path: string, method: string) =>
  (name: string, body: string, field: string): BadRequest => {
    return { name: `${kind} with ${name}`, method, path, key: 'operator', body, wanted: INVALID, field }
  }
const supplier = configured('a supplier', '/v1/suppliers', 'POST')
const patch = configured('a change', '/v1/campaigns/<campaign>', 'PATCH')
const buyer = configured('a buyer', '/v1/buyers', 'POST')
const link = configured('a link', '/v1/campaigns/<campaign>/suppliers/<supplier>', 'PUT')
const contract = configured('a contract', '/v1/campaigns/<campaign>/buyers/<buyer>', 'PUT')

const post = (request: string, more = '') => `{"post":{"request":{${request}}}${more}}`
const URL_OK = '"url":"https://buyer.example/post"'
const at = (url: string) => contract(`the address ${url}`, post(`"url":"${url}"`), 'post.request.url')

const members: readonly BadRequest[] = [
  supplier('no name', '{}', 'name'),
  supplier('a key of its own', `{"name":"A","api_key":"${MARK}"}`, 'api_key'),
  supplier('an id of its own', `{"name":"A","id":"${MARK}"}`, 'id'),
  supplier('a tenant', '{"name":"A","tenant_id":"sandbox"}', 'tenant_id'),
  buyer('a budget of text', `{"name":"A","budget":"${MARK}"}`, 'budget'),
  buyer('a cap of no size', '{"name":"A","caps":[{"period":"day"}]}', 'caps.0'),
  buyer(
    'a cap on Mars',
    `{"name":"A","caps":[{"period":"day","count":1,"timezone":"Mars/${MARK}"}]}`,
    'caps.0.timezone',
  ),
  buyer('a cap of a part', '{"name":"A","caps":[{"period":"day","count":0.5}]}', 'caps.0.count'),
  patch('a member that nobody knows', `{"colour":"${MARK}"}`, 'colour'),
  patch('a version', '{"version":7}', 'version'),
  patch('a floor below zero', '{"floor_price":-1}', 'floor_price'),
  link('no mode', '{}', 'cost_mode'),
  link('a mode of its own', `{"cost_mode":"${MARK}"}`, 'cost_mode'),
  link('no amount', '{"cost_mode":"fixed"}', 'cost_amount'),
  link('no share', '{"cost_mode":"revenue_share","cost_amount":1}', 'cost_percent'),
  link('more than everything', '{"cost_mode":"revenue_share","cost_percent":100.0001}', 'cost_percent'),
  link('a share of 1e400', '{"cost_mode":"revenue_share","cost_percent":1e400}', 'cost_percent'),
  link('an amount below zero', '{"cost_mode":"fixed","cost_amount":-1}', 'cost_amount'),
  link(
    'less at most than at least',
    '{"cost_mode":"fixed","cost_amount":1,"min_payout":2,"max_payout":1}',
    'max_payout',
  ),
  contract('no post', '{}', 'post'),
  contract('a post of null', '{"post":null}', 'post'),
  contract('a member that nobody knows', post(URL_OK, `,"colour":"${MARK}"`), 'colour'),
  contract('a method of its own', post(`${URL_OK},"method":"${MARK}"`), 'post.request.method'),
  contract('a format of its own', post(`${URL_OK},"format":"${MARK}"`), 'post.request.format'),
  contract('a header of two lines', post(`${URL_OK},"headers":{"x-a\\r\\nx-evil":"1"}`), 'post.request.headers'),
  contract('a time of a day', post(`${URL_OK},"timeout_ms":86400000`), 'post.request.timeout_ms'),
  contract('a template with a program', post(`${URL_OK},"template":{"a":"{% for x in y %}"}`), 'post.request.template'),
  contract('a template that is not closed', post(`${URL_OK},"template":{"a":"{{ phone "}`), 'post.request.template'),
  contract(
    'a template with a pipe of its own',
    post(`${URL_OK},"template":{"a":"{{ phone | shout }}"}`),
    'post.request.template',
  ),
  contract('no way to say yes', `{"post":{"request":{${URL_OK}},"answer":{"accepted":[]}}}`, 'post.answer.accepted'),
  contract(
    'a pattern that is none',
    `{"post":{"request":{${URL_OK}},"answer":{"accepted":[{"op":"regex","value":"(${MARK}"}]}}}`,
    'post.answer.accepted',
  ),
  contract('a preset of its own', post(URL_OK, `,"preset":"${MARK}"`), 'preset'),
  contract('a price of 1e400', post(URL_OK, ',"price":1e400'), 'price'),
  contract('bids from most to least', post(URL_OK, ',"min_bid":10,"max_bid":5'), '_bid'),
  contract(
    'a phone in a ping',
    post(URL_OK, `,"ping":{"enabled":true,"request":{${URL_OK},"template":{"a":"{{phone}}"}}}`),
    'ping.request.template',
  ),
  contract(
    'a hash of a phone in a ping',
    post(URL_OK, `,"ping":{"enabled":true,"request":{${URL_OK},"template":{"a":"{{phone | md5}}"}}}`),
    'ping.request.template',
  ),
  contract(
    'a phone in the address of a ping',
    post(URL_OK, ',"ping":{"enabled":true,"request":{"url":"https://buyer.example/?p={{phone}}"}}'),
    'ping.request',
  ),
  contract('an address that a lead chooses', post('"url":"https://{{state}}.buyer.example/"'), 'post.request.url'),
  at(''),
  at(MARK),
  at('ftp://buyer.example/'),
  at('file:///etc/passwd'),
  at('javascript:alert(1)'),
  at(`http://user:${MARK}@buyer.example/`),
  at('http://10.0.0.1/'),
  at('http://169.254.169.254/latest/meta-data'),
  at('http://[::ffff:10.0.0.1]/'),
  at('http://2130706433.internal/'),
  at('https://localhost.localdomain/'),
]

const PATHS = [
  '/v2/leads',
  '/api/v1',
  '/api/v1/pong',
  '/v1/campaigns/',
  '/v1//campaigns',
  '/V1/campaigns',
  '/v1/leads/<lead>/x',

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
  ...campaigns,
  ...members,
  ...paths,
]
