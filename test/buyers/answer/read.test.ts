import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAnswer } from '../../../src/buyers/answer/read'
import { presets } from '../../../src/buyers/presets'
import type { AnswerRule, AnswerSpec } from '../../../src/contracts/buyer-contract'
import { response } from '../support'

/** Whether one rule, alone, makes the answer a duplicate: an outcome with no meaning of its own here. */
function holds(rule: AnswerRule, body: unknown, status = 200, headers: { [name: string]: string } = {}): boolean {
  return readAnswer({ duplicate: [rule] }, response(body, status, headers)).outcome === 'duplicate'
}

describe('rules', () => {
  const body = {
    s: 'Matched',
    t: true,
    n: 2,
    z: 0,
    f: false,
    price: '$12.50',
    list: ['a', 'Duplicate lead'],
    nil: null,
    e: '',
  }

  it.each<[AnswerRule, boolean]>([
    [{ path: 's', op: 'eq', value: 'matched' }, true],
    [{ path: 's', op: 'eq', value: ' MATCHED ' }, true],
    [{ path: 's', op: 'eq', value: 'match' }, false],
    [{ path: 's', op: 'ne', value: 'Unmatched' }, true],
    [{ path: 's', op: 'ne', value: 'matched' }, false],
    [{ path: 'missing', op: 'ne', value: 'x' }, true],
    [{ path: 'missing', op: 'eq', value: 'x' }, false],
    [{ path: 'nil', op: 'eq', value: null }, true],
    [{ path: 'e', op: 'eq', value: '' }, true],
    [{ path: 'e', op: 'in', value: [null, 'x'] }, true],
    [{ path: 's', op: 'eq', value: null }, false],
    [{ path: 'z', op: 'eq', value: '' }, false],
    [{ path: 'missing', op: 'eq', value: null }, false],
    [{ path: 'e', op: 'ne', value: '' }, false],
    [{ path: 'nil', op: 'ne', value: null }, false],
    [{ path: 'missing', op: 'ne', value: '' }, false],
    [{ path: 's', op: 'ne', value: '' }, true],
    [{ path: 'z', op: 'ne', value: null }, true],
    [{ path: 'e', op: 'ne', value: 'x' }, true],
    [{ path: 'e', op: 'contains', value: '' }, false],
    [{ path: 'e', op: 'eq', value: 'x' }, false],
    [{ path: 's', op: 'in', value: ['x', 'MATCHED'] }, true],
    [{ path: 's', op: 'in', value: ['x'] }, false],
    [{ path: 't', op: 'eq', value: true }, true],
    [{ path: 't', op: 'eq', value: 'true' }, true],
    [{ path: 't', op: 'eq', value: 1 }, true],
    [{ path: 't', op: 'eq', value: '1' }, true],
    [{ path: 't', op: 'eq', value: false }, false],
    [{ path: 'f', op: 'eq', value: 0 }, true],
    [{ path: 'z', op: 'eq', value: 'FALSE' }, true],
    [{ path: 'n', op: 'eq', value: '2' }, true],
    [{ path: 'n', op: 'eq', value: true }, false],
    [{ path: 'list', op: 'eq', value: 'A' }, true],
    [{ path: 'list', op: 'contains', value: 'duplicate' }, true],
    [{ path: 'list', op: 'ne', value: 'a' }, false],
    [{ path: 's', op: 'contains', value: 'ATC' }, true],
    [{ path: 's', op: 'contains', value: '' }, false],
    [{ path: 's', op: 'regex', value: '^m.*d$' }, true],
    [{ path: 's', op: 'regex', value: '^un' }, false],
    [{ path: 's', op: 'exists' }, true],
    [{ path: 'z', op: 'exists' }, true],
    [{ path: 'f', op: 'exists' }, true],
    [{ path: 'nil', op: 'exists' }, false],
    [{ path: 'e', op: 'exists' }, false],
    [{ path: 'missing', op: 'exists' }, false],
    [{ path: 'missing', op: 'exists', value: false }, true],
    [{ path: 's', op: 'exists', value: false }, false],
    [{ path: 's', op: 'exists', value: true }, true],
    [{ path: 'price', op: 'gt', value: 0 }, true],
    [{ path: 'price', op: 'gt', value: 12.5 }, false],
    [{ path: 'price', op: 'gte', value: '12.5' }, true],
    [{ path: 'n', op: 'lt', value: 3 }, true],
    [{ path: 'n', op: 'lte', value: 1 }, false],
    [{ path: 's', op: 'gt', value: 0 }, false],
    [{ path: 't', op: 'gt', value: 0 }, false],
    [{ path: 'missing', op: 'lt', value: 5 }, false],
    [{ op: 'contains', value: '"s":"matched"' }, true],
    [{ on: 'status', op: 'eq', value: 200 }, true],
    [{ on: 'status', op: 'in', value: [200, 201] }, true],
    [{ on: 'status', op: 'gte', value: 300 }, false],
    [{ on: 'header', path: 'X-Result', op: 'eq', value: 'ok' }, true],
    [{ on: 'header', path: 'x-other', op: 'exists' }, false],
  ])('%j holds: %s', (rule, expected) => {
    expect(holds(rule, body, 200, { 'x-result': 'OK' })).toBe(expected)
  })

  it.each<[string, AnswerRule, boolean]>([
    ['ACCEPTED,https://x.example\n', { op: 'regex', value: '^ACCEPTED,' }, true],
    ['accepted\r\n', { op: 'eq', value: 'ACCEPTED' }, true],
    ['"accepted"', { op: 'eq', value: 'accepted' }, true],
    ['true', { op: 'eq', value: true }, true],
    ['1', { op: 'eq', value: true }, true],
    ['REJECTED', { op: 'contains', value: 'accepted' }, false],
    ['', { op: 'ne', value: 'REJECTED' }, false],
    ['<html>ok</html>', { path: 'status', op: 'ne', value: 'rejected' }, false],
    ['<html>ok</html>', { path: 'status', op: 'exists', value: false }, false],
    ['<r><e code="5"/></r>', { path: 'e', op: 'exists' }, true],
    ['<r><e></e></r>', { path: 'e', op: 'exists' }, false],
    ['<r xmlns:i="urn:i"><e i:nil="true"/></r>', { path: 'e', op: 'exists' }, false],
    ['<r status="1"/>', { path: '@status', op: 'eq', value: true }, true],
    ['{"errors":[]}', { path: 'errors', op: 'exists' }, false],
    ['{"errors":{}}', { path: 'errors', op: 'exists' }, false],
    ['{"errors":[{"m":"Bad Zip"}]}', { path: 'errors', op: 'contains', value: 'bad zip' }, true],
  ])('in %j, %j holds: %s', (text, rule, expected) => {
    expect(holds(rule, text)).toBe(expected)
  })
})

