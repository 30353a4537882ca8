import { describe, expect, it } from 'vitest'
import { isInNetworks, normaliseNetwork } from '../../src/security/networks'

describe('a network', () => {
  it.each([
    ['203.0.113.7/24', '203.0.113.0/24'],
    ['203.0.113.7/32', '203.0.113.7/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:DB8:0:0::1/32', '2001:db8::/32'],
    ['::1/128', '::1/128'],
  ])('%s is kept as %s', (text, kept) => {
    expect(normaliseNetwork(text)).toBe(kept)
  })

  it.each([
    '',
    '203.0.113.7',
    '203.0.113.0/33',
    '010.0.0.1/8',
    '0x7f.1/8',
    '10/8',
    '10.1/16',
    '::/129',
    'a/8',
    '1.2.3.4/-1',
    '1.2.3.4/8 ',
  ])('%j is none', (text) => {
    expect(normaliseNetwork(text)).toBeNull()
  })
})

describe('an address', () => {
  const networks = ['203.0.113.0/24', '2001:db8::/32']

  it.each(['203.0.113.0', '203.0.113.255', '::ffff:203.0.113.9', '2001:db8:1::1'])('%s is inside', (address) => {
    expect(isInNetworks(address, networks)).toBe(true)
  })

  it.each([
    '203.0.114.0',
    '2001:db9::1',
    '::ffff:203.0.114.9',
    '',
    'localhost',
    '203.0.113.9, 10.0.0.1',
    null,
    undefined,
  ])('%j is outside', (address) => {
    expect(isInNetworks(address, networks)).toBe(false)
  })

  it('is in no network of none', () => {
    expect(isInNetworks('203.0.113.1', [])).toBe(false)
  })
})
