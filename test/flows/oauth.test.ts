/** OAuth as clients use it: two libraries, unmodified, and requests by hand where they would never send such a thing. */
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, Operator } from '../support/gavel-client.ts'
import { HttpBuyer } from '../support/http-buyer.ts'
import { CONTACT_FIELDS, fixedContract, freshLead, type Market, openMarket } from '../support/market.ts'
import { OPERATOR_KEY, ServedGavel } from '../support/served-gavel.ts'

interface NewClient {
  readonly id: string
  readonly client_id: string
  readonly client_secret: string
}
interface Tokens {
  readonly access_token: string
  readonly token_type: string
  readonly expires_in: number
  readonly scope: string
  readonly error?: string
}

let gavel: ServedGavel
let buyer: HttpBuyer
let operator: Operator
let market: Market
beforeAll(async () => {
  gavel = await ServedGavel.start()
  buyer = await HttpBuyer.start()
  operator = new Operator(gavel.url, OPERATOR_KEY)
  market = await openMarket(operator, {
    campaign: { fields: CONTACT_FIELDS },
    buyers: { Crown: fixedContract(buyer, 40) },
  })
})
afterAll(async () => {
  await buyer?.[Symbol.asyncDispose]()
  await gavel?.[Symbol.asyncDispose]()
})

const newClient = (settings: object = {}) =>
  operator.create<NewClient>('/v1/oauth-clients', {
    role: 'supplier',
    subject_id: market.supplier.id,
    scopes: ['ping', 'post'],
    ...settings,
  })
