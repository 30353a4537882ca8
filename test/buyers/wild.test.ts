/** Buyers in shapes that no preset knows, each connected with data alone. */
import { describe, expect, it } from 'vitest'
import { checkBuyerContract } from '../../src/buyers/contract/check'
import { encodePing, encodePost } from '../../src/buyers/encode'
import { readPingOutcome, readPostOutcome } from '../../src/buyers/outcome'
import { checkBuyerUrl } from '../../src/security/url-guard'
import {
  contract,
  MARIA,
  PII_FIELDS,
  PING_URL,
  POST_URL,
  pingInput,
  postInput,
  received,
  type Speech,
  written,
} from './support'

const CONTEXT = { lead: MARIA, piiFields: PII_FIELDS, currency: 'USD' }

/** Resolves what an operator would write, after the check that the operator would see. */
function connect({ ping, post, ...rest }: Speech) {
  const input = written({
    ping: { ...ping, request: { url: PING_URL, ...ping?.request } },
    post: { ...post, request: { url: POST_URL, ...post?.request } },
    ...rest,
  })
  expect(checkBuyerContract(input, { piiFields: PII_FIELDS, allowLoopback: false }, checkBuyerUrl)).toEqual([])
  return contract({ ...(ping && { ping }), ...(post && { post }), ...rest })
}

const bid = (speech: Speech, body: unknown, status = 200, headers = {}) =>
  readPingOutcome(connect(speech), received(body, status, headers), CONTEXT).answer
const sold = (speech: Speech, body: unknown, status = 200, headers = {}) =>
  readPostOutcome(connect(speech), received(body, status, headers), CONTEXT)

describe('requests', () => {
  it('a positional query string', () => {
    const positional = connect({
      ping: { request: { format: 'query', template: 'v1|{{state}}|{{zip | slice: 0, 3}}|{{nobody}}|' } },
    })
    expect(encodePing(positional, pingInput())).toMatchObject({ method: 'GET', url: `${PING_URL}?v1|TX|770||` })
  })

  it('parameters in the path', () => {
    const rest = connect({
      ping: { answer: { accepted: [{ path: 'id', op: 'exists' }], captures: { id: 'id' } } },
      post: { request: { url: 'https://buyer.example/pings/{{ping.id}}/lead', method: 'PUT' } },
    })
    expect(encodePost(rest, postInput({ ping: { id: 'a/../b' } }))).toMatchObject({
      method: 'PUT',
      url: 'https://buyer.example/pings/a%2F..%2Fb/lead',
    })
  })

  it('a SOAP envelope', () => {
    const soap = connect({
      post: {
        request: {
          format: 'xml',
          headers: { SOAPAction: '"urn:AddLead"', 'Content-Type': 'text/xml; charset=utf-8' },
          template:
            '<s:Envelope xmlns:s="urn:soap"><s:Body><AddLead><Name>{{first_name}} {{last_name}}</Name><Dob v="{{dob | date: \'MM/DD/YYYY\'}}"/></AddLead></s:Body></s:Envelope>',
        },
      },
    })
    const request = encodePost(soap, postInput())
    expect(request.body).toContain('<Name>Maria Lopez</Name><Dob v="05/12/1980"/>')
    expect(Object.fromEntries(request.headers)).toMatchObject({
      soapaction: '"urn:AddLead"',
      'content-type': 'text/xml; charset=utf-8',
    })
  })

  it('hashes of personal data, where the contract lists what they are made of', () => {
    const hashed = connect({
      ping_pii: ['email', 'phone'],
      ping: { request: { template: { e: '{{email | md5}}', p: '{{phone | digits | sha256}}' } } },
    })
    expect(encodePing(hashed, pingInput())?.body).toMatch(/^\{"e":"[0-9a-f]{32}","p":"[0-9a-f]{64}"\}$/)
  })
})

