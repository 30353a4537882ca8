import { describe, expect, it } from 'vitest'
import { type BidClaims, BidTokens } from '../../src/security/bid-token'
import { PingTokens } from '../../src/security/ping-token'

const key = (kid: string, seed: number) => ({ kid, secret: new Uint8Array(32).fill(seed) })
const TOKENS = new BidTokens([key('k1', 1)])
const CLAIMS: BidClaims = {
  campaignId: 'camp_1',
  supplierId: 'sup_1',
  objectId: 'ab'.repeat(32),
  reference: 'a7f3',
  expiresAt: 1_795_176_000_000,
}
const LONG = 'x'.repeat(300)
const FIELDS = { state: 'TX', score: 0.84, insured: false, note: LONG }

describe('a bid token', () => {
  it('says what it was signed for, and carries what was pinged but for what is long', async () => {
    const token = await TOKENS.sign(CLAIMS, FIELDS)
    expect(token).toMatch(/^bid_[\w-]+\.k1\.[\w-]{43}$/)
    expect(token).not.toContain(btoa(LONG).slice(0, 40))
    expect(await TOKENS.open(token)).toMatchObject({
      claims: CLAIMS,
      pinged: { state: 'TX', score: 0.84, insured: false },
    })
  })

  it('knows a changed field, of any length and type, and takes an absent one for equal', async () => {
    const bid = await TOKENS.open(await TOKENS.sign(CLAIMS, FIELDS))
    expect(await bid?.mismatched(FIELDS)).toEqual([])
    expect(await bid?.mismatched({})).toEqual([])
    expect(await bid?.mismatched({ ...FIELDS, extra: 'x' })).toEqual([])
    expect(await bid?.mismatched({ state: 'FL', score: '0.84', insured: true, note: `${LONG}y` })).toEqual([
      'state',
      'score',
      'insured',
      'note',
    ])
  })

  it('is nothing changed, under another key, or without its prefix', async () => {
    const token = await TOKENS.sign(CLAIMS, FIELDS)
    const [payload = '', kid, mac = ''] = token.split('.')
    const other = mac.startsWith('A') ? 'B' : 'A'
    for (const forged of [
      '',
      'bid_',
      token.slice(4),
      `${payload}A.${kid}.${mac}`,
      `${payload}.k2.${mac}`,
      `${payload}.${kid}.${other}${mac.slice(1)}`,
      `${token}=`,
      `bid_${'x'.repeat(100_000)}`,
    ]) {
      expect(await TOKENS.open(forged)).toBeNull()
    }
    expect(await new BidTokens([key('k1', 2)]).open(token)).toBeNull()
    expect(await new BidTokens([key('k2', 2), key('k1', 1)]).open(token)).not.toBeNull()
  })

  it('and a ping id are nothing to one another, though the same keys sign both', async () => {
    const pings = new PingTokens([key('k1', 1)])
    const { reference: _, ...claims } = CLAIMS
    const pingId = await pings.sign({ ...claims, mode: 'auction' }, FIELDS)
    expect(await TOKENS.open(`bid_${pingId}`)).toBeNull()
    expect(await pings.open((await TOKENS.sign(CLAIMS, FIELDS)).slice(4))).toBeNull()
  })
})
