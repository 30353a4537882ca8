import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, fingerprintOf } from '../../src/security/fingerprint'
import { KeyedHash } from '../../src/security/keyed-hash'

const HASH = new KeyedHash(new Uint8Array(32).fill(1))
const fingerprint = (body: unknown, path = '/api/v1/ingest') => fingerprintOf(HASH, path, body)

/** The same value with the members of every object in another order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, member]) => [name, turned(member)] as const)
      .reverse(),
  )
}

describe('the fingerprint of a request', () => {
  it('is the same whatever the order of members, at every depth', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (body) => {
        expect(await fingerprint(turned(body))).toBe(await fingerprint(body))
      }),
      { numRuns: 100 },
    )
  })

  it('is the same whatever the white space', async () => {
    const [tight, loose] = ['{"a":[1,2],"b":null}', '{ "b" : null,\n "a" : [ 1, 2.0 ] }'].map((text) =>
      JSON.parse(text),
    )
    expect(await fingerprint(tight)).toBe(await fingerprint(loose))
  })

  it('differs with every value, type, member, path and order of a list', async () => {
    const bodies = [
      {},
      { a: 1 },
      { a: '1' },
      { a: true },
      { a: null },
      { a: [] },
      { a: {} },
      { a: [1, 2] },
      { a: [2, 1] },
      { a: 1, b: 1 },
      { b: 1 },
      { a: { b: 1 } },
      { 'a":1,"b': 1 },
      JSON.parse('{"__proto__":1}'),
      'a',
      null,
    ]
    const prints = await Promise.all(bodies.map((body) => fingerprint(body)))
    expect(new Set(prints).size).toBe(bodies.length)
    expect(await fingerprint({ a: 1 }, '/v1/post')).not.toBe(prints[1])
  })

  it('is the same for two bodies only where they are the same JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        expect(canonicalJson(one) === canonicalJson(other)).toBe(
          canonicalJson(turned(one)) === canonicalJson(turned(other)),
        )
        expect(JSON.parse(canonicalJson(one))).toEqual(JSON.parse(JSON.stringify(one)))
      }),
    )
  })

  it('needs the key: it is no plain hash of personal data', async () => {
    const other = new KeyedHash(new Uint8Array(32).fill(2))
    const body = { phone: '5125550100' }
    expect(await fingerprintOf(other, '/p', body)).not.toBe(await fingerprintOf(HASH, '/p', body))
    expect(await fingerprint(body)).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })
})
