import { describe, expect, it } from 'vitest'
import { fieldsRead } from '../../../src/buyers/contract/fields-read'
import { resolveContract } from '../../../src/buyers/contract/resolve'
import type { TemplateNode } from '../../../src/contracts/buyer-contract'
import { contract, PING_URL, POST_URL, written } from '../support'

describe('resolveContract', () => {
  it('fills in the guide’s dialect where the contract says nothing', () => {
    const { ping, post, ...rest } = contract()
    expect(rest).toEqual({ preset: null, priceMicros: 40_000_000, onUnknown: 'hold', pingPii: [] })
    expect(ping?.answer).toMatchObject({
      accepted: [{ path: 'accepted', op: 'eq', value: true }],
      price: ['bid_price', 'data.price'],
    })
    expect(ping?.request).toEqual({
      url: PING_URL,
      testUrl: null,
      method: 'POST',
      headers: {},
      auth: { type: 'none' },
      format: 'json',
      template: null,
      timeoutMs: 2_000,
    })
    expect(post.answer.accepted).toEqual([{ on: 'status', op: 'regex', value: '^2\\d\\d$' }])
  })

  it('is plain JSON', () => {
    for (const preset of ['standard', 'boberdoo', 'Lead Prosper']) {
      const resolved = contract({ preset })
      expect(JSON.parse(JSON.stringify(resolved))).toEqual(resolved)
    }
  })

  it('needs the two URLs only for the standard contract, which honours idempotency keys', () => {
    const resolved = resolveContract(
      written({
        price: undefined,
        preset: 'standard',
        ping: { request: { url: PING_URL } },
        post: { request: { url: POST_URL } },
      }),
    )
    expect(resolved).toMatchObject({ preset: 'standard', priceMicros: null, onUnknown: 'retry' })
    expect(contract({ preset: 'standard', on_unknown: 'hold' }).onUnknown).toBe('hold')
  })

  it('takes an answer that is given whole, but overrides a preset’s member by member', () => {
    const answer = { accepted: [{ path: 'yes', op: 'exists' as const }] }
    expect(contract({ ping: { answer } }).ping?.answer).toEqual(answer)
    const merged = contract({ preset: 'boberdoo', ping: { answer } }).ping?.answer
    expect(merged?.accepted).toEqual(answer.accepted)
    expect(merged?.rejected).toBeDefined()
  })

  it('takes a template whole, unless it asks for the preset’s', () => {
    const template = (given: TemplateNode) =>
      contract({ preset: 'leadspedia', ping: { request: { template: given } } }).ping?.request.template
    expect(template({ only: 'this' })).toEqual({ only: 'this' })
    expect(template({ '*': 'preset', lp_campaign_id: '5', 'state?': '{{state | downcase}}' })).toEqual({
      lp_response: 'JSON',
      'state?': '{{state | downcase}}',
      'zip_code?': '{{zip}}',
      '*': 'fields',
      lp_campaign_id: '5',
    })
    expect(contract({ ping: { request: { template: { '*': 'preset', a: 1 } } } }).ping?.request.template).toEqual({
      '*': 'fields',
      a: 1,
    })
  })

  it('has no ping where it is absent or turned off', () => {
    expect(resolveContract(written({ ping: null })).ping).toBeNull()
    expect(resolveContract(written({ ping: { enabled: false, request: { url: PING_URL } } })).ping).toBeNull()
    expect(resolveContract(written({ ping: { enabled: true, request: { url: PING_URL } } })).ping).not.toBeNull()
  })
})

describe('fieldsRead', () => {
  it('names every field that some template reads', () => {
    const resolved = contract({
      ping: {
        request: {
          url: 'https://b.example/{{state}}',
          template: { a: ['{{zip | slice: 0, 3}}', { b: 'x{{ score }}' }] },
        },
      },
      post: {
        request: {
          headers: { 'X-City': '{{city}}' },
          template: { '*': 'fields', r: '{{ping.ref}}', i: '{{auction_id}}', d: '{{a | default: b}}' },
        },
      },
    })
    expect([...fieldsRead(resolved)].sort()).toEqual(['a', 'b', 'city', 'score', 'state', 'zip'])
  })
})
