/** Pings, leads and headers that are not what their endpoint asks for. */
import { type BadRequest, bytes, INVALID, MALFORMED, MARK, TOO_LARGE, type Wanted } from './request'

export const IDS = '"flo_campaign_id":"<campaign>","flo_supplier_id":"<supplier>"'
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

export const leads: readonly BadRequest[] = [
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

export const headers: readonly BadRequest[] = [
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
