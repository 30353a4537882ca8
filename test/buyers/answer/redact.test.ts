import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withoutLead } from '../../../src/buyers/answer/redact'
import { lead, MARIA, PII_FIELDS } from '../support'

const clean = (text: string, fields = MARIA) => withoutLead(text, { lead: fields, piiFields: PII_FIELDS })

describe('withoutLead', () => {
  it.each([
    ['Duplicate lead', 'Duplicate lead'],
    ['phone 5125550182 is known', 'phone [removed] is known'],
    ['phone (512) 555-0182 is known', 'phone ([removed] is known'],
    ['phone +1 512 555 0182 is known', 'phone [removed] is known'],
    ['phone 1-512-555-0182', 'phone [removed]'],
    ['MARIA.LOPEZ@EXAMPLE.COM is known', '[removed] is known'],
    ['someone.else@example.org too', '[removed] too'],
    ['maria.lopez%40example.com', '[removed]'],
    ['lead of Maria LOPEZ, 1200 sample st', 'lead of [removed] [removed], [removed]'],
    ['at 1200+Sample+St and 1200%20Sample%20St', 'at [removed] and [removed]'],
    ['from 203.0.113.42', 'from [removed]'],
    ['state TX is closed, 2 vehicles', 'state TX is closed, 2 vehicles'],
    ['ai_quality_score 0.84 < buyer_min 0.90', 'ai_quality_score 0.84 < buyer_min 0.90'],
    ['lead 21777961 of 2026-05-11', 'lead 21777961 of 2026-05-11'],
    ['two\r\n\tlines', 'two lines'],
  ])('%j becomes %j', (text, expected) => {
    expect(clean(text)).toBe(expected)
  })

  it('finds short names as words only', () => {
    expect(clean('Al is already known', lead({ first_name: 'Al' }))).toBe('[removed] is already known')
  })

  it('is at most 200 characters long', () => {
    expect(clean('x'.repeat(5_000))).toHaveLength(200)
  })

  it('holds every value for personal where nobody says which are', () => {
    expect(withoutLead('Houston is closed for Maria', { lead: MARIA })).toBe('[removed] is closed for [removed]')
  })

  it('never lets a personal value through', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 5, maxLength: 20 }), fc.string(), fc.string(), (value, before, after) => {
        const name = value.trim().replace(/\s+/g, ' ')
        fc.pre(name.length >= 5 && !'[removed]'.includes(name.toLowerCase()))
        const text = clean(`${before} ${name} ${after}`, lead({ first_name: name }))
        expect(text.toLowerCase().replaceAll('[removed]', '')).not.toContain(name.toLowerCase())
      }),
    )
  })
})