describe('pings', () => {
  it('XML escaped inside of XML', () => {
    const speech: Speech = {
      ping: { answer: { accepted: [{ path: 'Ping.Result', op: 'eq', value: 'OK' }], price: ['Ping.Price'] } },
    }
    const inner = '<Ping><Result>OK</Result><Price>7.25</Price></Ping>'.replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    expect(bid(speech, `<?xml version="1.0"?><string xmlns="http://tempuri.org/">${inner}</string>`)).toMatchObject({
      priceMicros: 7_250_000,
    })
  })

  it('the status in an attribute', () => {
    const speech: Speech = {
      ping: {
        answer: { accepted: [{ path: 'result.@status', op: 'eq', value: 'accepted' }], price: ['result.bid.@amount'] },
      },
    }
    expect(bid(speech, '<result status="Accepted"><bid amount="$9.00"/></result>')).toMatchObject({
      priceMicros: 9_000_000,
    })
    expect(bid(speech, '<result status="Rejected"><bid amount="$9.00"/></result>')).toMatchObject({
      reason: 'declined',
    })
  })

  it('a yes by a price above zero', () => {
    const speech: Speech = {
      ping: {
        answer: { accepted: [{ path: 'data.offers[0].price', op: 'gt', value: 0 }], price: ['data.offers[0].price'] },
      },
    }
    expect(bid(speech, { data: { offers: [{ price: '12.00 USD' }] } })).toMatchObject({ priceMicros: 12_000_000 })
    expect(bid(speech, { data: { offers: [{ price: '0.00' }] } })).toMatchObject({ reason: 'declined' })
    expect(bid(speech, { data: { offers: [] } })).toMatchObject({ reason: 'declined' })
    expect(bid(speech, { data: { offers: [{ price: -5 }] } })).toMatchObject({ reason: 'declined' })
  })

  it('a yes by the presence of a field', () => {
    const speech: Speech = { ping: { answer: { accepted: [{ path: 'token', op: 'exists' }], price: ['cpl'] } } }
    expect(bid(speech, { token: 'x', cpl: 4 })).toMatchObject({ priceMicros: 4_000_000 })
    expect(bid(speech, { token: '', cpl: 4 })).toMatchObject({ reason: 'declined' })
    expect(bid(speech, { cpl: 4 })).toMatchObject({ reason: 'declined' })
  })

  it('one line of values', () => {
    const speech: Speech = {
      ping: {
        answer: {
          accepted: [{ op: 'regex', value: '^1\\|' }],
          price: [{ regex: '^1\\|([\\d.]+)\\|' }],
          reason: [{ regex: '^0\\|(.*)$' }],
        },
      },
    }
    expect(bid(speech, '1|14.50|tok_9\r\n', 200, { 'content-type': 'text/plain' })).toMatchObject({
      priceMicros: 14_500_000,
    })
    expect(bid(speech, '0|No coverage\n')).toMatchObject({ reason: 'declined', detail: 'No coverage' })
  })

  it('a form', () => {
    const speech: Speech = {
      ping: { answer: { accepted: [{ path: 'success', op: 'eq', value: 1 }], price: ['amount'] } },
    }
    expect(bid(speech, 'success=true&amount=%243.50', 200, { 'content-type': 'text/html' })).toMatchObject({
      priceMicros: 3_500_000,
    })
  })

  it('a 204 for no and a header for the price', () => {
    const speech: Speech = {
      ping: {
        answer: { accepted: [{ on: 'status', op: 'eq', value: 200 }], price: [{ on: 'header', path: 'X-Bid' }] },
      },
    }
    expect(bid(speech, '', 200, { 'x-bid': '5.00' })).toMatchObject({ priceMicros: 5_000_000 })
    expect(bid(speech, '', 204)).toMatchObject({ reason: 'declined' })
  })
})

describe('posts', () => {
  it('plain ACCEPTED and an address', () => {
    const speech: Speech = {
      post: {
        answer: {
          duplicate: [{ op: 'contains', value: 'duplicate' }],
          accepted: [{ op: 'regex', value: '^accepted\\b' }],
          redirect_url: [{ regex: '^accepted,(.*)' }],
        },
      },
    }
    expect(sold(speech, 'ACCEPTED,https://buyer.example/thanks?id=7\n')).toEqual({
      kind: 'accepted',
      reference: null,
      redirectUrl: 'https://buyer.example/thanks?id=7',
    })
    expect(sold(speech, 'DUPLICATE')).toMatchObject({ kind: 'rejected', reason: 'duplicate', parsed: true })
    expect(sold(speech, 'UNACCEPTED')).toMatchObject({ kind: 'rejected' })
  })

  it('a status that is a word in the ping and a number in the post', () => {
    const speech: Speech = {
      ping: { answer: { accepted: [{ path: 'status', op: 'eq', value: 'continue' }], price: ['price'] } },
      post: {
        answer: {
          accepted: [{ path: 'status', op: 'eq', value: 1 }],
          pending: [{ path: 'status', op: 'eq', value: 3 }],
        },
      },
    }
    expect(bid(speech, { status: 'continue', price: 2 })).toMatchObject({ kind: 'bid' })
    for (const status of [1, '1', true])
      expect(sold(speech, { status }), String(status)).toMatchObject({ kind: 'accepted' })
    expect(sold(speech, { status: 2 })).toMatchObject({ kind: 'rejected' })
    expect(sold(speech, { status: '3' })).toMatchObject({ kind: 'unknown' })
  })

  it('a yes that is a 302 to the right page', () => {
    const speech: Speech = {
      post: { answer: { accepted: [{ on: 'header', path: 'Location', op: 'contains', value: '/success' }] } },
    }
    expect(sold(speech, '', 302, { location: 'https://buyer.example/success?id=1' })).toMatchObject({
      kind: 'accepted',
    })
  })
})
