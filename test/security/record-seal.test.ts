import { describe, expect, it } from 'vitest'
import type { MasterKey } from '../../src/security/master-keys'
import { RecordSeals } from '../../src/security/record-seal'

const key = (kid: string, seed: number): MasterKey => ({ kid, secret: new Uint8Array(32).fill(seed) })
const SEALS = new RecordSeals([key('', 1)])
const TEXT = JSON.stringify({ first_name: 'Zoë', phone: '5125550100' })

describe('the seal of a record', () => {
  it('opens what it sealed, also in another isolate', () => {
    const seal = SEALS.create('live')
    const sealed = seal.seal(TEXT, 'beginning')
    expect(new RecordSeals([key('', 1)]).open(seal.wrappedKey, 'live').open(sealed, 'beginning')).toBe(TEXT)
  })

  it('that begins with a text is the same as one that is made without', async () => {
    const { seal, sealed } = await SEALS.begin('live', TEXT, 'beginning')
    expect(seal.open(sealed ?? new Uint8Array(), 'beginning')).toBe(TEXT)
    const opened = SEALS.open(seal.wrappedKey, 'live')
    expect(opened.open(sealed ?? new Uint8Array(), 'beginning')).toBe(TEXT)
    expect(opened.open(seal.seal(TEXT, 'continuation'), 'continuation')).toBe(TEXT)
    expect(() => seal.open(sealed ?? new Uint8Array(), 'continuation')).toThrow()
    expect((await SEALS.begin('live', null, 'beginning')).sealed).toBeNull()
  })

  it('shows nothing, and never the same twice', () => {
    const seal = SEALS.create('live')
    const [one, other] = [seal.seal(TEXT, 'beginning'), seal.seal(TEXT, 'beginning')]
    expect(Buffer.from(one).equals(Buffer.from(other))).toBe(false)
    expect(Buffer.from(one).includes('5125550100')).toBe(false)
    expect(SEALS.create('live').wrappedKey).not.toBe(seal.wrappedKey)
  })

  it('opens for its tenant, its part and by its own key only, and untouched', () => {
    const seal = SEALS.create('live')
    const sealed = seal.seal(TEXT, 'beginning')
    expect(() => SEALS.open(seal.wrappedKey, 'sandbox')).toThrow()
    expect(() => seal.open(sealed, 'continuation')).toThrow()
    expect(() => SEALS.create('live').open(sealed, 'beginning')).toThrow()
    for (const at of [0, 12, sealed.length - 1]) {
      const touched = sealed.map((byte, index) => (index === at ? byte ^ 1 : byte))
      expect(() => seal.open(touched, 'beginning')).toThrow()
    }
    expect(() => seal.open(sealed.subarray(0, 20), 'beginning')).toThrow()
  })

  it('is opened by an older key, wrapped anew by the newest, and not without the key that wrapped it', () => {
    const seal = SEALS.create('live')
    const sealed = seal.seal(TEXT, 'beginning')
    const rotated = new RecordSeals([key('k2', 2), key('', 1)]).open(seal.wrappedKey, 'live')
    expect(rotated.wrappedKey).toMatch(/^v2\.k2\./)
    const alone = new RecordSeals([key('k2', 2)])
    expect(alone.open(rotated.wrappedKey, 'live').open(sealed, 'beginning')).toBe(TEXT)
    expect(() => alone.open(seal.wrappedKey, 'live')).toThrow('not among those given')
  })
})
