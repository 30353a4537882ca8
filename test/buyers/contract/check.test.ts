import { describe, expect, it } from 'vitest'
import { checkBuyerContract } from '../../../src/buyers/contract/check'
import { presets } from '../../../src/buyers/presets'
import { checkBuyerUrl } from '../../../src/security/url-guard'
import { PII_FIELDS, PING_URL, POST_URL, written } from '../support'

function problems(overrides: { readonly [name: string]: unknown }, allowLoopback = false) {
  return checkBuyerContract(written(overrides), { piiFields: PII_FIELDS, allowLoopback }, checkBuyerUrl)
}

const request = (members: object) => ({ request: { url: POST_URL, ...members } })
const yes = [{ path: 'ok', op: 'eq', value: true }]

/** The contract in full, as the specification of buyers shows it. */
const FULL = {
  status: 'active',
  price: 40.0,
  priority: 1,
  weight: 1,
  min_bid: 5,
  max_bid: 500,
  filters: [{ field: 'state', op: 'in', value: ['TX', 'FL', 'CA'] }],
  ping: {
    enabled: true,
    request: {
      url: 'https://buyer.example/ping',
      format: 'json',
      timeout_ms: 1500,
      template: { state: '{{state}}', zip3: '{{zip | slice: 0, 3}}', score: '{{ai_quality_score}}' },
    },
    answer: { accepted: [{ path: 'accepted', op: 'eq', value: true }], price: ['bid_price', 'data.price'] },
  },
  post: {
    request: {
      url: 'https://buyer.example/leads',
      format: 'json',
      template: { first_name: '{{first_name}}', phone: '{{phone}}', ref: '{{ping.ref}}' },
    },
    answer: { accepted: [{ on: 'status', op: 'eq', value: 201 }], reference: ['id'] },
  },
  ping_pii: [],
  caps: [],
  schedule: null,
  suppression_list_ids: [],
  preset: null,
}

