import { expect, test } from 'vitest'
import { KeyedHash } from '../../src/security/keyed-hash'
import { ShareTokens } from '../../src/security/share-token'

const CAMPAIGN = 'camp_01J9ZQ5F8W3B6T1X0V7K2M4N5P'
const SUPPLIER = 'sup_01J9ZQ5F8W3B6T1X0V7K2M4N5Q'
const tokens = new ShareTokens(new KeyedHash(new Uint8Array(32).fill(7)))
const sign = (nonce = 'one') => tokens.sign(CAMPAIGN, SUPPLIER, nonce)

async function isGenuine(token: string, nonce = 'one', by = tokens): Promise<boolean> {
  const claims = by.read(token)
  return claims !== null && (await by.isGenuine(claims, nonce))
}

test('a token says its campaign and supplier, and is letters and digits only', async () => {
  const token = await sign()
  expect(token).toMatch(/^[0-9A-Za-z]{92}$/)
  expect(tokens.read(token)).toMatchObject({ campaignId: CAMPAIGN, supplierId: SUPPLIER })
  expect(await isGenuine(token)).toBe(true)
})

test('another nonce, key, campaign, supplier or character makes it worthless', async () => {
  const token = await sign()
  expect(await isGenuine(token, 'two')).toBe(false)
  expect(await isGenuine(token, 'one', new ShareTokens(new KeyedHash(new Uint8Array(32).fill(8))))).toBe(false)
  for (let at = 0; at < token.length; at++) {
    const turned = token.slice(0, at) + (token[at] === '0' ? '1' : '0') + token.slice(at + 1)
    expect([at, await isGenuine(turned)]).toEqual([at, false])
  }
})

test('what has not the form of a token is not looked at', () => {
  for (const text of [
    '',
    'x',
    '0'.repeat(92).toLowerCase().slice(1),
    `${'0'.repeat(92)}0`,
    `${'I'.repeat(52)}${'0'.repeat(40)}`,
  ])
    expect(tokens.read(text)).toBeNull()
})
