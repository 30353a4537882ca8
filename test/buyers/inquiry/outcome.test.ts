import { describe, expect, it } from 'vitest'
import { readInquiryOutcome } from '../../../src/buyers/inquiry/outcome'
import type { SendResult } from '../../../src/buyers/transport'
import type { AnswerSpec } from '../../../src/contracts/buyer-contract'
import { MARIA, PII_FIELDS, received } from '../support'

const RULES: AnswerSpec = {
  error: [{ path: 'error', op: 'exists' }],
  rejected: [
    { path: 'state', op: 'eq', value: 'unknown lead' },
    { on: 'status', op: 'eq', value: 404 },
  ],
  pending: [{ path: 'state', op: 'eq', value: 'processing' }],
  accepted: [{ path: 'state', op: 'eq', value: 'sold' }],
  reference: ['id'],
  reason: ['why'],
}

const read = (result: SendResult, rules = RULES) =>
  readInquiryOutcome(rules, result, { lead: MARIA, piiFields: PII_FIELDS })

describe('the answer to an inquiry', () => {
  it('is sold by a yes, with the id that the buyer gives', () => {
    expect(read(received({ state: 'Sold', id: 'B-7' }))).toEqual({ kind: 'sold', reference: 'B-7', reason: null })
  })

  it.each<[string, SendResult]>([
    ['a no of the body', received({ state: 'unknown lead' })],
    ['a status that a rule names', received('', 404)],
  ])('is not sold by %s', (_title, result) => {
    expect(read(result)).toEqual({ kind: 'not_sold', reason: null })
  })

  it.each<[string, SendResult, string]>([
    ['no rule matches', received({ state: 'hm' }), 'no rule matches the answer'],
    ['it is a page', received('<html>'), 'the answer could not be read'],
    ['it is empty', received(''), 'the answer could not be read'],
    ['it says that it works on it', received({ state: 'processing' }), 'pending'],
    ['it is an error, whatever else it says', received({ error: 'x', state: 'sold' }), 'error'],
    ['a yes comes with a 4xx', received({ state: 'sold' }, 400), 'HTTP 400'],
    ['a no comes with a 4xx that no rule names', received({ state: 'unknown lead' }, 403), 'HTTP 403'],
    ['the buyer is down', received({ state: 'sold' }, 503), 'HTTP 503'],
    ['it is late', { kind: 'timed_out' }, 'timed_out'],
    ['the line breaks', { kind: 'network_error', detail: 'network error' }, 'network error'],
    ['the URL is refused', { kind: 'refused', reason: 'ip_address' }, 'URL refused: ip_address'],
  ])('is not known where %s', (_title, result, reason) => {
    expect(read(result)).toEqual({ kind: 'not_known', reason })
  })

  it('is not known from a 5xx even by a rule that takes every status but one', () => {
    const rejected = [{ on: 'status', op: 'ne', value: 200 } as const]
    expect(read(received('', 502), { ...RULES, rejected })).toMatchObject({ kind: 'not_known' })
  })

  it('is kept without the data of the person', () => {
    expect(read(received({ state: 'sold', id: '5125550182' }))).toMatchObject({ reference: '[removed]' })
    expect(read(received({ state: 'unknown lead', why: 'no Maria Lopez here' }))).toMatchObject({
      reason: 'no [removed] [removed] here',
    })
  })
})
