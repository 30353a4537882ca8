import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { authorize, type TokenProvider } from '../../src/buyers/authorize'
import { splitSecrets } from '../../src/buyers/contract/secrets'
import { encodePost } from '../../src/buyers/encode'
import type { BuyerAuth, BuyerRequestSpec } from '../../src/contracts/buyer-contract'
import { contract, postInput } from './support'

const NOW = Date.UTC(2026, 4, 11, 14, 22, 1, 900)
const noTokens: TokenProvider = async () => ({ ok: false, reason: 'no token' })

async function sent(auth: BuyerAuth | undefined, request: Partial<BuyerRequestSpec> = {}, tokens = noTokens) {
  const { public: open, secrets } = splitSecrets(
    contract({ post: { request: { template: { a: 1 }, ...request, ...(auth && { auth }) } } }),
  )
  expect(JSON.stringify(open)).not.toContain('s3cret')
  const encoded = encodePost(open, postInput())
  expect(JSON.stringify(encoded)).not.toContain('s3cret')
  return authorize(encoded, open, 'post', { secrets, tokens, now: NOW })
}

async function request(auth: BuyerAuth, spec: Partial<BuyerRequestSpec> = {}, tokens = noTokens) {
  const authorized = await sent(auth, spec, tokens)
  if (!authorized.ok) throw new Error(authorized.reason)
  return { ...authorized.request, headers: Object.fromEntries(authorized.request.headers) }
}

describe('authorize', () => {
  it('none', async () => {
    expect((await request({ type: 'none' })).headers).not.toHaveProperty('authorization')
  })

  it('bearer', async () => {
    expect((await request({ type: 'bearer', token: 's3cret' })).headers.authorization).toBe('Bearer s3cret')
  })

  it('basic, also outside of ASCII', async () => {
    const { headers } = await request({ type: 'basic', username: 'API', password: 's3cret€' })
    expect(headers.authorization).toBe(`Basic ${Buffer.from('API:s3cret€').toString('base64')}`)
  })

  it('header, over one of the same name, in one line', async () => {
    const { headers } = await request(
      { type: 'header', name: 'X-Api-Key', value: 's3cret\r\nX: 1' },
      { headers: { 'x-api-key': 'old' } },
    )
    expect(headers['x-api-key']).toBe('s3cret X: 1')
  })

  it('query parameter', async () => {
    expect((await request({ type: 'query', name: 'api[key]', value: 's3cret&x' })).url).toBe(
      'https://buyer.example/post?api%5Bkey%5D=s3cret%26x',
    )
  })

  it.each<[BuyerRequestSpec['format'], BuyerRequestSpec['template'], object]>([
    ['json', { a: 1 }, { body: '{"a":1,"Key":"s3cret<\\"&"}' }],
    ['json', { a: 1, Key: 'x' }, { body: '{"a":1,"Key":"s3cret<\\"&"}' }],
    ['form', { a: 1 }, { body: 'a=1&Key=s3cret%3C%22%26' }],
    ['form', '', { body: 'Key=s3cret%3C%22%26' }],
    ['query', { a: 1 }, { body: null, url: 'https://buyer.example/post?a=1&Key=s3cret%3C%22%26' }],
    ['xml', '<r><a>1</a></r>', { body: '<r><a>1</a><Key>s3cret&lt;&quot;&amp;</Key></r>' }],
  ])('body field in %s', async (format, template, expected) => {
    expect(await request({ type: 'body', name: 'Key', value: 's3cret<"&' }, { format, template })).toMatchObject(
      expected,
    )
  })

  it('a signature of time and body with the whole secret, over what credentials have added', async () => {
    const secret = 'whsec_s3cret-of-the-buyer'
    const { headers, body } = await request(
      { type: 'body', name: 'Key', value: 's3cret' },
      { signature: { secret }, headers: { 'X-Other': 'x' } },
    )
    expect(body).toBe('{"a":1,"Key":"s3cret"}')
    const at = Math.floor(NOW / 1_000)
    const mac = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')
    expect(headers['x-ld-signature']).toBe(`t=${at},v1=${mac}`)
    expect((await request({ type: 'none' })).headers).not.toHaveProperty('x-ld-signature')
  })

  it('a signature beside an access token', async () => {
    const auth = {
      type: 'oauth_client_credentials',
      token_url: 'https://b.example/t',
      client_id: 'c',
      client_secret: 's3cret',
    }
    const spec = { signature: { secret: 'whsec_s3cret-of-the-buyer' } }
    const { headers } = await request(auth as BuyerAuth, spec, async () => ({ ok: true, token: 'at-1' }))
    expect(headers).toMatchObject({
      authorization: 'Bearer at-1',
      'x-ld-signature': expect.stringMatching(/^t=\d+,v1=[0-9a-f]{64}$/),
    })
  })

  it('OAuth client credentials ask the provider for a token', async () => {
    const auth = {
      type: 'oauth_client_credentials',
      token_url: 'https://buyer.example/token',
      client_id: 'us',
      client_secret: 's3cret',
      scope: 'leads',
    } as const
    const asked: unknown[] = []
    const tokens: TokenProvider = async (client) => {
      asked.push(client)
      return { ok: true, token: 'at-1' }
    }
    expect((await request(auth, {}, tokens)).headers.authorization).toBe('Bearer at-1')
    expect(asked).toEqual([auth])
    expect(await sent(auth)).toEqual({ ok: false, reason: 'no token' })
  })
})