describe('the order of outcomes', () => {
  const spec: AnswerSpec = {
    error: [{ path: 'e', op: 'exists' }],
    duplicate: [{ path: 'd', op: 'exists' }],
    rejected: [{ path: 'r', op: 'exists' }],
    pending: [{ path: 'p', op: 'exists' }],
    accepted: [
      { path: 'x', op: 'exists' },
      { path: 'a', op: 'exists' },
    ],
  }

  it.each([
    [{ a: 1, p: 1, r: 1, d: 1, e: 1 }, 'error', 'error[0]'],
    [{ a: 1, p: 1, r: 1, d: 1 }, 'duplicate', 'duplicate[0]'],
    [{ a: 1, p: 1, r: 1 }, 'rejected', 'rejected[0]'],
    [{ a: 1, p: 1 }, 'pending', 'pending[0]'],
    [{ a: 1 }, 'accepted', 'accepted[1]'],
    [{ id: 'L1', status: 200 }, 'unknown', null],
  ])('%j is %s', (body, outcome, decidedBy) => {
    expect(readAnswer(spec, response(body))).toMatchObject({ outcome, decidedBy, parsed: true })
  })

  it('takes what matches none for a no, where the contract only says what a yes is', () => {
    const yes: AnswerSpec = { accepted: [{ path: 'a', op: 'eq', value: true }] }
    expect(readAnswer(yes, response({ a: false }))).toMatchObject({
      outcome: 'rejected',
      decidedBy: null,
      parsed: true,
    })
    expect(readAnswer(yes, response('<html></html>'))).toMatchObject({ outcome: 'unknown', parsed: false })
    expect(readAnswer(yes, response(''))).toMatchObject({ outcome: 'unknown', parsed: false })
  })

  it('never takes a yes from what is not there', () => {
    const spec: AnswerSpec = { accepted: [{ path: 'status', op: 'ne', value: 'rejected' }] }
    expect(readAnswer(spec, response({ status: 'sold' })).outcome).toBe('accepted')
    expect(readAnswer(spec, response({ message: 'down' })).outcome).toBe('rejected')
    expect(readAnswer(spec, response({ status: null })).outcome).toBe('rejected')
  })

  it('does not read a body that was cut off, only the status and the headers', () => {
    const cut = { ...response({ a: 1 }, 201), truncated: true }
    expect(readAnswer(spec, cut)).toMatchObject({ outcome: 'unknown', parsed: false })
    expect(readAnswer({ accepted: [{ on: 'status', op: 'eq', value: 201 }] }, cut).outcome).toBe('accepted')
  })
})

