import { describe, expect, it } from 'vitest'
import { LeadEnvelope } from '../../src/security/lead-envelope'
import type { MasterKeys } from '../../src/security/master-keys'

const masterKey = (seed: number): MasterKeys => [{ kid: '', secret: new Uint8Array(32).fill(seed) }]
const FIELDS = JSON.stringify({ first_name: 'Zoë', phone: '5125550100', email: 'zoe@example.com' })

/** Changes one character in the middle, which base64url keeps readable. */
function tamper(sealed: string): string {
  const middle = Math.floor(sealed.length / 2)
  return sealed.slice(0, middle) + (sealed[middle] === 'A' ? 'B' : 'A') + sealed.slice(middle + 1)
}

describe('LeadEnvelope', () => {
  it('opens what it sealed, also in another isolate with the same master key', async () => {
    const sealed = await new LeadEnvelope(masterKey(1)).seal(FIELDS, 'live')
    expect(await new LeadEnvelope(masterKey(1)).open(sealed, 'live')).toBe(FIELDS)
  })

  it('shows nothing of the fields, and never the same text twice', async () => {
    const envelope = new LeadEnvelope(masterKey(1))
    const [first, second] = [await envelope.seal(FIELDS, 'live'), await envelope.seal(FIELDS, 'live')]
    expect(first.sealedFields).not.toBe(second.sealedFields)
    expect(first.sealedKey).not.toBe(second.sealedKey)
    for (const text of [first.sealedFields, first.sealedKey]) {
      expect(text).toMatch(/^v1\.[A-Za-z0-9_-]+$/)
      expect(atob(text.slice(3).replaceAll('-', '+').replaceAll('_', '/'))).not.toContain('5125550100')
    }
  })

  it('opens for no other tenant, with no other master key, and with no other lead’s key', async () => {
    const envelope = new LeadEnvelope(masterKey(1))
    const sealed = await envelope.seal(FIELDS, 'live')
    const other = await envelope.seal(FIELDS, 'live')
    await expect(envelope.open(sealed, 'sandbox')).rejects.toThrow()
    await expect(new LeadEnvelope(masterKey(2)).open(sealed, 'live')).rejects.toThrow()
    await expect(envelope.open({ ...sealed, sealedKey: other.sealedKey }, 'live')).rejects.toThrow()
  })

  it('refuses what was tampered with', async () => {
    const envelope = new LeadEnvelope(masterKey(1))
    const sealed = await envelope.seal(FIELDS, 'live')
    await expect(envelope.open({ ...sealed, sealedFields: tamper(sealed.sealedFields) }, 'live')).rejects.toThrow()
    await expect(envelope.open({ ...sealed, sealedKey: tamper(sealed.sealedKey) }, 'live')).rejects.toThrow()
    const otherVersion = sealed.sealedKey.replace('v1.', 'v2.')
    for (const sealedKey of ['', otherVersion, 'v1.', sealed.sealedKey.slice(0, -4), 'v1.***']) {
      await expect(envelope.open({ ...sealed, sealedKey }, 'live')).rejects.toThrow()
    }
  })

  it('takes a master key of 32 bytes only', () => {
    expect(() => new LeadEnvelope([{ kid: '', secret: new Uint8Array(16) }])).toThrow('32 bytes')
  })
})
