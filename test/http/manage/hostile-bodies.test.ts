/** Whatever is sent, the answer is one of the contract's, and nothing fails inside. */
import { beforeAll, expect, test } from 'vitest'
import {
  CAMPAIGN,
  type CallOptions,
  CONTRACT,
  type Management,
  make,
  REVENUE_SHARE,
  startManagement,
} from '../../support/management'

let management: Management
let endpoints: readonly (readonly [method: string, path: string, good: object])[]

beforeAll(async () => {
  management = await startManagement()
  const campaign = await make(management, '/v1/campaigns', CAMPAIGN)
  const supplier = await make(management, '/v1/suppliers', { name: 'Acme' })
  const buyer = await make(management, '/v1/buyers', { name: 'Big' })
  endpoints = [
    ['POST', '/v1/campaigns', CAMPAIGN],
    ['PATCH', `/v1/campaigns/${campaign}`, {}],
    ['POST', '/v1/suppliers', { name: 'x' }],
    ['PATCH', `/v1/suppliers/${supplier}`, {}],
    ['POST', '/v1/buyers', { name: 'x' }],
    ['PATCH', `/v1/buyers/${buyer}`, {}],
    ['PUT', `/v1/campaigns/${campaign}/suppliers/${supplier}`, REVENUE_SHARE],
    ['PUT', `/v1/campaigns/${campaign}/buyers/${buyer}`, CONTRACT],
    ['POST', `/v1/campaigns/${campaign}/buyers/${buyer}/try`, { contract: CONTRACT }],
    ['POST', '/v1/answers/read', { sample: { body: '{}' } }],
  ]
})

const MEBIBYTE = 1024 * 1024
const deep = (open: string, inner: string, close: string, levels: number) =>
  open.repeat(levels) + inner + close.repeat(levels)

test.each<[string, number, CallOptions]>([
  ['nothing', 400, { raw: '' }],
  ['no JSON', 400, { raw: '{"name":' }],
  ['a list', 400, { raw: '[]' }],
  ['null', 400, { raw: 'null' }],
  ['a text', 400, { raw: '"name"' }],
  ['bad UTF-8', 400, { raw: new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]) }],
  ['ten thousand levels', 400, { raw: `{"name":${deep('[', '1', ']', 10_000)}}` }],
  ['ten thousand objects in each other', 400, { raw: deep('{"a":', '1', '}', 10_000) }],
  ['more than a mebibyte', 413, { raw: JSON.stringify({ name: 'x'.repeat(MEBIBYTE) }) }],
  ['a form', 415, { raw: 'name=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
  ['no content type', 415, { raw: '{}', headers: { 'content-type': '' } }],
])('%s is answered with %i everywhere', async (_, status, options) => {
  for (const [method, path] of endpoints) {
    const answer = await management.call(method, path, undefined, options)
    expect([method, path, answer.status]).toEqual([method, path, status])
    expect(answer.body).toMatchObject({ status, request_id: 'req_test', error: expect.any(String) })
  }
})

/** JSON that a member may be given; none of them is right for any member. */
const VALUES = [
  'null',
  '[]',
  '{}',
  '""',
  '1e999',
  '-1e999',
  '1e400',
  '123456789012345678901234567890',
  '-0.0000000000001',
  '"\\ud800"',
  '"\\u0000"',
  `"${'x'.repeat(MEBIBYTE - 400)}"`,
  '{"__proto__":{"polluted":true}}',
  '[{"__proto__":null}]',
  '{"constructor":{"prototype":{"polluted":true}}}',
  `[${'null,'.repeat(100_000)}1]`,
  `[${Array.from({ length: 30_000 }, () => '1e20').join(',')}]`,
  deep('[', '1', ']', 50),
  deep('{"a":', '1', '}', 50),
]

test('a hostile value for any member is refused or taken, never a failure', async () => {
  for (const [method, path, good] of endpoints) {
    const members = [
      'name',
      'status',
      'filters',
      'fields',
      'caps',
      'budget',
      'post',
      'ping',
      'cost_amount',
      'schedule',
      'dedupe',
    ]
    for (const member of [...members, '__proto__', 'toString', '\\ud800', '\\u0000', 'x'.repeat(10_000)]) {
      for (const value of VALUES) {
        const rest = JSON.stringify({ ...good, [member]: undefined }).slice(1)
        const raw = `{"${member}":${value}${rest === '}' ? '' : ','}${rest}`
        const answer = await management.call(method, path, undefined, { raw })
        const what = `${method} ${path} ${member.slice(0, 20)}=${value.slice(0, 40)}`
        expect([what, answer.status < 500, management.errors]).toEqual([what, true, []])
        if (answer.status >= 400) expect(JSON.stringify(answer.body).length).toBeLessThan(30_000)
      }
    }
  }
  expect(Object.prototype).not.toHaveProperty('polluted')
}, 120_000)

test.each(['__proto__', 'constructor', 'toString'])('the unknown member %s is refused by name', async (member) => {
  for (const [method, path, good] of endpoints) {
    const rest = JSON.stringify(good).slice(1)
    const answer = await management.call(method, path, undefined, {
      raw: `{"${member}":1${rest === '}' ? '' : ','}${rest}`,
    })
    expect([method, path, answer.status]).toEqual([method, path, 422])
    expect(answer.body.field_errors).toEqual([{ field: member, code: 'unknown_field', expected: expect.any(String) }])
  }
})

test('a member with a name of ten thousand characters is named by its first hundred', async () => {
  const { body } = await management.call('POST', '/v1/suppliers', { name: 'Acme', ['x'.repeat(10_000)]: 1 })
  expect(body.field_errors).toMatchObject([{ field: 'x'.repeat(100), code: 'unknown_field' }])
})
