import { describe, expect, it } from 'vitest'
import { canonicalEmail, canonicalPhone, spellings } from '../../../src/core/suppression/contact'

describe('a phone number', () => {
  it.each([
    '5125550100',
    '15125550100',
    '+15125550100',
    '+1 (512) 555-0100',
    '(512) 555-0100',
    '512.555.0100',
    ' 512 555 0100 ',
    '1-512-555-0100',
    '5125550100.0',
    '+15125550100.00',
  ])('is one however it is written: %s', (text) => {
    expect(canonicalPhone(text)).toBe('5125550100')
  })

  it.each([
    ['+442079460958', '442079460958'],
    ['44 20 7946 0958', '442079460958'],
    ['+47 12 34 56 78', '4712345678'],
    ['5550100', '5550100'],
  ])('of another country is its digits: %s', (text, digits) => {
    expect(canonicalPhone(text)).toBe(digits)
  })

  it.each([
    '',
    '12345',
    '1234567890123456',
    'call me',
    '512-555-0100 x12',
    '5.12555E+09',
    'a@b.example',
    `${'1 '.repeat(60)}`,
  ])('is none: %s', (text) => {
    expect(canonicalPhone(text)).toBeNull()
  })

  it('is hashed by others in its national, its long and its E.164 form', () => {
    const forms = ['5125550100', '15125550100', '+15125550100']
    for (const text of ['(512) 555-0100', '+1 512 555 0100', '15125550100']) {
      expect(spellings({ type: 'phone', text })).toEqual(forms)
    }
    expect(spellings({ type: 'phone', text: '+44 20 7946 0958' })).toEqual(['442079460958', '+442079460958'])
    expect(spellings({ type: 'phone', text: '+47 12 34 56 78' })).toContain('+4712345678')
    expect(spellings({ type: 'phone', text: 'nobody' })).toEqual([])
  })
})

describe('an email address', () => {
  it('is trimmed and in lower case', () => {
    expect(canonicalEmail(' Maria.Garcia@Example.COM\t')).toBe('maria.garcia@example.com')
    expect(spellings({ type: 'email', text: 'MARIA@example.com ' })).toEqual(['maria@example.com'])
  })

  it.each([
    '',
    'maria',
    '@example.com',
    'maria@',
    'maria@@example.com',
    'ma ria@example.com',
    `${'x'.repeat(250)}@a.example`,
  ])('is none: %s', (text) => {
    expect(canonicalEmail(text)).toBeNull()
  })
})
