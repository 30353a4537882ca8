import { describe, expect, it } from 'vitest'
import type { LeadFields } from '../../src/core/lead/fields'
import { PING_TOKEN_LIFE_MS, type PingClaims, type PingTokenKey, PingTokens } from '../../src/security/ping-token'

const NOW = 1_795_176_000_000
const key = (kid: string, seed: number): PingTokenKey => ({ kid, secret: new Uint8Array(32).fill(seed) })
const TOKENS = new PingTokens([key('k1', 1)])
const FIELDS: LeadFields = { state: 'TX', zip: '77001', phone: '5125550100', score: 0.84, insured: true, name: 'Zoë' }
const CLAIMS: PingClaims = {
  campaignId: 'camp_1',
  supplierId: 'sup_1',
  mode: 'eligibility',
  objectId: 'ab'.repeat(32),
  expiresAt: NOW + PING_TOKEN_LIFE_MS,
}
const USE = { campaignId: 'camp_1', supplierId: 'sup_1', fields: FIELDS, now: NOW }
const GENUINE = { kind: 'genuine', claims: CLAIMS, expired: false, mismatched: [] }

const sign = (fields: LeadFields = FIELDS, claims: Partial<PingClaims> = {}) =>
  TOKENS.sign({ ...CLAIMS, ...claims }, fields)
const payloadOf = (token: string) => atob((token.split('.')[0] ?? '').replaceAll('-', '+').replaceAll('_', '/'))

async function hashesOf(text: string): Promise<readonly string[]> {
  const digests = await Promise.all(
    ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512', 'MD5'].map((name) =>
      crypto.subtle.digest(name, new TextEncoder().encode(text)).catch(() => null),
    ),
  )
  return digests
    .filter((digest) => digest !== null)
    .flatMap((digest) => {
      const bytes = new Uint8Array(digest)
      const base64 = btoa(String.fromCharCode(...bytes))
      return [
        [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
        base64,
        base64.replaceAll('+', '-').replaceAll('/', '_'),
      ]
    })
}

describe('a ping id', () => {
  it('is genuine for the supplier, campaign and data it was given for', async () => {
    expect(await TOKENS.check(await sign(), USE)).toEqual(GENUINE)
  })

  it('tells what it claims, also of an auction, and also when it has expired', async () => {
    const claims = { ...CLAIMS, mode: 'auction', expiresAt: 1 } as const
    expect(await TOKENS.open(await sign({}, claims))).toEqual(claims)
  })

  it('has three parts, and a payload that begins with the campaign', async () => {
    const token = await sign()
    expect(token).toMatch(/^[A-Za-z0-9_-]+\.k1\.[A-Za-z0-9_-]{43}$/)
    expect(token.startsWith('eyJjaWQiOi')).toBe(true)
    expect(payloadOf(token).startsWith('{"cid":"camp_1"')).toBe(true)
  })

  it('may be used with more fields than were pinged', async () => {
    expect(await TOKENS.check(await sign({ state: 'TX' }), USE)).toEqual(GENUINE)
    expect(await TOKENS.check(await sign({}), USE)).toEqual(GENUINE)
  })

  it('is genuine but names the fields that were changed or left out, never their values', async () => {
    const { state: _, ...without } = FIELDS
    const token = await sign()
    expect(await TOKENS.check(token, { ...USE, fields: { ...FIELDS, phone: '5125550199' } })).toMatchObject({
      kind: 'genuine',
      mismatched: ['phone'],
    })
    const check = await TOKENS.check(token, { ...USE, fields: { ...without, zip: '77002', score: 0.85 } })
    expect(check).toEqual({ ...GENUINE, mismatched: ['score', 'state', 'zip'] })
    expect(JSON.stringify(check)).not.toMatch(/77001|77002|0\.8/)
  })

  it('tells a number from the text that spells it', async () => {
    const token = await sign({ score: 1 })
    expect(await TOKENS.check(token, { ...USE, fields: { score: '1' } })).toMatchObject({ mismatched: ['score'] })
    expect(await TOKENS.check(token, { ...USE, fields: { score: 1 } })).toMatchObject({ mismatched: [] })
  })

  it('cannot move a value from one field to another', async () => {
    const token = await sign({ a: 'x', b: 'y' })
    expect(await TOKENS.check(token, { ...USE, fields: { a: 'y', b: 'x' } })).toMatchObject({ mismatched: ['a', 'b'] })
  })

  it('holds fields whose names are those of every object', async () => {
    const named = JSON.parse('{"__proto__":"x","constructor":"y"}') as LeadFields
    const token = await sign(named)
    expect(await TOKENS.check(token, { ...USE, fields: named })).toMatchObject({ mismatched: [] })
    expect(await TOKENS.check(token, { ...USE, fields: {} })).toMatchObject({
      mismatched: ['__proto__', 'constructor'],
    })
  })

  it('is worth nothing to another supplier or for another campaign', async () => {
    const token = await sign()
    expect(await TOKENS.check(token, { ...USE, supplierId: 'sup_2' })).toEqual({ kind: 'invalid' })
    expect(await TOKENS.check(token, { ...USE, campaignId: 'camp_2' })).toEqual({ kind: 'invalid' })
  })

  it('expires after its last millisecond', async () => {
    const token = await sign()
    const expired = async (now: number) => {
      const check = await TOKENS.check(token, { ...USE, now })
      return check.kind === 'genuine' && check.expired
    }
    expect(await expired(CLAIMS.expiresAt - 1)).toBe(false)
    expect(await expired(CLAIMS.expiresAt)).toBe(true)
  })
})

