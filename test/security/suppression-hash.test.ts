import { describe, expect, it } from 'vitest'
import { KIND_BITS, readEntry } from '../../src/core/suppression/entry'
import { KeyedHash } from '../../src/security/keyed-hash'
import { SuppressionHash } from '../../src/security/suppression-hash'
import { digest } from '../support/suppression'

const hash = new SuppressionHash(new KeyedHash(new Uint8Array(32).fill(1)))
const phone = { type: 'phone', text: '+1 512 555 0100' } as const
const email = { type: 'email', text: 'Maria@Example.com' } as const
const ALL = Object.values(KIND_BITS).reduce((bits, bit) => bits | bit, 0)

function entryOf(text: string) {
  const read = readEntry({ text, type: null, algorithm: null, hashed: false })
  if (!read.ok) throw new Error(read.reason)
  return hash.ofEntry('live', read.entry)
}

describe('a contact', () => {
  it('is hashed only for the kinds of entries that there are', async () => {
    const counts = async (kinds: number) =>
      [await hash.ofContact('live', phone, kinds), await hash.ofContact('live', email, kinds)].map(
        ({ length }) => length,
      )
    expect(await counts(0)).toEqual([0, 0])
    expect(await counts(KIND_BITS.phone)).toEqual([1, 0])
    expect(await counts(KIND_BITS.email | KIND_BITS.sha1_email)).toEqual([0, 2])
    expect(await counts(KIND_BITS.md5_phone)).toEqual([3, 0])
    expect(await counts(ALL)).toEqual([10, 4])
  })

  it('is found by each of its hashes', async () => {
    const hashes = [...(await hash.ofContact('live', phone, ALL)), ...(await hash.ofContact('live', email, ALL))]
    const entries = ['5125550100', 'maria@example.com']
    for (const algorithm of ['md5', 'sha1', 'sha256'] as const) {
      for (const text of ['5125550100', '15125550100', '+15125550100', 'maria@example.com'])
        entries.push(digest(algorithm, text))
    }
    for (const text of entries) expect(hashes).toContainEqual(await entryOf(text))
    expect(hashes).toHaveLength(entries.length)
  })

  it('that is no phone and no email has no hash', async () => {
    expect(await hash.ofContact('live', { type: 'phone', text: 'nobody' }, ALL)).toEqual([])
    expect(await hash.ofContact('live', { type: 'email', text: 'nobody' }, ALL)).toEqual([])
  })
})

describe('an entry', () => {
  it('is another one for another tenant, and under another key', async () => {
    const entry = { kind: 'raw', type: 'phone', text: '5125550100' } as const
    const other = new SuppressionHash(new KeyedHash(new Uint8Array(32).fill(2)))
    const hashes = [
      await hash.ofEntry('live', entry),
      await hash.ofEntry('sandbox', entry),
      await other.ofEntry('live', entry),
    ]
    expect(new Set(hashes.map(({ low, high }) => `${high} ${low}`)).size).toBe(3)
  })

  it('is not the bare digest of anything', async () => {
    const { low, high } = await entryOf('5125550100')
    for (const algorithm of ['md5', 'sha1', 'sha256'] as const) {
      const bytes = Buffer.from(digest(algorithm, '5125550100'), 'hex')
      expect([bytes.readUInt32LE(0), bytes.readUInt32LE(4)]).not.toEqual([low, high])
    }
  })

  it('is removed with the hashes of its value, as far as the list may hold them; a hash by itself', async () => {
    const raw = { kind: 'raw', type: 'phone', text: '5125550100' } as const
    const md5 = digest('md5', '+15125550100')
    const kinds = KIND_BITS.phone | KIND_BITS.md5_phone
    const removed = await hash.ofRemoval('live', raw, kinds)
    expect(removed).toHaveLength(4)
    expect(removed).toContainEqual(await entryOf(md5))
    const hashed = { kind: 'hash', type: null, algorithm: 'md5', hex: md5 } as const
    expect(await hash.ofRemoval('live', hashed, kinds)).toEqual([await entryOf(md5)])
  })
})
