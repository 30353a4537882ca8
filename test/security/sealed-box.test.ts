import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MasterKeys } from '../../src/security/master-keys'
import { SealedBox } from '../../src/security/sealed-box'

const masterKey = (seed: number): MasterKeys => [{ kid: '', secret: new Uint8Array(32).fill(seed) }]
const BOX = new SealedBox(masterKey(1))
const SECRET = '{"post.request.auth.token":"s3cr€t"}'

/** Flips the lowest bit of one character in base64url; the last of a group may have bits to spare, so four are tried. */
const tampered = (sealed: string, index: number) =>
  ['A', 'B', 'Q', 'g']
    .filter((char) => char !== sealed[index])
    .map((char) => sealed.slice(0, index) + char + sealed.slice(index + 1))

describe('a sealed box', () => {
  it('opens what it sealed, whatever the text, also in another isolate', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('', SECRET, '\uFEFFbyte-order mark', '\u0000'),
    )
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        expect(await new SealedBox(masterKey(1)).open(await BOX.seal(value, 'p'), 'p')).toBe(value)
      }),
      { numRuns: 50 },
    )
  })

  it('shows nothing, and never the same twice', async () => {
    const [one, other] = [await BOX.seal(SECRET, 'buyer-secrets'), await BOX.seal(SECRET, 'buyer-secrets')]
    expect(one).toMatch(/^v1\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]+$/)
    expect(one).not.toBe(other)
    expect(one).not.toContain(btoa('s3cr').slice(0, 4))
  })

  it('opens for its purpose only', async () => {
    const sealed = await BOX.seal(SECRET, 'buyer-secrets')
    for (const purpose of ['webhook-secrets', 'buyer-secret', 'buyer-secrets ', '']) {
      await expect(BOX.open(sealed, purpose)).rejects.toThrow()
    }
    expect(await BOX.open(sealed, 'buyer-secrets')).toBe(SECRET)
  })

  it('opens with its master key only', async () => {
    await expect(new SealedBox(masterKey(2)).open(await BOX.seal(SECRET, 'p'), 'p')).rejects.toThrow()
  })

  it('refuses what was tampered with, and what was never sealed', async () => {
    const sealed = await BOX.seal('x', 'p')
    for (let index = 3; index < sealed.length - 1; index++) {
      if (sealed[index] === '.') continue
      for (const text of tampered(sealed, index)) {
        const opened = await BOX.open(text, 'p').catch(() => null)
        // A character with bits to spare may be spelled in two ways; it then means the same.
        if (opened !== null) expect(opened).toBe('x')
      }
    }
    const [version, iv, ciphertext] = sealed.split('.')
    const garbage = ['', 'v1', 'v1..', `v2.${iv}.${ciphertext}`, `${version}.${ciphertext}.${iv}`, `${sealed}.x`]
    for (const text of [...garbage, `${version}.${iv}`, `${version}.${iv}.`, `${version}.*.${ciphertext}`, SECRET]) {
      await expect(BOX.open(text, 'p'), text).rejects.toThrow()
    }
  })

  it('takes a master key of 32 bytes only', () => {
    expect(() => new SealedBox([{ kid: '', secret: new Uint8Array(16) }])).toThrow('32 bytes')
  })
})