describe('what is read', () => {
  const yes = [{ path: 'ok', op: 'eq' as const, value: true }]

  it('takes the first selector that has something, and knows an empty price from none', () => {
    const spec: AnswerSpec = { accepted: yes, price: ['bid_price', 'data.price'] }
    const price = (body: object) => readAnswer(spec, response({ ok: true, ...body })).price
    expect(price({ bid_price: 5, data: { price: 6 } })).toMatchObject({ micros: 5_000_000 })
    expect(price({ bid_price: null, data: { price: 6 } })).toMatchObject({ micros: 6_000_000 })
    expect(price({ bid_price: 0, data: { price: 6 } })).toMatchObject({ micros: 0 })
    expect(price({ bid_price: null })).toEqual({ ok: false, reason: 'price is empty' })
    expect(price({ bid_price: '' })).toEqual({ ok: false, reason: 'price is empty' })
    expect(price({ bid_price: {} })).toEqual({ ok: false, reason: 'price is empty' })
    expect(price({ bid_price: [4] })).toMatchObject({ ok: false })
    expect(price({})).toBeNull()
  })

  it('reads no price and no bids from anything but a yes', () => {
    const spec: AnswerSpec = { accepted: yes, price: ['p'], bids: { each: 'bids', price: 'p' } }
    expect(readAnswer(spec, response({ ok: false, p: 5, bids: [{ p: 5 }] }))).toMatchObject({ price: null, bids: [] })
  })

  it('takes the first group of a pattern, from a path, the whole body, or a header', () => {
    const spec: AnswerSpec = {
      accepted: [{ op: 'regex', value: '^accepted' }],
      price: [{ regex: 'price=([\\d.]+)' }],
      redirect_url: [{ regex: ',(https?://[^,\\s]+)' }],
      reference: [{ on: 'header', path: 'Location', regex: '/leads/(\\w+)$' }],
      captures: { lane: { regex: 'lane \\w' } },
    }
    const answer = response('ACCEPTED,https://x.example/t?a=1,price=12.50,lane B', 201, { location: '/leads/A7' })
    expect(readAnswer(spec, answer)).toMatchObject({
      outcome: 'accepted',
      price: { micros: 12_500_000 },
      redirectUrl: 'https://x.example/t?a=1',
      reference: 'A7',
      captures: { lane: 'lane B' },
    })
    const json: AnswerSpec = { accepted: yes, price: [{ path: 'msg', regex: '\\$([\\d,.]+\\d)' }] }
    expect(readAnswer(json, response({ ok: 1, msg: 'for $1,200.' })).price).toMatchObject({ micros: 1_200_000_000 })
  })

  it('reads several bids, from a list, a single item, or repeated elements', () => {
    const spec: AnswerSpec = { accepted: yes, bids: { each: 'bids', price: 'payout', reference: 'id' } }
    const bids = (body: unknown) =>
      readAnswer(spec, response(body)).bids.map(({ price, reference }) => [
        price.ok ? price.micros : price.reason,
        reference,
      ])
    expect(bids({ ok: 1, bids: [{ id: 'a', payout: 1 }, { id: 2, payout: '2.50' }, { id: 'c' }, null] })).toEqual([
      [1_000_000, 'a'],
      [2_500_000, '2'],
      ['price is empty', 'c'],
    ])
    expect(bids({ ok: 1, bids: { id: 'a', payout: 1 } })).toEqual([[1_000_000, 'a']])
    expect(bids({ ok: 1 })).toEqual([])
    const xml: AnswerSpec = { ...spec, bids: { each: 'bids.bid', price: '@price', reference: 'id' } }
    const repeated = '<r><ok>1</ok><bids><bid price="3"><id>x</id></bid><bid price="$4"><id>y</id></bid></bids></r>'
    expect(readAnswer(xml, response(repeated)).bids).toMatchObject([
      { reference: 'x' },
      { price: { micros: 4_000_000 } },
    ])
  })

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    '/thanks',
    'https://x.example/"><script>',
    `https://x.example/${'a'.repeat(3_000)}`,
  ])('passes on no redirect that is no web address: %s', (url) => {
    const spec: AnswerSpec = { accepted: yes, redirect_url: ['url'] }
    expect(readAnswer(spec, response({ ok: true, url })).redirectUrl).toBeNull()
  })

  it('never throws, whatever comes back', () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.json({ maxDepth: 4 }),
      fc.string({ unit: fc.constantFrom(...'<>/{}[]":,ab1&;=!\\ '), maxLength: 40 }),
      fc.json({ maxDepth: 2 }).map((json) => `<string>${json}</string>`),
      fc.constantFrom('['.repeat(60_000), `{"status":${'['.repeat(9_000)}${']'.repeat(9_000)}}`),
    )
    const specs = [...presets().values()].flatMap(({ ping, post }) => [ping.answer, post.answer])
    fc.assert(
      fc.property(anything, fc.constantFrom(...specs), fc.integer({ min: 200, max: 599 }), (body, spec, status) => {
        expect(readAnswer(spec, response(body, status)).outcome).toBeTypeOf('string')
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('patterns at their most expensive', () => {
  const long = `${'a'.repeat(65_000)} accepted`

  it('leave the answer unknown, whatever the other rules say, and take no time', () => {
    const started = performance.now()
    const costly: AnswerRule = { op: 'regex', value: '.{999}x' }
    const plain: AnswerRule = { op: 'contains', value: 'accepted' }
    for (const spec of [
      { rejected: [costly], accepted: [plain] },
      { accepted: [plain], reason: [{ regex: '.{999}x' }] },
      { accepted: [plain], captures: { x: { regex: '.{999}x' } } },
    ] satisfies AnswerSpec[]) {
      expect(readAnswer(spec, response(long))).toMatchObject({ outcome: 'unknown', decidedBy: null, parsed: false })
    }
    expect(performance.now() - started).toBeLessThan(4_000)
  })

  it('share one budget, which thirty usual ones over the longest body do not spend', () => {
    const usual: AnswerRule[] = Array.from({ length: 30 }, (_, at) => ({
      op: 'regex',
      value: `status[:=]\\s*(no${at})`,
    }))
    const spec: AnswerSpec = { rejected: usual, accepted: [{ op: 'regex', value: ' accepted$' }] }
    expect(readAnswer(spec, response(long))).toMatchObject({ outcome: 'accepted' })
    const many: AnswerRule[] = Array.from({ length: 50 }, () => ({ op: 'regex', value: 'a{20}b' }))
    expect(readAnswer({ ...spec, rejected: many }, response(long)).outcome).toBe('unknown')
  })
})