const form = (parameters: Record<string, string>) => new URLSearchParams(parameters)
const basic = ({ client_id, client_secret }: NewClient) => ({
  authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`,
})
const GRANT = { grant_type: 'client_credentials' }
const askToken = (parameters: Record<string, string>, headers = {}) =>
  call<Tokens>('POST', `${gavel.url}/oauth/token`, { body: form(parameters), headers })
const tokenOf = async (client: NewClient, scope?: string) => {
  const { body } = await askToken({ ...GRANT, ...(scope !== undefined && { scope }) }, basic(client))
  return body.access_token
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const ping = (token: string) =>
  call<{ accepted: boolean }>('POST', `${gavel.url}/api/v1/ping`, {
    json: market.supplier.named(market.campaignId, {}),
    headers: bearer(token),
  })
const ingest = (token: string) =>
  call('POST', `${gavel.url}/api/v1/ingest`, {
    json: market.supplier.named(market.campaignId, freshLead()),
    headers: bearer(token),
  })

describe('oauth4webapi', () => {
  const insecure = { [oauth.allowInsecureRequests]: true }
  const discover = async () => {
    const issuer = new URL(gavel.url)
    const response = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure })
    return await oauth.processDiscoveryResponse(issuer, response)
  }

  it.each([
    ['Basic', oauth.ClientSecretBasic],
    ['the body', oauth.ClientSecretPost],
  ])(
    'finds the server, gets a token with its client in %s, sells with it, and revokes it',
    async (_, authentication) => {
      const server = await discover()
      const { client_id, client_secret } = await newClient()
      const [client, auth] = [{ client_id }, authentication(client_secret)]
      const answer = await oauth.clientCredentialsGrantRequest(server, client, auth, { scope: 'ping post' }, insecure)
      const tokens = await oauth.processClientCredentialsResponse(server, client, answer)
      expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 900, scope: 'ping post' })
      expect((await ping(tokens.access_token)).body.accepted).toBe(true)
      expect((await ingest(tokens.access_token)).status).toBe(201)

      const over = await oauth.revocationRequest(server, client, auth, tokens.access_token, insecure)
      await oauth.processRevocationResponse(over)
      expect((await ping(tokens.access_token)).status).toBe(401)
      expect((await ingest(tokens.access_token)).status).toBe(401)
    },
  )

  it('encodes the underscores of our ids, and is understood', async () => {
    const sent: string[] = []
    const { client_id, client_secret } = await newClient()
    const watch: typeof fetch = (url, init) => {
      sent.push(new Headers(init?.headers).get('authorization') ?? '')
      return fetch(url, init)
    }
    const answer = await oauth.clientCredentialsGrantRequest(
      await discover(),
      { client_id },
      oauth.ClientSecretBasic(client_secret),
      {},
      { ...insecure, [oauth.customFetch]: watch as never },
    )
    expect(answer.status).toBe(200)
    expect(atob(sent[0]?.slice('Basic '.length) ?? '')).toContain('ld%5Fclient%5F')
  })

  it('takes its tokens for what RFC 9068 says they are', async () => {
    const server = await discover()
    const client = await newClient()
    const request = new Request('https://resource.example', { headers: bearer(await tokenOf(client, 'ping')) })
    const claims = await oauth.validateJwtAccessToken(server, request, gavel.url, insecure)
    expect(claims).toMatchObject({
      iss: gavel.url,
      aud: gavel.url,
      sub: client.client_id,
      client_id: client.client_id,
      scope: 'ping',
      jti: expect.any(String),
    })
    expect(claims.exp - claims.iat).toBe(900)
  })
})

it('openid-client finds the server, gets a token and revokes it', async () => {
  const { client_id, client_secret } = await newClient()
  const config = await openid.discovery(
    new URL(gavel.url),
    client_id,
    client_secret,
    openid.ClientSecretBasic(client_secret),
    { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] },
  )
  const tokens = await openid.clientCredentialsGrant(config, { scope: 'ping' })
  expect((await ping(tokens.access_token)).body.accepted).toBe(true)
  expect((await ingest(tokens.access_token)).status).toBe(403)
  await openid.tokenRevocation(config, tokens.access_token)
  expect((await ping(tokens.access_token)).status).toBe(401)
})

describe('POST /oauth/token', () => {
  it('is never kept by anyone on the way', async () => {
    const answer = await askToken(GRANT, basic(await newClient()))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.body).toMatchObject({ token_type: 'Bearer', expires_in: 900, scope: 'ping post' })
  })

  it('takes JSON too', async () => {
    const { client_id, client_secret } = await newClient()
    const json = { ...GRANT, client_id, client_secret, scope: 'post' }
    expect(await call('POST', `${gavel.url}/oauth/token`, { json })).toMatchObject({
      status: 200,
      body: { scope: 'post' },
    })
  })

  it.each<[string, number, string, (client: NewClient) => [string, object]]>([
    ['no grant', 400, 'invalid_request', (client) => ['scope=ping', basic(client)]],
    ['another grant', 400, 'unsupported_grant_type', (client) => ['grant_type=password', basic(client)]],
    [
      'a scope it has not',
      400,
      'invalid_scope',
      (client) => ['grant_type=client_credentials&scope=admin', basic(client)],
    ],
    [
      'a parameter twice',
      400,
      'invalid_request',
      (client) => ['grant_type=client_credentials&scope=ping&scope=post', basic(client)],
    ],
    ['no client', 401, 'invalid_client', () => ['grant_type=client_credentials', {}]],
    [
      'a secret that is wrong',
      401,
      'invalid_client',
      (client) => ['grant_type=client_credentials', basic({ ...client, client_secret: 'x' })],
    ],
    [
      'a client that nobody knows',
      401,
      'invalid_client',
      (client) => ['grant_type=client_credentials', basic({ ...client, client_id: 'ld_client_x' })],
    ],
    [
      'Basic that is none',
      401,
      'invalid_client',
      () => ['grant_type=client_credentials', { authorization: 'Basic ???' }],
    ],
    [
      'Basic with a broken escape',
      401,
      'invalid_client',
      () => ['grant_type=client_credentials', { authorization: `Basic ${btoa('%zz:%')}` }],
    ],
    [
      'both ways of authentication',
      400,
      'invalid_request',
      (client) => [`grant_type=client_credentials&client_secret=${client.client_secret}`, basic(client)],
    ],
    [
      'a body of another type',
      400,
      'invalid_request',
      (client) => ['grant_type=client_credentials', { ...basic(client), 'content-type': 'text/plain' }],
    ],
    [
      'a body that is no JSON',
      400,
      'invalid_request',
      (client) => ['{', { ...basic(client), 'content-type': 'application/json' }],
    ],
    [
      'too much',
      413,
      'invalid_request',
      (client) => [`grant_type=client_credentials&x=${'x'.repeat(20_000)}`, basic(client)],
    ],
  ])('refuses %s', async (_, status, error, requestOf) => {
    const [body, headers] = requestOf(await newClient())
    const answer = await call<Tokens>('POST', `${gavel.url}/oauth/token`, {
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    })
    expect([answer.status, answer.body.error]).toEqual([status, error])
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const isBasic = status === 401 && 'authorization' in headers
    expect(answer.headers.get('www-authenticate')).toEqual(isBasic ? expect.stringMatching(/^Basic /) : null)
  })
})

describe('a client', () => {
  it('lets nothing in any more once it is revoked, nor do its tokens', async () => {
    const client = await newClient()
    const token = await tokenOf(client)
    expect((await ping(token)).status).toBe(200)
    expect((await operator.call('DELETE', `/v1/oauth-clients/${client.id}`)).status).toBe(204)
    expect((await ping(token)).status).toBe(401)
    expect((await ingest(token)).status).toBe(401)
    expect((await askToken(GRANT, basic(client))).body.error).toBe('invalid_client')
  })

  it('has two secrets while one takes the place of the other', async () => {
    const client = await newClient()
    const rotate = (overlap_hours: number) =>
      operator.post<NewClient>(`/v1/oauth-clients/${client.id}/rotate`, { overlap_hours })
    const second = (await rotate(1)).body
    expect([await statusOf(client), await statusOf(second)]).toEqual([200, 200])
    const third = (await rotate(0)).body
    expect([await statusOf(client), await statusOf(second), await statusOf(third)]).toEqual([401, 401, 200])
  })
  const statusOf = async (client: NewClient) => (await askToken(GRANT, basic(client))).status

  it('loses in its tokens what is taken from it', async () => {
    const client = await newClient()
    const token = await tokenOf(client)
    await operator.patch(`/v1/oauth-clients/${client.id}`, { scopes: ['ping'] })
    expect((await ping(token)).status).toBe(200)
    expect((await ingest(token)).status).toBe(403)
  })

  it('of an operator manages the tenant as far as its scope goes', async () => {
    const client = await operator.create<NewClient>('/v1/oauth-clients', { role: 'operator' })
    const token = await tokenOf(client)
    const made = await call('POST', `${gavel.url}/v1/buyers`, { json: { name: 'Crown' }, headers: bearer(token) })
    expect(made.status).toBe(201)
    const reader = await operator.create<NewClient>('/v1/oauth-clients', { role: 'operator', scopes: ['admin:read'] })
    const headers = bearer(await tokenOf(reader))
    expect((await call('GET', `${gavel.url}/v1/buyers`, { headers })).status).toBe(200)
    expect((await call('POST', `${gavel.url}/v1/buyers`, { json: { name: 'x' }, headers })).status).toBe(403)
  })

  it('cannot revoke the token of another', async () => {
    const [mine, theirs] = [await newClient(), await newClient()]
    const token = await tokenOf(theirs)
    const revoke = (client: NewClient, value: string) =>
      call('POST', `${gavel.url}/oauth/revoke`, { body: form({ token: value }), headers: basic(client) })
    expect((await revoke(mine, token)).status).toBe(400)
    expect((await ping(token)).status).toBe(200)
    expect((await revoke(mine, 'no-token')).status).toBe(200)
    expect((await revoke(theirs, token)).status).toBe(200)
    expect((await revoke(theirs, token)).status).toBe(200)
    expect((await ping(token)).status).toBe(401)
  })

  it('is never shown its secret again', async () => {
    const client = await newClient()
    const [one, all] = [await operator.get(`/v1/oauth-clients/${client.id}`), await operator.get('/v1/oauth-clients')]
    expect(one.text).toContain(client.client_id)
    expect(one.text + all.text).not.toContain(client.client_secret.slice(0, -4))
  })
})

describe('a token', () => {
  const parts = async () => (await tokenOf(await newClient())).split('.') as [string, string, string]
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

  it.each<[string, (header: string, payload: string, signature: string) => string]>([
    ['with another payload', (header, payload, signature) => `${header}.${payload.slice(0, -4)}AAAA.${signature}`],
    ['without a signature', (_, payload) => `${encode({ alg: 'none', typ: 'at+jwt' })}.${payload}.x`],
    [
      'of another key',
      (_, payload, signature) => `${encode({ alg: 'RS256', typ: 'at+jwt', kid: 'mine' })}.${payload}.${signature}`,
    ],
  ])('%s is worth nothing', async (_, spoil) => {
    expect((await ping(spoil(...(await parts())))).status).toBe(401)
  })
})
