import { describe, expect, it } from 'vitest'
import { encodePing, encodePost } from '../../src/buyers/encode'
import { readPingOutcome } from '../../src/buyers/outcome'
import { contract, lead, MARIA, PII_FIELDS, pingInput, postInput, received } from './support'

const headersOf = (request: { headers: readonly (readonly [string, string])[] } | null) =>
  Object.fromEntries(request?.headers ?? [])

describe('a body', () => {
  it('that repeats a field until it is too long is not made', () => {
    const repeating = (times: number) =>
      contract({ post: { request: { template: Array.from({ length: times }, () => '{{address}}') } } })
    const input = postInput({ lead: lead({ ...MARIA, address: 'x'.repeat(10_000) }) })
    expect(encodePost(repeating(13), input).body?.length).toBeGreaterThan(130_000)
    expect(() => encodePost(repeating(14), input)).toThrow('more than 131072 characters')
  })
})

describe('a ping', () => {
  it('sends the fields that are no personal data, where the contract has no template', () => {
    const body = JSON.parse(encodePing(contract(), pingInput())?.body ?? '')
    expect(body).toEqual({ city: 'Houston', state: 'TX', zip: '77001', currently_insured: true, vehicle_count: 2 })
  })

  it('sends personal data that the contract lists, field by field', () => {
    const body = JSON.parse(encodePing(contract({ ping_pii: ['phone'] }), pingInput())?.body ?? '')
    expect(body.phone).toBe('5125550182')
    expect(Object.keys(body)).not.toContain('email')
  })

  it('cannot be made to send others, even by a template that slipped through', () => {
    const slipped = contract({
      ping: {
        request: {
          url: 'https://buyer.example/{{email}}?e={{email | md5}}',
          headers: { 'X-Lead': '{{first_name}}' },
          template: {
            a: '{{email}}',
            b: 'x{{email | sha256}}',
            c: '{{zip | append: email}}',
            d: '{{nobody | default: phone}}',
          },
        },
      },
    })
    const request = encodePing(slipped, pingInput())
    const sent = JSON.stringify(request)
    for (const name of PII_FIELDS) expect(sent).not.toContain(String(MARIA[name]))
    expect(JSON.parse(request?.body ?? '')).toEqual({ a: null, b: 'x', c: '77001', d: null })
  })

  it('is not sent by a contract without one', () => {
    expect(encodePing(contract(), pingInput())).not.toBeNull()
    const withoutPing = { ...contract(), ping: null }
    expect(encodePing(withoutPing, pingInput())).toBeNull()
  })

  it('carries the idempotency key of auction and contract, whatever headers the contract has', () => {
    const headers = { 'Idempotency-Key': 'mine', 'X-Zip': '{{zip}}', Accept: 'text/plain', 'content-type': 'text/json' }
    const request = encodePing(contract({ ping: { request: { headers } } }), pingInput())
    expect(headersOf(request)).toEqual({
      'idempotency-key': 'ping_auc_1_con_1',
      'x-zip': '77001',
      accept: 'text/plain',
      'content-type': 'text/json',
    })
  })

  it('goes to the test URL when it is tried out', () => {
    const tried = contract({ ping: { request: { test_url: 'https://test.buyer.example/p' } } })
    expect(encodePing(tried, pingInput({ target: 'test' }))?.url).toBe('https://test.buyer.example/p')
    expect(encodePing(tried, pingInput())?.url).toBe('https://buyer.example/ping')
    expect(encodePing(contract(), pingInput({ target: 'test' }))?.url).toBe('https://buyer.example/ping')
  })
})

