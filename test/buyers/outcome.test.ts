import { describe, expect, it } from 'vitest'
import { readPingOutcome, readPostOutcome } from '../../src/buyers/outcome'
import type { SendResult } from '../../src/buyers/transport'
import type { AnswerSpec } from '../../src/contracts/buyer-contract'
import { contract, MARIA, PII_FIELDS, received } from './support'

const CONTEXT = { lead: MARIA, piiFields: PII_FIELDS, currency: 'USD' }

function ping(result: SendResult, answer?: AnswerSpec, price: number | null = null) {
  return readPingOutcome(contract({ price, ping: answer === undefined ? {} : { answer } }), result, CONTEXT)
}

function post(result: SendResult, answer?: AnswerSpec) {
  return readPostOutcome(contract({ post: answer === undefined ? {} : { answer } }), result, CONTEXT)
}

const NOT_SENT = { kind: 'refused', reason: 'ip_address' } as const
const LATE = { kind: 'timed_out' } as const
const ABORTED = { kind: 'aborted' } as const
const LOST = { kind: 'network_error', detail: 'network error ECONNRESET' } as const

describe('a ping', () => {
  it.each<[string, SendResult, object]>([
    ['refused before sending', NOT_SENT, { reason: 'buyer_error', detail: 'URL refused: ip_address' }],
    ['late', LATE, { reason: 'timed_out' }],
    ['aborted', ABORTED, { reason: 'timed_out' }],
    ['lost', LOST, { reason: 'buyer_error', detail: 'network error ECONNRESET' }],
    ['500', received('oops', 500), { reason: 'buyer_error', detail: 'HTTP 500' }],
    ['302', received('', 302), { reason: 'buyer_error', detail: 'HTTP 302' }],
    ['404', received({ message: 'no such path' }, 404), { reason: 'buyer_error', detail: 'no such path' }],
    ['422 with a body', received({ reason: 'no' }, 422), { reason: 'declined', detail: 'no' }],
    ['422 with a page', received('<html></html>', 422), { reason: 'buyer_error', detail: 'HTTP 422' }],
    [
      'too long',
      { ...received({ accepted: true }), truncated: true } as SendResult,
      { reason: 'buyer_error', detail: 'too_large' },
    ],
    ['empty', received(''), { reason: 'buyer_error', detail: 'the answer could not be read' }],
    ['a no', received({ accepted: false }), { reason: 'declined', detail: null }],
  ])('that is %s is no bid', (_title, result, expected) => {
    expect(ping(result, undefined, 10)).toMatchObject({ answer: { kind: 'no', ...expected }, captured: null })
  })

  it('takes the contract’s price for a yes without one, and none for a price that is no price', () => {
    expect(ping(received({ accepted: true }), undefined, 12.5).answer).toEqual({ kind: 'bid', priceMicros: 12_500_000 })
    expect(ping(received({ accepted: true, bid_price: 'n/a' }), undefined, 12.5).answer).toMatchObject({
      reason: 'invalid_bid',
    })
    expect(ping(received({ accepted: true, bid_price: '' }), undefined, 12.5).answer).toMatchObject({
      reason: 'invalid_bid',
    })
    expect(ping(received({ accepted: true })).answer).toMatchObject({ reason: 'invalid_bid' })
  })

  it('refuses a bid in another currency, said by a member or beside the price', () => {
    const answer: AnswerSpec = {
      accepted: [{ path: 'ok', op: 'exists' }],
      price: ['price'],
      captures: { currency: 'cur' },
    }
    const reason = (body: object) => {
      const outcome = ping(received({ ok: 1, ...body }), answer).answer
      return outcome.kind === 'no' ? outcome.reason : outcome.kind
    }
    expect(reason({ price: 5, cur: 'usd' })).toBe('bid')
    expect(reason({ price: 5 })).toBe('bid')
    expect(reason({ price: 5, cur: 'EUR' })).toBe('wrong_currency')
    expect(reason({ price: '5 CAD' })).toBe('wrong_currency')
    expect(reason({ price: '€5' })).toBe('wrong_currency')
    expect(reason({ price: '$5' })).toBe('bid')
  })

  it('captures for the post, the answer’s reference and the taken bid’s among it', () => {
    const answer: AnswerSpec = {
      accepted: [{ path: 'ok', op: 'exists' }],
      bids: { each: 'bids', price: 'p', reference: 'id' },
      reference: ['ping_id'],
      captures: { lane: 'lane', bid_token: 'token', valid_until: 'until' },
    }
    const body = {
      ok: 1,
      ping_id: 9,
      lane: 'B',
      token: 't',
      until: '2026-05-11T14:22:11Z',
      bids: [
        { id: 'x', p: 1 },
        { id: 'y', p: 2 },
      ],
    }
    expect(ping(received(body), answer)).toMatchObject({
      answer: { kind: 'bid', priceMicros: 2_000_000 },
      captured: {
        bidToken: 't',
        validUntil: Date.parse('2026-05-11T14:22:11Z'),
        captures: { reference: '9', bid_reference: 'y', lane: 'B' },
      },
    })
  })

  it('keeps the lead out of what it says', () => {
    const outcome = ping(received({ accepted: false, reason: 'Maria (512) 555-0182 maria.lopez@example.com is known' }))
    expect(JSON.stringify(outcome.answer)).not.toMatch(/maria|555|lopez/i)
  })

  it('takes a decline by status, where the contract has a rule for it', () => {
    const answer: AnswerSpec = {
      rejected: [{ on: 'status', op: 'eq', value: 503 }],
      accepted: [{ path: 'a', op: 'exists' }],
    }
    expect(ping(received('', 503), answer).answer).toMatchObject({ reason: 'declined' })
  })

  it('takes a 204 for a decline', () => {
    expect(ping(received('', 204)).answer).toMatchObject({ reason: 'declined' })
  })
})

