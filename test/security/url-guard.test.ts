import { describe, expect, it } from 'vitest'
import { checkBuyerUrl } from '../../src/security/url-guard'
import { HOSTILE_URLS } from '../support/hostile-urls'

const PRODUCTION = { allowLoopback: false }
const LOCAL = { allowLoopback: true }

const GOOD = [
  'https://buyer.example/ping',
  'https://buyer.example',
  'HTTPS://BUYER.EXAMPLE/Ping',
  'https://buyer.example:443/ping',
  'https://buyer.example:8443/ping',
  'https://api.leads.buyer.co.uk/v1/ping?key=a%20b&x=[1]',
  'https://buyer.example/?next=https://127.0.0.1/',
  'https://buyer.example/a@b:c',
  'https://127.buyer.example/',
  'https://xn--byer-1ra.example/ping',
  'https://a-b.xn--p1ai/',
  'https://localhost.buyer.example/',
  'https://mylocalhost.com/',
  'https://internal.buyer.example/',
]

describe('checkBuyerUrl', () => {
  it('knows at least 150 hostile URLs', () => {
    expect(new Set(HOSTILE_URLS).size).toBeGreaterThanOrEqual(150)
    expect(new Set(HOSTILE_URLS).size).toBe(HOSTILE_URLS.length)
  })

  it.each(HOSTILE_URLS)('refuses %j', (url) => {
    expect(checkBuyerUrl(url, PRODUCTION).ok).toBe(false)
  })

  it.each(GOOD)('lets %s pass', (url) => {
    const verdict = checkBuyerUrl(url, PRODUCTION)
    expect(verdict).toMatchObject({ ok: true })
  })

  it.each([
    'http://127.0.0.1:4000/ping',
    'https://127.0.0.1/ping',
    'http://localhost:81/ping',
    'http://LOCALHOST/ping',
    'http://[::1]:9999/ping',
  ])('lets %s pass on a machine of one’s own only', (url) => {
    expect(checkBuyerUrl(url, LOCAL).ok).toBe(true)
    expect(checkBuyerUrl(url, PRODUCTION).ok).toBe(false)
  })

  it('opens nothing else where loopback is allowed', () => {
    const loopback = /^https:\/\/(?:127\.0\.0\.1|localhost|\[::1\])\/ping$/i
    const others = HOSTILE_URLS.filter((url) => !loopback.test(url)).concat([
      'http://127.0.0.2/',
      'http://2130706433/',
      'http://127.1:4000/',
      'http://user@127.0.0.1/',
      'http://[::ffff:127.0.0.1]:4000/',
      'http://localhost.:4000/',
      'http://x.localhost:4000/',
      'http://192.168.0.1/',
      'http://buyer.example/',
      'ftp://127.0.0.1/',
    ])
    expect(others.filter((url) => checkBuyerUrl(url, LOCAL).ok)).toEqual([])
  })

  it('takes further ports by name', () => {
    expect(checkBuyerUrl('https://buyer.example:9443/', { ...PRODUCTION, allowPorts: [9443] }).ok).toBe(true)
    expect(checkBuyerUrl('https://buyer.example:9443/', PRODUCTION)).toEqual({ ok: false, reason: 'port' })
  })

  it.each([
    ['http://buyer.example/', 'scheme'],
    ['https://u:p@buyer.example/', 'credentials'],
    ['https://2130706433/', 'ip_address'],
    ['https://[::1]/', 'ip_address'],
    ['https://db.internal/', 'private_name'],
    ['https://b\u00fcyer.example/', 'ambiguous_host'],
    ['https://buyer.example/#x', 'fragment'],
    ['https://buyer.example/ x', 'malformed'],
  ])('says of %s that it is refused for its %s', (url, reason) => {
    expect(checkBuyerUrl(url, PRODUCTION)).toEqual({ ok: false, reason })
  })
})
