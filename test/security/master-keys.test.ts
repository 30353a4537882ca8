import { describe, expect, it } from 'vitest'
import { SealedBox } from '../../src/security/sealed-box'
import { parseConfig } from '../../workers/config'

const [FIRST, NEXT] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)].map((bytes) => bytes.toString('base64url')) as [
  string,
  string,
]
const PING_TOKEN_KEYS = `k1:${FIRST}`
const parse = (settings: { readonly MASTER_KEY: string; readonly HASH_KEY?: string }) =>
  parseConfig({ PING_TOKEN_KEYS, ...settings })
const base64Url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')

describe('MASTER_KEY', () => {
  it('is one key without a name at first, which hashes too', () => {
    const { masterKeys, hashKey } = parse({ MASTER_KEY: FIRST })
    expect(masterKeys.map(({ kid, secret }) => [kid, base64Url(secret)])).toEqual([['', FIRST]])
    expect(base64Url(hashKey)).toBe(FIRST)
  })

  it('gives way to a new one: the first seals, all open, and what was hashed stays as it is', async () => {
    const before = new SealedBox(parse({ MASTER_KEY: FIRST }).masterKeys)
    const { masterKeys, hashKey } = parse({ MASTER_KEY: `k2:${NEXT},${FIRST}`, HASH_KEY: FIRST })
    const during = new SealedBox(masterKeys)
    const after = new SealedBox(parse({ MASTER_KEY: `k2:${NEXT}`, HASH_KEY: FIRST }).masterKeys)
    expect(base64Url(hashKey)).toBe(FIRST)
    const old = await before.seal('secret', 'p')
    const resealed = (await during.reseal(old, 'p')) ?? ''
    expect(await during.open(old, 'p')).toBe('secret')
    expect(await after.open(resealed, 'p')).toBe('secret')
    expect(resealed).toMatch(/^v2\.k2\./)
    expect(await during.reseal(resealed, 'p')).toBeNull()
    await expect(after.open(old, 'p')).rejects.toThrow('not among those given')
    await expect(before.open(resealed, 'p')).rejects.toThrow('not among those given')
  })

  it.each([
    ['no key', '', /MASTER_KEY must be 32 bytes/],
    ['a short key', 'AAAA', /MASTER_KEY must be 32 bytes/],
    ['a short older key', `k2:${NEXT},k1:AAAA`, /MASTER_KEY \(k1\) must be 32 bytes/],
    ['an empty name', `:${NEXT}`, /key id/],
    ['a name with a dot, which would split what is sealed', `k.2:${NEXT}`, /key id/],
    ['two of one name', `k2:${NEXT},k2:${FIRST}`, /two keys of one id/],
    ['two without a name', `${NEXT},${FIRST}`, /two keys of one id/],
    ['three parts', `k2:${NEXT}:x`, /key id|32 bytes/],
  ])('is refused with %s, in words without the key', (_, MASTER_KEY, words) => {
    expect(() => parse({ MASTER_KEY, HASH_KEY: FIRST })).toThrow(words)
    try {
      parse({ MASTER_KEY, HASH_KEY: FIRST })
    } catch (error) {
      expect(String(error)).not.toContain(NEXT)
    }
  })

  it('does not take the hash key along into a rotation by itself: it would be lost with the old key', () => {
    expect(() => parse({ MASTER_KEY: `k2:${NEXT},${FIRST}` })).toThrow('HASH_KEY must be set')
    expect(() => parse({ MASTER_KEY: `k2:${NEXT}` })).toThrow('HASH_KEY must be set')
    expect(() => parse({ MASTER_KEY: FIRST, HASH_KEY: 'short' })).toThrow('HASH_KEY must be 32 bytes')
  })
})
