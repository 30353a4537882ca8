import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Management, make, SANDBOX_OPERATOR, startManagement } from '../../support/management'

let management: Management
beforeAll(async () => {
  management = await startManagement()
})

const read = (body: unknown, options = {}) => management.call('POST', '/v1/answers/read', body, options)
const RULES = {
  error: [{ path: 'error', op: 'exists' }],
  accepted: [{ path: 'status', op: 'eq', value: 'ok' }],
  price: ['bid.price'],
  reason: [{ path: 'note', regex: '^no: (.*)' }],
  reference: ['id'],
  redirect_url: ['next'],
  captures: { token: 'bid.token', currency: 'bid.currency' },
}

describe('POST /v1/answers/read', () => {
  test('says what rules make of a sample', async () => {
    const sample = {
      status: 200,
      headers: { 'Content-Type': 'text/html' },
      body: '{"status":"OK","id":123456789012345678901,"next":"https://b.example/x","bid":{"price":"$1,250.00","token":"t"}}',
    }
    expect(await read({ answer: RULES, sample })).toMatchObject({
      status: 200,
      body: {
        call: 'ping',
        format: 'json',
        outcome: 'accepted',
        decided_by: 'accepted[0]',
        price: { amount: 1250, currency: 'USD', invalid: null },
        reason: null,
        reference: '123456789012345678901',
        redirect_url: 'https://b.example/x',
        captures: { token: 't' },
        bids: [],
        verdict: { result: 'bid', reason: null, detail: null },
      },
    })
  })

  test.each([
    ['over', '2020-01-01T00:00:00Z', { result: 'no_bid', reason: 'bid_expired', detail: 'bid was over when it came' }],
    ['to come', '2100-01-01T00:00:00Z', { result: 'bid', reason: null, detail: null }],
  ])('judges a bid as if it came now, when its own end is %s', async (_, until, verdict) => {
    const answer = { ...RULES, captures: { valid_until: 'until' } }
    const sample = { body: { status: 'ok', bid: { price: 12 }, until } }
    expect((await read({ answer, sample })).body).toMatchObject({ outcome: 'accepted', verdict })
  })

  test.each<[string, object, object]>([
    [
      'a no',
      { body: { status: 'no', note: 'no: wrong state' } },
      {
        outcome: 'rejected',
        decided_by: null,
        reason: 'wrong state',
        price: null,
        verdict: { result: 'no_bid', reason: 'declined' },
      },
    ],
    [
      'an error',
      { body: { error: 'x' } },
      { outcome: 'error', decided_by: 'error[0]', verdict: { reason: 'buyer_error' } },
    ],
    [
      'a yes with a server error',
      { status: 502, body: { status: 'ok', bid: { price: 1 } } },
      { outcome: 'accepted', verdict: { result: 'no_bid', reason: 'buyer_error', detail: 'HTTP 502' } },
    ],
    [
      'a yes in another currency',
      { body: { status: 'ok', bid: { price: 1, currency: 'eur' } } },
      { price: { amount: 1, currency: 'EUR' }, verdict: { reason: 'wrong_currency' } },
    ],
    [
      'a price that is none',
      { body: { status: 'ok', bid: { price: 'NaN' } } },
      {
        price: { amount: null, currency: null, invalid: 'price is not a plain decimal' },
        verdict: { reason: 'invalid_bid' },
      },
    ],
    ['plain text', { body: 'welcome' }, { format: 'text', outcome: 'unknown', verdict: { reason: 'buyer_error' } }],
    ['nothing', { status: 204 }, { format: null, outcome: 'unknown' }],
  ])('reads %s', async (_, sample, expected) => {
    expect((await read({ answer: RULES, sample })).body).toMatchObject(expected)
  })

  test('reads a post as a post', async () => {
    const answer = {
      pending: [{ path: 's', op: 'eq', value: 3 }],
      rejected: [{ path: 's', op: 'eq', value: 2 }],
      accepted: [{ path: 's', op: 'eq', value: 1 }],
      reason: ['why'],
    }
    const verdicts = await Promise.all(
      [{ s: 1 }, { s: '2', why: 'full' }, { s: 3 }, { s: 9 }].map(async (body) => {
        const { verdict, call } = (await read({ answer, call: 'post', sample: { body } })).body
        return [call, verdict.result, verdict.detail]
      }),
    )
    expect(verdicts).toEqual([
      ['post', 'sold', null],
      ['post', 'unsold', 'full'],
      ['post', 'unknown', 'pending'],
      ['post', 'unknown', 'no rule matches the answer'],
    ])
  })

  test('reads headers whatever their case', async () => {
    const answer = { accepted: [{ on: 'header', path: 'x-result', op: 'eq', value: 'sold' }] }
    const sample = { headers: { 'X-Result': 'Sold' } }
    expect((await read({ answer, call: 'post', sample })).body).toMatchObject({ outcome: 'accepted', format: null })
  })

  test('reads by a preset, whose rules are overridden one by one', async () => {
    const sample = { body: '<response><status>Matched</status><cents>5.00</cents></response>' }
    expect((await read({ preset: 'Boberdoo', sample })).body).toMatchObject({ outcome: 'accepted', price: null })
    expect((await read({ preset: 'boberdoo', answer: { price: ['cents'] }, sample })).body).toMatchObject({
      outcome: 'accepted',
      price: { amount: 5 },
    })
  })

  test('proposes rules for a sample alone, which a contract takes as they are', async () => {
    const { body } = await read({
      sample: { body: '{"decision":"approved","offer":{"price":"12.00"},"quote_id":"q"}' },
    })
    expect(body).toMatchObject({
      format: 'json',
      proposals: [
        {
          call: 'ping',
          answer: { accepted: [{ path: 'decision', op: 'eq', value: 'approved' }], price: ['offer.price'] },
          why: 'decision says "approved", a yes; any other answer is a no; offer.price holds the price',
          reading: { outcome: 'accepted', price: { amount: 12 }, verdict: { result: 'bid' } },
        },
      ],
    })
    const campaign = await make(management, '/v1/campaigns', { name: 'Auto', vertical: 'auto' })
    const buyer = await make(management, '/v1/buyers', { name: 'Big' })
    const request = { url: 'https://buyer.example/x' }
    const contract = { ping: { request, answer: body.proposals[0].answer }, post: { request } }
    expect((await management.call('PUT', `/v1/campaigns/${campaign}/buyers/${buyer}`, contract)).status).toBe(201)
  })

  test('names the known system that reads a sample first', async () => {
    const { body } = await read({
      call: 'post',
      sample: { body: { outcome: 'failure', reason: 'duplicate' }, status: 201 },
    })
    expect(body.proposals[0]).toMatchObject({ preset: 'leadconduit', why: expect.stringContaining('LeadConduit') })
    expect(body.proposals[0]).not.toHaveProperty('answer')
  })

  test.each<[string, object, string, string]>([
    ['no sample', { answer: RULES }, 'sample', 'missing_required'],
    ['an unknown member', { sample: { body: '' }, colour: 1 }, 'colour', 'unknown_field'],
    ['an unknown member of the sample', { sample: { body: '', colour: 1 } }, 'sample.colour', 'unknown_field'],
    ['a body that is a number', { sample: { body: 1 } }, 'sample.body', 'invalid_value'],
    ['a body over 64 KiB', { sample: { body: 'é'.repeat(40_000) } }, 'sample.body', 'invalid_value'],
    ['a status that is none', { sample: { body: '', status: 42 } }, 'sample.status', 'invalid_value'],
    ['a header that is none', { sample: { body: '', headers: { 'a b': 'c' } } }, 'sample.headers.a b', 'invalid_value'],
    ['rules without a yes', { sample: { body: '' }, answer: { price: ['p'] } }, 'answer.accepted', 'missing_required'],
    [
      'a rule without its value',
      { sample: { body: '' }, answer: { accepted: [{ path: 'a', op: 'eq' }] } },
      'answer.accepted[0].value',
      'missing_required',
    ],
    [
      'a pattern that is none',
      { sample: { body: '' }, answer: { accepted: [{ op: 'regex', value: '(' }] } },
      'answer.accepted[0].value',
      'invalid_regex',
    ],
    ['an unknown call', { sample: { body: '' }, call: 'pong' }, 'call', 'invalid_value'],
    ['an unknown preset', { sample: { body: '' }, preset: 'nobody' }, 'preset', 'unknown_preset'],
  ])('refuses %s', async (_, body, field, code) => {
    const answer = await read(body)
    expect(answer.status).toBe(422)
    expect(answer.body.field_errors).toContainEqual({ field, code, expected: expect.stringMatching(/\w/) })
  })

  test('answers whatever it is sent', async () => {
    const anything = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom('ping', 'boberdoo', '[', '$', '.', '^(', {}),
    )
    const rule = fc.record({ path: anything, op: fc.constantFrom('eq', 'regex', 'exists', 'gt', 'x'), value: anything })
    const answer = fc.record(
      { accepted: fc.array(rule, { maxLength: 3 }), price: fc.array(anything, { maxLength: 2 }), bids: anything },
      { requiredKeys: [] },
    )
    const question = fc.record(
      { sample: fc.record({ body: anything }), answer, call: anything, preset: anything },
      { requiredKeys: ['sample'] },
    )
    await fc.assert(
      fc.asyncProperty(question, async (body) => {
        expect([200, 400, 422]).toContain((await read(body)).status)
        expect(management.errors).toEqual([])
      }),
      { numRuns: 150 },
    )
  }, 60_000)

  test('is for operators, of either tenant', async () => {
    const body = { sample: { body: '{"accepted":true,"bid_price":3}' } }
    expect((await read(body, { key: null })).status).toBe(401)
    const supplier = await management.call('POST', '/v1/suppliers', { name: 'Acme' })
    expect((await read(body, { key: supplier.body.api_key })).status).toBe(403)
    expect((await read(body, { key: SANDBOX_OPERATOR })).body.proposals[0]).toMatchObject({ preset: 'guide' })
  })
})
