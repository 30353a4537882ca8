import { describe, expect, it } from 'vitest'
import { createApiKey, hashApiKey, isWellFormedApiKey } from '../../src/security/api-keys'

/** Its CRC-32 is 0x10fcbb3c by zlib, which is 0JHp7M in base62. */
const KNOWN = 'ld_live_0123456789ABCDEFGHIJKLMNOPQRST'

describe('an API key', () => {
  it.each(['live', 'sandbox'] as const)('of the %s tenant has the form of the contract', async (mode) => {
    const { key, prefix, lastFour } = await createApiKey(mode)
    expect(key).toMatch(mode === 'live' ? /^ld_live_[0-9A-Za-z]{36}$/ : /^ld_test_[0-9A-Za-z]{36}$/)
    expect(isWellFormedApiKey(key)).toBe(true)
    expect(key.startsWith(prefix)).toBe(true)
    expect(key.endsWith(lastFour)).toBe(true)
    expect(prefix.length + lastFour.length).toBeLessThan(key.length / 2)
  })

  it('is never made twice', async () => {
    const keys = await Promise.all(Array.from({ length: 100 }, () => createApiKey('live')))
    expect(new Set(keys.map(({ key }) => key)).size).toBe(100)
  })

  it('draws on every character evenly', async () => {
    const keys = await Promise.all(Array.from({ length: 200 }, () => createApiKey('live')))
    const drawn = keys.map(({ key }) => key.slice(8, 38)).join('')
    const counts = new Map<string, number>()
    for (const char of drawn) counts.set(char, (counts.get(char) ?? 0) + 1)
    expect(counts.size).toBe(62)
    // 6,000 draws: 97 of each are expected, and half or double of that is beyond all chance.
    for (const count of counts.values()) expect(count > 48 && count < 194).toBe(true)
  })

  it('is stored as its SHA-256, which says nothing of it', async () => {
    const { key, hash } = await createApiKey('live')
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    expect(hash).toBe(await hashApiKey(key))
    expect(await hashApiKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })

  it('shows a slip of one character anywhere, and two that changed places', async () => {
    const { key } = await createApiKey('sandbox')
    for (let index = 0; index < key.length; index++) {
      const other = key[index] === 'x' ? 'y' : 'x'
      expect(isWellFormedApiKey(key.slice(0, index) + other + key.slice(index + 1))).toBe(false)
      const [here = '', next = ''] = [key[index], key[index + 1]]
      if (here === next || next === '') continue
      expect(isWellFormedApiKey(key.slice(0, index) + next + here + key.slice(index + 2))).toBe(false)
    }
  })

  it('has a checksum that others can compute: CRC-32 as in zlib, in six digits of base62', () => {
    expect(isWellFormedApiKey(`${KNOWN}0JHp7M`)).toBe(true)
  })

  it.each(['', 'ld_live_', 'ld_demo_', ' ', 'null', `${KNOWN}`, `${KNOWN}000000`])('is not %j', (text) => {
    expect(isWellFormedApiKey(text)).toBe(false)
  })

  it('has nothing before, after or within it', async () => {
    const { key } = await createApiKey('live')
    const spoiled = [
      ` ${key}`,
      `${key} `,
      `${key}\n`,
      key.toUpperCase(),
      key.replace('ld_', 'ld-'),
      key + key,
      `Bearer ${key}`,
    ]
    for (const text of spoiled) expect(isWellFormedApiKey(text)).toBe(false)
  })
})