describe('checkBuyerContract', () => {
  it('finds nothing wrong with the contract of the specification', () => {
    expect(problems(FULL)).toEqual([])
  })

  it.each([...presets().keys()])('finds nothing wrong with the preset %s and two URLs', (preset) => {
    expect(problems({ preset, price: undefined })).toEqual([])
  })

  it.each<[string, { readonly [name: string]: unknown }, string, string]>([
    ['an unknown preset', { preset: 'acme' }, 'preset', 'unknown_preset'],
    ['no price and no ping', { price: undefined, ping: null }, 'price', 'missing_required'],
    ['no price and a ping turned off', { price: null, ping: { enabled: false } }, 'price', 'missing_required'],
    ['a ping without a request', { ping: { enabled: true } }, 'ping.request', 'missing_required'],
    ['a floor over the ceiling', { min_bid: 6, max_bid: 5 }, 'min_bid', 'invalid_value'],
    ['a URL to the inside', { post: { request: { url: 'https://10.0.0.1/' } } }, 'post.request.url', 'url_not_allowed'],
    [
      'an inquiry to the inside',
      { inquiry: { request: { url: 'https://10.0.0.1/' }, answer: { accepted: yes } } },
      'inquiry.request.url',
      'url_not_allowed',
    ],
    [
      'an inquiry whose rule cannot be read',
      { inquiry: { request: { url: POST_URL }, answer: { accepted: [{ path: 'a', op: 'regex', value: '(' }] } } },
      'inquiry.answer.accepted[0].value',
      'invalid_regex',
    ],
    ['plain http', { post: { request: { url: 'http://buyer.example/' } } }, 'post.request.url', 'url_not_allowed'],
    [
      'a test URL to the inside',
      { post: request({ test_url: 'https://localhost/' }) },
      'post.request.test_url',
      'url_not_allowed',
    ],
    [
      'a placeholder in the host',
      { post: { request: { url: 'https://{{state}}.buyer.example/' } } },
      'post.request.url',
      'invalid_template',
    ],
    [
      'a malformed leaf',
      { post: request({ template: { a: { b: ['{{x'] } } }) },
      'post.request.template.a.b[0]',
      'invalid_template',
    ],
    [
      'an unknown pipe',
      { post: request({ template: { a: '{{x | shout}}' } }) },
      'post.request.template.a',
      'invalid_template',
    ],
    ['a tag', { post: request({ template: { a: '{% if x %}' } }) }, 'post.request.template.a', 'invalid_template'],
    [
      'a malformed header',
      { post: request({ headers: { 'X-A': '{{' } }) },
      'post.request.headers.X-A',
      'invalid_template',
    ],
    [
      'a signature among the headers',
      { post: request({ headers: { 'X-LD-Signature': 'x' } }) },
      'post.request.headers.X-LD-Signature',
      'invalid_value',
    ],
    [
      'a signature of nothing',
      { post: request({ format: 'query', signature: { secret: 'a-secret-to-sign-by' } }) },
      'post.request.signature',
      'invalid_value',
    ],
    [
      'a signature that can be guessed',
      { post: request({ signature: { secret: 'short' } }) },
      'post.request.signature.secret',
      'invalid_value',
    ],
    ['a header of ours', { post: request({ headers: { Host: 'x' } }) }, 'post.request.headers.Host', 'invalid_value'],
    [
      'a credential among the headers',
      { post: request({ headers: { authorization: 'Bearer x' } }) },
      'post.request.headers.authorization',
      'invalid_value',
    ],
    ['a GET with a body', { post: request({ method: 'GET' }) }, 'post.request.method', 'invalid_value'],
    [
      'a placeholder outside of a JSON string',
      { post: request({ template: '{"a": {{x}} }' }) },
      'post.request.template',
      'invalid_template',
    ],
    [
      'a placeholder in a name',
      { post: request({ template: { '{{x}}': 1 } }) },
      'post.request.template',
      'invalid_template',
    ],
    [
      'XML that is not well-formed',
      { post: request({ format: 'xml', template: '<a>{{x}}</b>' }) },
      'post.request.template',
      'invalid_template',
    ],
    [
      'a placeholder as an element',
      { post: request({ format: 'xml', template: '<a><{{x}}/></a>' }) },
      'post.request.template',
      'invalid_template',
    ],
    [
      'a token URL to the inside',
      {
        post: request({
          auth: {
            type: 'oauth_client_credentials',
            token_url: 'http://127.0.0.1/',
            client_id: 'a',
            client_secret: 'b',
          },
        }),
      },
      'post.request.auth.token_url',
      'url_not_allowed',
    ],
    [
      'a credential where none fits',
      { post: request({ template: [1], auth: { type: 'body', name: 'k', value: 'v' } }) },
      'post.request.auth.type',
      'invalid_value',
    ],
    [
      'a credential in a header of ours',
      { post: request({ auth: { type: 'header', name: 'Host', value: 'v' } }) },
      'post.request.auth.name',
      'invalid_value',
    ],
    [
      'a credential in a header that is none',
      { post: request({ auth: { type: 'header', name: 'X(Key)', value: 'v' } }) },
      'post.request.auth.name',
      'invalid_value',
    ],
    [
      'a credential in an element that is none',
      { post: request({ format: 'xml', auth: { type: 'body', name: '1key', value: 'v' } }) },
      'post.request.auth.name',
      'invalid_value',
    ],
    [
      'an answer without a yes',
      { post: { ...request({}), answer: { price: ['x'] } } },
      'post.answer.accepted',
      'missing_required',
    ],
    [
      'a rule without a value',
      { post: { ...request({}), answer: { accepted: [{ path: 'x', op: 'eq' }] } } },
      'post.answer.accepted[0].value',
      'missing_required',
    ],
    [
      'a rule on no header',
      { post: { ...request({}), answer: { accepted: [{ on: 'header', op: 'exists' }] } } },
      'post.answer.accepted[0].path',
      'missing_required',
    ],
    [
      'a malformed path',
      { post: { ...request({}), answer: { accepted: yes, rejected: [yes[0], { path: 'a..b', op: 'exists' }] } } },
      'post.answer.rejected[1].path',
      'invalid_path',
    ],
    [
      'a malformed pattern',
      { post: { ...request({}), answer: { accepted: [{ op: 'regex', value: '(' }] } } },
      'post.answer.accepted[0].value',
      'invalid_regex',
    ],
    [
      'a pattern that is a number',
      { post: { ...request({}), answer: { accepted: [{ op: 'regex', value: 5 }] } } },
      'post.answer.accepted[0].value',
      'invalid_regex',
    ],
    [
      'a pattern that could not be matched in time',
      { post: { ...request({}), answer: { accepted: yes, price: ['p', { regex: '(a*)*' }] } } },
      'post.answer.price[1].regex',
      'invalid_regex',
    ],
    [
      'a selector of nothing',
      { post: { ...request({}), answer: { accepted: yes, reason: [{}] } } },
      'post.answer.reason[0]',
      'invalid_path',
    ],
    [
      'a capture of nothing',
      { post: { ...request({}), answer: { accepted: yes, captures: { ref: 'a[' } } } },
      'post.answer.captures.ref',
      'invalid_path',
    ],
    [
      'bids of nothing',
      { post: { ...request({}), answer: { accepted: yes, bids: { each: '[', price: 'p' } } } },
      'post.answer.bids.each',
      'invalid_path',
    ],
  ])('names the member that is wrong: %s', (_title, overrides, field, code) => {
    expect(problems(overrides)).toContainEqual({ field, code, expected: expect.any(String) })
  })

  describe('personal data in a ping', () => {
    it.each<[string, object, string]>([
      ['in a leaf', { template: { a: { b: 'x{{email}}' } } }, 'ping.request.template.a.b'],
      ['as a hash', { template: { a: '{{email | md5}}' } }, 'ping.request.template.a'],
      ['as an argument', { template: { a: '{{zip | append: email}}' } }, 'ping.request.template.a'],
      ['as its age', { template: { a: '{{dob | age}}' } }, 'ping.request.template.a'],
      ['in the URL', { url: 'https://buyer.example/?e={{email}}' }, 'ping.request.url'],
      ['in a header', { headers: { 'X-E': '{{email}}' } }, 'ping.request.headers.X-E'],
    ])('is refused %s', (_title, members, field) => {
      const ping = { request: { url: PING_URL, ...members } }
      expect(problems({ ping })).toEqual([
        { field, code: 'pii_in_ping', expected: expect.stringContaining('ping_pii') },
      ])
      expect(problems({ ping, ping_pii: ['email', 'dob'] })).toEqual([])
    })

    it('is nothing to a post', () => {
      expect(problems({ post: request({ template: { e: '{{email}}' } }) })).toEqual([])
    })
  })

  it('lets loopback pass where it is allowed', () => {
    const local = {
      ping: { request: { url: 'http://127.0.0.1:4001/ping' } },
      post: { request: { url: 'http://127.0.0.1:4001/post' } },
    }
    expect(problems(local, true)).toEqual([])
    expect(problems(local).map(({ field }) => field)).toEqual(['ping.request.url', 'post.request.url'])
  })

  it('lists the pipes to who misspelt one', () => {
    const [problem] = problems({ post: request({ template: { a: '{{x | digit}}' } }) })
    expect(problem?.expected).toMatch(/undefined filter: digit.*; pipes are: .*digits.*md5/)
  })

  it('takes blank secrets: they were split off before', () => {
    expect(problems({ post: request({ auth: { type: 'bearer', token: 'x' } }) })).toEqual([])
  })
})
