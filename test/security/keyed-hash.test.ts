import { describe, expect, it } from 'vitest'
import { deriveKey, KeyedHash } from '../../src/security/keyed-hash'

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
const hex = (mac: Uint8Array) => [...mac].map((byte) => byte.toString(16).padStart(2, '0')).join('')

describe('a keyed hash', () => {
  it('is HMAC-SHA256: the second test case of RFC 4231', async () => {
    const hash = new KeyedHash(bytes('4a656665'))
    expect(hex(await hash.sign('what do ya want for nothing?'))).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    )
  })

  it('verifies its own and nothing else, of whatever length', async () => {
    const hash = new KeyedHash(new Uint8Array(32).fill(1))
    const mac = await hash.sign('text')
    expect(await hash.verify('text', mac)).toBe(true)
    expect(await hash.verify('texT', mac)).toBe(false)
    expect(await new KeyedHash(new Uint8Array(32).fill(2)).verify('text', mac)).toBe(false)
    for (const length of [0, 1, 8, 31]) expect(await hash.verify('text', mac.slice(0, length))).toBe(false)
    expect(await hash.verify('text', new Uint8Array([...mac, 0]))).toBe(false)
    for (let index = 0; index < mac.length; index++) {
      const changed = mac.slice()
      changed[index] = (changed[index] ?? 0) ^ 1
      expect(await hash.verify('text', changed)).toBe(false)
    }
  })

  it('waits for a key that is still being derived', async () => {
    const secret = new Uint8Array(32).fill(1)
    const [one, other] = [new KeyedHash(deriveKey(secret, 'p')), new KeyedHash(await deriveKey(secret, 'p'))]
    expect(hex(await one.sign('text'))).toBe(hex(await other.sign('text')))
  })
})

describe('a derived key', () => {
  it('is HKDF-SHA256 without salt: the third test case of RFC 5869, cut to 32 bytes', async () => {
    const derived = await deriveKey(bytes('0b'.repeat(22)), '')
    expect(hex(derived)).toBe('8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d')
  })

  it('differs by purpose and by secret, and is the same again', async () => {
    const [one, two] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
    const derived = [await deriveKey(one, 'a'), await deriveKey(one, 'b'), await deriveKey(two, 'a'), one].map(hex)
    expect(new Set(derived).size).toBe(4)
    expect(hex(await deriveKey(one, 'a'))).toBe(derived[0])
  })
})