describe('a post', () => {
  it.each<[string, SendResult, object]>([
    ['refused before sending', NOT_SENT, { kind: 'rejected', parsed: false }],
    ['late', LATE, { kind: 'unknown', reason: 'timed_out' }],
    ['aborted', ABORTED, { kind: 'unknown', reason: 'aborted' }],
    ['lost', LOST, { kind: 'unknown', reason: 'network error ECONNRESET' }],
    ['500', received({ accepted: false }, 500), { kind: 'unknown', reason: 'HTTP 500' }],
    ['302', received('', 302), { kind: 'unknown', reason: 'HTTP 302' }],
    ['200', received('OK'), { kind: 'accepted' }],
    ['201', received({ id: 'L1' }, 201), { kind: 'accepted', reference: 'L1' }],
    ['400 with a reason', received({ error: 'zip' }, 400), { kind: 'rejected', reason: 'zip', parsed: true }],
    ['422 with a page', received('<html></html>', 422), { kind: 'rejected', reason: 'HTTP 422', parsed: false }],
    ['429 with a reason', received({ error: 'slow down' }, 429), { kind: 'rejected', parsed: false }],
    ['401 with a reason', received({ error: 'key' }, 401), { kind: 'rejected', parsed: false }],
    ['404 with nothing', received('', 404), { kind: 'rejected', reason: 'HTTP 404', parsed: false }],
  ])('that is answered with %s, without rules', (_title, result, expected) => {
    expect(post(result)).toMatchObject(expected)
  })

  const rules: AnswerSpec = {
    error: [{ path: 'status', op: 'eq', value: 'error' }],
    duplicate: [{ path: 'status', op: 'eq', value: 'duplicate' }],
    pending: [{ path: 'status', op: 'eq', value: 'queued' }],
    accepted: [{ path: 'status', op: 'eq', value: 'sold' }],
    reason: ['why'],
  }

  it.each<[string, SendResult, object]>([
    ['a yes', received({ status: 'SOLD' }), { kind: 'accepted' }],
    ['a no in other words', received({ status: 'no' }), { kind: 'rejected', reason: 'not accepted', parsed: true }],
    ['a duplicate', received({ status: 'duplicate' }), { kind: 'rejected', reason: 'duplicate', parsed: true }],
    ['an error', received({ status: 'error', why: 'zip' }), { kind: 'rejected', reason: 'zip', parsed: true }],
    ['not yet', received({ status: 'queued' }), { kind: 'unknown', reason: 'pending' }],
    ['a page', received('<html></html>'), { kind: 'unknown', reason: 'the answer could not be read' }],
    ['nothing', received(''), { kind: 'unknown', reason: 'the answer could not be read' }],
    ['half of JSON', received('{"status":"so'), { kind: 'unknown' }],
    [
      'too much',
      { ...received({ status: 'sold' }), truncated: true } as SendResult,
      { kind: 'unknown', reason: 'too_large' },
    ],
    [
      'a duplicate as 409',
      received({ status: 'duplicate' }, 409),
      { kind: 'rejected', reason: 'duplicate', parsed: true },
    ],
    ['not yet as 409', received({ status: 'queued' }, 409), { kind: 'unknown', reason: 'pending' }],
    ['an error as 429', received({ status: 'error' }, 429), { kind: 'rejected', parsed: false }],
    ['a yes as 400', received({ status: 'sold' }, 400), { kind: 'rejected' }],
    ['a yes as 500', received({ status: 'sold' }, 500), { kind: 'unknown' }],
    ['a no as 500', received({ status: 'duplicate' }, 500), { kind: 'unknown' }],
  ])('that is answered with %s, by rules', (_title, result, expected) => {
    expect(post(result, rules)).toMatchObject(expected)
  })

  it('leaves open what matches no rule, where the contract says what a no is', () => {
    const both: AnswerSpec = { ...rules, rejected: [{ path: 'status', op: 'eq', value: 'no' }] }
    expect(post(received({ status: 'maybe' }), both)).toEqual({ kind: 'unknown', reason: 'no rule matches the answer' })
  })

  it('lets a rule on the status or a header decide over the status', () => {
    const answer: AnswerSpec = {
      rejected: [{ on: 'status', op: 'eq', value: 500 }],
      accepted: [{ on: 'header', path: 'location', op: 'contains', value: '/thanks' }],
    }
    expect(post(received('', 500), answer)).toMatchObject({ kind: 'rejected', parsed: true })
    expect(post(received('', 302, { location: 'https://buyer.example/thanks' }), answer)).toMatchObject({
      kind: 'accepted',
    })
    expect(post(received('', 302, { location: 'https://buyer.example/sorry' }), answer)).toMatchObject({
      kind: 'unknown',
    })
  })

  it('keeps the lead out of its reason', () => {
    const outcome = post(received({ status: 'error', why: 'maria.lopez@example.com is known' }), rules)
    expect(outcome).toMatchObject({ reason: '[removed] is known' })
  })
})
