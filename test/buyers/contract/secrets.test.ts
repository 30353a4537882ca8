import { describe, expect, it } from 'vitest'
import {
  joinSecrets,
  maskSecrets,
  SECRET_MASK,
  splitSecrets,
  unmaskSecrets,
} from '../../../src/buyers/contract/secrets'
import type { BuyerAuth } from '../../../src/contracts/buyer-contract'
import { contract, PING_URL, POST_URL, written } from '../support'

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
    expect(unmaskSecrets(shown, secrets)).toEqual({ contract: written(both(auth, auth)), missing: [] })
    expect(unmaskSecrets(shown, {}).missing).toEqual(['ping.request.auth.token', 'post.request.auth.token'])
    const changed = written(both(auth, { type: 'bearer', token: 'new' }))
    expect(unmaskSecrets(changed, secrets).contract).toEqual(changed)
  })
})
