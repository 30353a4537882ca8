import { describe, expect, it } from 'vitest'
import {
  joinSecrets,
  maskSecrets,
  SECRET_MASK,
  splitSecrets,
  unmaskSecrets,
} from '../../../src/buyers/contract/secrets'
import type { BuyerAuth } from '../../../src/contracts/buyer-contract'
import { contract, INQUIRY_URL, PING_URL, POST_URL, written } from '../support'

const AUTHS: readonly BuyerAuth[] = [
  { type: 'bearer', token: 's3cret' },
  { type: 'basic', username: 'u', password: 's3cret' },
  { type: 'header', name: 'X-Key', value: 's3cret' },
  { type: 'query', name: 'key', value: 's3cret' },
  { type: 'body', name: 'key', value: 's3cret' },
  { type: 'oauth_client_credentials', token_url: 'https://b.example/t', client_id: 'c', client_secret: 's3cret' },
]

function both(ping: BuyerAuth, post: BuyerAuth) {
  return { ping: { request: { url: PING_URL, auth: ping } }, post: { request: { url: POST_URL, auth: post } } }
}

describe('secrets', () => {
  it.each(AUTHS)('of $type are taken out and put back, as written and as resolved', (auth) => {
    for (const whole of [written(both(auth, auth)), contract(both(auth, auth))]) {
      const before = JSON.stringify(whole)
      const { public: open, secrets } = splitSecrets(whole)
      expect(JSON.stringify(open)).not.toContain('s3cret')
      expect(Object.keys(secrets)).toHaveLength(2)
      expect(joinSecrets(open, secrets)).toEqual(whole)
      expect(JSON.stringify(maskSecrets(whole))).not.toContain('s3cret')
      expect(JSON.stringify(maskSecrets(open))).toContain(SECRET_MASK)
      expect(JSON.stringify(whole)).toBe(before)
    }
  })

  it('of an inquiry are kept like the others, and for its own host', () => {
    const inquiry = (url: string, token: string) =>
      written({
        inquiry: { request: { url, auth: { type: 'bearer', token } }, answer: { accepted: [{ op: 'exists' }] } },
      })
    const whole = inquiry(INQUIRY_URL, 's3cret')
    const { public: open, secrets } = splitSecrets(whole)
    expect(secrets).toEqual({ 'inquiry.request.auth.token': 's3cret' })
    expect(JSON.stringify([open, maskSecrets(whole)])).not.toContain('s3cret')
    expect(joinSecrets(open, secrets)).toEqual(whole)
    const known = { contract: open, secrets }
    expect(unmaskSecrets(inquiry(INQUIRY_URL, SECRET_MASK), known)).toMatchObject({ contract: whole, moved: [] })
    const moved = unmaskSecrets(inquiry('https://elsewhere.example/', SECRET_MASK), known)
    expect(moved.moved).toEqual(['inquiry.request.auth.token'])
  })

  it('leave a contract without credentials as it is', () => {
    const plain = written()
    expect(splitSecrets(plain)).toEqual({ public: plain, secrets: {} })
    expect(maskSecrets(plain)).toEqual(plain)
    expect(splitSecrets(contract()).secrets).toEqual({})
  })

  it('stay what they are where the mask is sent back', () => {
    const auth: BuyerAuth = { type: 'bearer', token: 's3cret' }
    const { secrets } = splitSecrets(written(both(auth, auth)))
    const shown = maskSecrets(written(both(auth, { type: 'bearer', token: 'other' })))
    const known = { contract: written(both(auth, auth)), secrets }
    expect(unmaskSecrets(shown, known)).toEqual({ contract: written(both(auth, auth)), missing: [], moved: [] })
    const all = ['ping.request.auth.token', 'post.request.auth.token']
    expect(unmaskSecrets(shown, null).missing).toEqual(all)
    expect(unmaskSecrets(shown, { ...known, secrets: {} }).missing).toEqual(all)
    const changed = written(both(auth, { type: 'bearer', token: 'new' }))
    expect(unmaskSecrets(changed, known).contract).toEqual(changed)
  })

  it('of signatures are kept apart like those of credentials, and are sent nowhere', () => {
    const signed = (url: string, secret: string) => written({ post: { request: { url, signature: { secret } } } })
    const whole = signed(POST_URL, 'a-secret-to-sign-by')
    const { public: open, secrets } = splitSecrets(whole)
    expect(secrets).toEqual({ 'post.request.signature.secret': 'a-secret-to-sign-by' })
    expect(JSON.stringify([open, maskSecrets(whole)])).not.toContain('a-secret')
    expect(joinSecrets(open, secrets)).toEqual(whole)
    const moved = unmaskSecrets(signed('https://other.example/', SECRET_MASK), { contract: open, secrets })
    expect(moved).toEqual({ contract: signed('https://other.example/', 'a-secret-to-sign-by'), missing: [], moved: [] })
  })

  const OAUTH = AUTHS.find(({ type }) => type === 'oauth_client_credentials') as BuyerAuth
  const BEARER: BuyerAuth = { type: 'bearer', token: 's3cret' }

  it.each<[string, BuyerAuth, object, object, boolean]>([
    ['another host', BEARER, { url: 'https://a.example/x' }, { url: 'https://b.example/x' }, true],
    ['another port', BEARER, { url: 'https://a.example/x' }, { url: 'https://a.example:8443/x' }, true],
    [
      'a host that only begins the same',
      BEARER,
      { url: 'https://a.example/x' },
      { url: 'https://a.example.b.example/x' },
      true,
    ],
    ['another path', BEARER, { url: 'https://a.example/x' }, { url: 'https://A.example/y/{{zip}}' }, false],
    [
      'a new test URL elsewhere',
      BEARER,
      { url: 'https://a.example/x' },
      { url: 'https://a.example/x', test_url: 'https://b.example/' },
      true,
    ],
    [
      'a test URL at the same host',
      BEARER,
      { url: 'https://a.example/x' },
      { url: 'https://a.example/x', test_url: 'https://a.example/t' },
      false,
    ],
    [
      'the live URL at the host of the test',
      BEARER,
      { url: 'https://a.example/', test_url: 'https://b.example/' },
      { url: 'https://b.example/' },
      false,
    ],
    [
      'a token URL elsewhere',
      OAUTH,
      { url: 'https://b.example/' },
      { url: 'https://b.example/', auth: { ...OAUTH, token_url: 'https://c.example/t' } },
      true,
    ],
    [
      'a token URL at the host of the leads',
      OAUTH,
      { url: 'https://l.example/' },
      { url: 'https://l.example/', auth: { ...OAUTH, token_url: 'https://l.example/t' } },
      true,
    ],
  ])('that would go to %s: refused or kept', (_, auth, before, after, isMoved) => {
    const contractOf = (request: object) => written({ post: { request: { auth, ...request } } })
    const { public: stored, secrets } = splitSecrets(contractOf(before))
    const { moved, missing } = unmaskSecrets(maskSecrets(contractOf(after)), { contract: stored, secrets })
    expect([moved.length, missing]).toEqual([isMoved ? 1 : 0, []])
  })

  it('of one call do not open the other', () => {
    const { public: stored, secrets } = splitSecrets(written(both(BEARER, BEARER)))
    const swapped = { ...both(BEARER, BEARER), post: { request: { url: 'https://other.example/', auth: BEARER } } }
    const { moved } = unmaskSecrets(maskSecrets(written(swapped)), { contract: stored, secrets })
    expect(moved).toEqual(['post.request.auth.token'])
  })
})