describe('tampering with a ping id', () => {
  const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

  it('is seen at every character, however little changes', async () => {
    const token = await sign({ state: 'TX' })
    for (let index = 0; index < token.length; index++) {
      const here = ALPHABET.indexOf(token[index] ?? '')
      // The neighbour in the alphabet differs in the lowest bit, which a decoder may overlook in a last character.
      for (const char of [ALPHABET[here ^ 1] ?? 'A', ALPHABET[here ^ 32] ?? 'A', '.', '=', ' ']) {
        if (char === token[index]) continue
        const changed = token.slice(0, index) + char + token.slice(index + 1)
        expect(await TOKENS.open(changed), `${index} as ${char}`).toBeNull()
      }
    }
  })

  it('is seen where something is cut off, added or doubled', async () => {
    const token = await sign({ state: 'TX' })
    const [payload, kid, mac] = token.split('.')
    const changed = [
      token.slice(0, -1),
      token.slice(1),
      `${token}A`,
      `${token}=`,
      `${token}\n`,
      `${token}.`,
      `${payload}.${kid}`,
      `${payload}..${mac}`,
      `.${kid}.${mac}`,
      `${payload}.${kid}.`,
      `${payload}.${kid}.${mac}.${mac}`,
      `${payload}.${mac}.${kid}`,
    ]
    for (const text of changed) expect(await TOKENS.open(text), text).toBeNull()
  })

  it('is refused for anything else that may stand there', async () => {
    for (const text of ['', '.', '..', 'ping', 'null', '{}', '\uD800', 'é.k1.é', 'A'.repeat(100_000), '.'.repeat(50)]) {
      expect(await TOKENS.open(text)).toBeNull()
      expect(await TOKENS.check(text, USE)).toEqual({ kind: 'invalid' })
    }
  })

  it('cannot join the payload of one token to the MAC of another', async () => {
    const [one, other] = [await sign({ state: 'TX' }), await sign({ state: 'TX' }, { objectId: 'cd'.repeat(32) })]
    const [payload] = one.split('.')
    const [, kid, mac] = other.split('.')
    expect(await TOKENS.open(`${payload}.${kid}.${mac}`)).toBeNull()
  })
})

describe('the keys of ping ids', () => {
  it('rotate: the new one signs, the old one still verifies, one that was removed does not', async () => {
    const old = await sign()
    const rotated = new PingTokens([key('k2', 2), key('k1', 1)])
    expect(await rotated.sign(CLAIMS, FIELDS)).toContain('.k2.')
    expect(await rotated.check(old, USE)).toEqual(GENUINE)
    expect(await rotated.check(await rotated.sign(CLAIMS, FIELDS), USE)).toEqual(GENUINE)
    expect(await new PingTokens([key('k2', 2)]).open(old)).toBeNull()
  })

  it('do not verify under another’s id', async () => {
    const both = new PingTokens([key('k1', 1), key('k2', 2)])
    const token = await both.sign(CLAIMS, FIELDS)
    expect(await both.open(token.replace('.k1.', '.k2.'))).toBeNull()
    const same = new PingTokens([key('k1', 1), key('k2', 1)])
    expect(await same.open((await same.sign(CLAIMS, FIELDS)).replace('.k1.', '.k2.'))).toBeNull()
  })

  it('differ: another secret under the same id verifies nothing', async () => {
    expect(await new PingTokens([key('k1', 9)]).open(await sign())).toBeNull()
  })

  it('are at least one, and no two share an id', () => {
    expect(() => new PingTokens([])).toThrow('at least one')
    expect(() => new PingTokens([key('k1', 1), key('k1', 2)])).toThrow('share a key id')
  })
})

describe('what a ping id gives away', () => {
  it('is no pinged value, in plain or as a hash without a key', async () => {
    const token = await sign()
    const text = `${token} ${payloadOf(token)}`
    for (const [name, value] of Object.entries(FIELDS)) {
      if (String(value).length > 2) expect(text).not.toContain(String(value))
      for (const input of [String(value), JSON.stringify(value), `${name}=${value}`, `${name}:${value}`]) {
        for (const hash of await hashesOf(input)) {
          // The token may cut a hash short: no eight characters of one may be in it.
          for (const part of [hash.slice(0, 8), hash.slice(-8)]) expect(text).not.toContain(part)
        }
      }
    }
  })

  it('is not even whether two pings were for the same person', async () => {
    const [one, other] = [await sign(), await sign(FIELDS, { objectId: 'cd'.repeat(32) })]
    const hashes = (token: string) => Object.values(JSON.parse(payloadOf(token)).f as { [name: string]: string })
    expect(hashes(one).some((hash) => hashes(other).includes(hash))).toBe(false)
  })

  it('is not even whether two of its fields hold the same', async () => {
    const { f } = JSON.parse(payloadOf(await sign({ city: 'Austin', county: 'Austin' })))
    expect(f.city).not.toBe(f.county)
  })
})