describe('a post', () => {
  it('sends all fields, where the contract has no template', () => {
    const request = encodePost(contract(), postInput())
    expect(JSON.parse(request.body ?? '')).toEqual({ ...MARIA })
    expect(headersOf(request)['idempotency-key']).toBe('post_auc_1_con_1')
  })

  it('carries what the ping’s answer captured', () => {
    const linked = contract({
      ping: { answer: { accepted: [{ path: 'ok', op: 'eq', value: true }], captures: { ref: 'data.ref' } } },
      post: { request: { template: { ref: '{{ping.ref}}', token: '{{bid_token}}', lead: '{{lead_id}}' } } },
    })
    const answer = received({ ok: true, data: { ref: 'R"1' } })
    const { captured } = readPingOutcome(linked, answer, { lead: MARIA, piiFields: PII_FIELDS, currency: 'USD' })
    const request = encodePost(linked, postInput({ ping: captured?.captures ?? {}, bidToken: 'bid_9' }))
    expect(JSON.parse(request.body ?? '')).toEqual({ ref: 'R"1', token: 'bid_9', lead: 'ld_1' })
  })

  it('is the same to the byte for the same input', () => {
    const twice = contract({
      post: { request: { template: { age: '{{dob | age}}', at: '{{"now" | date: "YYYY"}}' } } },
    })
    expect(encodePost(twice, postInput())).toEqual(encodePost(JSON.parse(JSON.stringify(twice)), postInput()))
  })
})

describe('formats', () => {
  const template = {
    name: '{{first_name}} {{last_name}}',
    zip: '{{zip}}',
    count: '{{vehicle_count}}',
    none: '{{nobody}}',
  }
  const sent = (format: 'json' | 'form' | 'xml' | 'query', more: object = {}) =>
    encodePost(contract({ post: { request: { format, template, ...more } } }), postInput())

  it('json keeps types', () => {
    expect(sent('json')).toMatchObject({
      method: 'POST',
      body: '{"name":"Maria Lopez","zip":"77001","count":2,"none":null}',
    })
  })

  it('form', () => {
    const request = sent('form')
    expect(request.body).toBe('name=Maria%20Lopez&zip=77001&count=2&none=')
    expect(headersOf(request)['content-type']).toBe('application/x-www-form-urlencoded')
  })

  it('xml', () => {
    const request = sent('xml')
    expect(request.body).toContain('<lead><name>Maria Lopez</name><zip>77001</zip><count>2</count><none></none></lead>')
    expect(headersOf(request)['content-type']).toBe('application/xml; charset=utf-8')
    expect(headersOf(request).accept).toMatch(/^application\/xml/)
  })

  it('query has no body and is a GET unless the contract says otherwise', () => {
    const url = 'https://buyer.example/post?src=7'
    expect(sent('query', { url })).toMatchObject({
      method: 'GET',
      body: null,
      url: `${url}&name=Maria%20Lopez&zip=77001&count=2&none=`,
    })
    expect(sent('query', { url, method: 'POST' })).toMatchObject({ method: 'POST', body: null })
    expect(headersOf(sent('query'))).not.toHaveProperty('content-type')
  })

  it('a JSON template may be written as one text', () => {
    const text = sent('json', { template: '{ "name": "{{first_name}}", "n": [1, "{{vehicle_count}}"] }' })
    expect(text.body).toBe('{"name":"Maria","n":[1,2]}')
  })

  it('a positional query takes a text', () => {
    const request = sent('query', { template: '{{zip}}&{{first_name}}&{{nobody}}' })
    expect(request.url).toBe('https://buyer.example/post?77001&Maria&')
  })
})

describe('speed', () => {
  it('encodes a ping and decodes its answer in the guide’s dialect well within 20 µs', () => {
    const guide = contract({
      ping: {
        request: { template: { state: '{{state}}', zip3: '{{zip | slice: 0, 3}}', count: '{{vehicle_count}}' } },
      },
    })
    const input = pingInput({ lead: lead({ ...MARIA }) })
    const answer = received({ accepted: true, bid_price: 120 }, 200, { 'content-type': 'application/json' })
    const context = { lead: input.lead, piiFields: PII_FIELDS, currency: 'USD' }
    const once = (): void => {
      encodePing(guide, input)
      readPingOutcome(guide, answer, context)
    }
    for (let round = 0; round < 2_000; round += 1) once()
    // The best of many short runs: what the code costs, not what else the machine was doing.
    const runs = Array.from({ length: 40 }, () => {
      const started = performance.now()
      for (let round = 0; round < 100; round += 1) once()
      return (performance.now() - started) * 10
    })
    expect(Math.min(...runs)).toBeLessThan(20)
  })
})
