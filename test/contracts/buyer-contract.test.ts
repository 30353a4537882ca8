import { describe, expect, it } from 'vitest'
import { buyerContractSchema, isTemplate } from '../../src/contracts/buyer-contract'
import { filterSchema, toFilter } from '../../src/contracts/filter'

const MINIMAL = { post: { request: { url: 'https://buyer.example/post' } } }

/** @returns the paths that the schema complains about */
function wrong(body: unknown): string[] {
  const parsed = buyerContractSchema.safeParse(body)
  return parsed.success ? [] : parsed.error.issues.map(({ path }) => path.join('.'))
}

const post = (members: object) => ({ post: { ...MINIMAL.post, ...members } })
const request = (members: object) => post({ request: { ...MINIMAL.post.request, ...members } })
const answer = (members: object) => post({ answer: members })

describe('a buyer contract', () => {
  it('is taken as the specification shows it', () => {
    const full = {
      status: 'active',
      price: 40.0,
      priority: 1,
      weight: 1,
      tier: 2,
      min_bid: 5,
      max_bid: 500,
      bid_valid_seconds: 300,
      on_unknown: 'retry',
      filters: [{ field: 'state', op: 'in', value: ['TX', 'FL', 'CA'] }],
      ping: {
        enabled: true,
        request: {
          url: 'https://buyer.example/ping',
          test_url: 'https://test.buyer.example/ping',
          method: 'POST',
          headers: { 'X-Source': 'gavel {{state}}' },
          auth: { type: 'bearer', token: 't' },
          format: 'json',
          timeout_ms: 1500,
          template: { state: '{{state}}', nested: [{ zip3: '{{zip | slice: 0, 3}}' }], count: 1, none: null },
        },
        answer: {
          format: 'xml',
          error: [{ path: 'status', op: 'eq', value: 'Error' }],
          duplicate: [{ on: 'status', op: 'in', value: [409, 208] }],
          rejected: [{ on: 'header', path: 'X-R', op: 'exists' }],
          pending: [{ op: 'regex', value: '^wait' }],
          accepted: [{ path: 'accepted', op: 'eq', value: true }],
          price: ['bid_price', { path: 'data.price', regex: '([\\d.]+)' }, { regex: 'price=(\\S+)' }],
          reason: ['msg'],
          reference: ['id'],
          redirect_url: ['url'],
          bids: { each: 'bids', price: 'payout', reference: { path: 'bid_id' } },
          captures: { ref: 'data.ref' },
        },
      },
      ...MINIMAL,
      ping_pii: ['phone'],
      caps: [{ period: 'day', count: 100, amount: 2500.5, timezone: 'America/New_York' }],
      schedule: { timezone: 'UTC', windows: [{ days: ['mon', 'fri'], from: '09:00', to: '24:00' }] },
      suppression_list_ids: ['sup_1'],
      preset: null,
    }
    expect(wrong(full)).toEqual([])
    expect(buyerContractSchema.parse(full)).toEqual(full)
  })

  it('needs no more than where to post', () => {
    expect(wrong(MINIMAL)).toEqual([])
    expect(wrong({})).toEqual(['post'])
    expect(wrong({ post: { request: {} } })).toEqual(['post.request.url'])
  })

  it.each([
    [{ ...MINIMAL, colour: 'red' }, ''],
    [post({ enabled: true }), 'post'],
    [request({ body: 'x' }), 'post.request'],
    [answer({ accept: [] }), 'post.answer'],
    [answer({ accepted: [{ path: 'a', op: 'eq', value: 1, colour: 1 }] }), 'post.answer.accepted.0'],
    [answer({ accepted: [] }), 'post.answer.accepted'],
    [answer({ accepted: [{ path: 'a', op: 'equals', value: 1 }] }), 'post.answer.accepted.0.op'],
    [answer({ accepted: [{ on: 'cookie', op: 'exists' }] }), 'post.answer.accepted.0.on'],
    [answer({ price: [] }), 'post.answer.price'],
    [answer({ price: 'bid_price' }), 'post.answer.price'],
    [answer({ captures: { 'a b': 'x' } }), 'post.answer.captures.a b'],
    [request({ auth: { type: 'digest' } }), 'post.request.auth.type'],
    [request({ auth: { type: 'bearer' } }), 'post.request.auth.token'],
    [request({ auth: { type: 'none', token: 'x' } }), 'post.request.auth'],
    [request({ method: 'DELETE' }), 'post.request.method'],
    [request({ format: 'yaml' }), 'post.request.format'],
    [request({ headers: { 'a b': 'x' } }), 'post.request.headers.a b'],
    [request({ timeout_ms: 49 }), 'post.request.timeout_ms'],
    [request({ timeout_ms: 10_001 }), 'post.request.timeout_ms'],
    [request({ timeout_ms: 99.5 }), 'post.request.timeout_ms'],
    [request({ url: `https://${'a'.repeat(2_050)}` }), 'post.request.url'],
    [request({ template: { a: 'x'.repeat(40_000) } }), 'post.request.template'],
    [{ ...MINIMAL, price: 1.0000001 }, 'price'],
    [{ ...MINIMAL, price: -1 }, 'price'],
    [{ ...MINIMAL, price: '40' }, 'price'],
    [{ ...MINIMAL, caps: [{ period: 'day' }] }, 'caps.0'],
    [{ ...MINIMAL, caps: [{ period: 'fortnight', count: 1 }] }, 'caps.0.period'],
    [{ ...MINIMAL, schedule: { timezone: 'Mars/Base', windows: [] } }, 'schedule.timezone'],
    [
      { ...MINIMAL, schedule: { timezone: 'UTC', windows: [{ days: ['mon'], from: '9:00', to: '25:00' }] } },
      'schedule.windows.0.from',
    ],
    [{ ...MINIMAL, on_unknown: 'panic' }, 'on_unknown'],
    [{ ...MINIMAL, ping_pii: ['a b'] }, 'ping_pii.0'],
  ])('refuses %j', (body, path) => {
    expect(wrong(body)).toContain(path)
  })

  it('bounds templates in depth and in number of members', () => {
    let deep: unknown = 'x'
    for (let level = 0; level < 9; level += 1) deep = { a: deep }
    expect(isTemplate(deep)).toBe(false)
    expect(isTemplate(Array.from({ length: 501 }, () => 1))).toBe(false)
    expect(isTemplate({ a: [1, 'x', null, true] })).toBe(true)
    expect(isTemplate({ a: Number.NaN })).toBe(false)
    expect(isTemplate({ a: undefined })).toBe(false)
    expect(isTemplate(() => 1)).toBe(false)
  })
})

describe('a filter', () => {
  it.each([
    [{ field: 'state', op: 'eq', value: 'TX' }, true],
    [{ field: 'state', op: 'in', value: ['TX'] }, true],
    [{ field: 'state', op: 'in', value: 'TX' }, false],
    [{ field: 'state', op: 'eq', value: ['TX'] }, false],
    [{ field: 'state', op: 'eq' }, false],
    [{ field: 'age', op: 'between', value: [18, 65] }, true],
    [{ field: 'age', op: 'between', value: [18] }, false],
    [{ field: 'age', op: 'exists' }, true],
    [{ field: 'age', op: 'exists', value: true }, false],
    [{ field: 'a b', op: 'exists' }, false],
    [{ field: 'age', op: 'about', value: 5 }, false],
    [{ field: 'age', op: 'eq', value: 5, colour: 1 }, false],
  ])('%j is taken: %s', (filter, taken) => {
    expect(filterSchema.safeParse(filter).success).toBe(taken)
  })

  it('has a value of null in core where it has none', () => {
    expect(toFilter(filterSchema.parse({ field: 'age', op: 'exists' }))).toEqual({
      field: 'age',
      op: 'exists',
      value: null,
    })
  })
})
