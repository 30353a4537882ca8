import { describe, expect, it } from 'vitest'
import { expectedOf, type FieldDefinition, type FieldType, readFields } from '../../../src/core/lead/fields'

function field(type: FieldType, overrides: Partial<FieldDefinition> = {}): FieldDefinition {
  return { name: 'it', type, required: false, requiredOn: 'post', values: null, pii: false, ...overrides }
}

/** Reads one value of a type: what is kept, or the code and the words of the error. */
function read(type: FieldType, raw: unknown, overrides: Partial<FieldDefinition> = {}): unknown {
  const { fields, errors } = readFields([field(type, overrides)], { it: raw }, 'post')
  return errors[0] ?? fields.it
}

const STATES = { values: ['Own', 'Rent'] }
const OVERFLOW = JSON.parse('1e400')

describe('a value of each type', () => {
  it.each<[FieldType, unknown, unknown]>([
    ['string', '  Zoë O’Neil ', 'Zoë O’Neil'],
    ['string', 12.5, '12.5'],
    ['string', true, 'true'],
    ['string', 'line one\nline two', 'line one\nline two'],
    ['number', 42, 42],
    ['number', ' 42 ', 42],
    ['number', '-0.84', -0.84],
    ['number', 1e3, 1000],
    ['boolean', true, true],
    ['boolean', 'TRUE', true],
    ['boolean', '1', true],
    ['boolean', 1, true],
    ['boolean', 'yes', true],
    ['boolean', false, false],
    ['boolean', 'No', false],
    ['boolean', 0, false],
    ['date', '1990-02-28', '1990-02-28'],
    ['date', '2000-02-29', '2000-02-29'],
    ['date', '2026-11-20T23:59:59.123Z', '2026-11-20'],
    ['date', '2026-11-20T08:00+01:00', '2026-11-20'],
    ['email', 'Zoe.O+tag@Mail.Example.COM', 'zoe.o+tag@mail.example.com'],
    ['email', 'josé@example.com', 'josé@example.com'],
    ['phone', '(512) 555-0100', '5125550100'],
    ['phone', '512.555.0100', '5125550100'],
    ['phone', '+1 512 555 0100', '5125550100'],
    ['phone', '1-512-555-0100', '5125550100'],
    ['phone', 5125550100, '5125550100'],
    ['phone', '+44 20 7946 0958', '+442079460958'],
    ['phone', '442079460958', '442079460958'],
    ['phone', '5550100', '5550100'],
    ['state', 'tx', 'TX'],
    ['state', ' Ca ', 'CA'],
    ['state', 'DC', 'DC'],
    ['zip', '77001', '77001'],
    ['zip', 77001, '77001'],
    ['zip', '77001-1234', '77001-1234'],
    ['zip', '770011234', '77001-1234'],
    ['url', 'https://cert.trustedform.com/0123abc?x=1#y', 'https://cert.trustedform.com/0123abc?x=1#y'],
    ['url', 'HTTPS://example.com', 'HTTPS://example.com'],
    ['url', 'https://example.com:8443/', 'https://example.com:8443/'],
  ])('as %s keeps %j as %j', (type, raw, kept) => {
    expect(read(type, raw)).toBe(kept)
  })

  it.each<[FieldType, unknown, string]>([
    ['number', 'abc', 'wrong_type'],
    ['number', '1,000', 'wrong_type'],
    ['number', '1e3', 'wrong_type'],
    ['number', '0x10', 'wrong_type'],
    ['number', '--1', 'wrong_type'],
    ['number', 'NaN', 'wrong_type'],
    ['number', 'Infinity', 'wrong_type'],
    ['number', true, 'wrong_type'],
    ['number', 2 ** 54, 'invalid_value'],
    ['boolean', 'maybe', 'wrong_type'],
    ['boolean', 2, 'wrong_type'],
    ['date', '2023-02-29', 'invalid_value'],
    ['date', '1900-02-29', 'invalid_value'],
    ['date', '2026-13-01', 'invalid_value'],
    ['date', '2026-00-10', 'invalid_value'],
    ['date', '2026-04-31', 'invalid_value'],
    ['date', '2026-04-00', 'invalid_value'],
    ['date', '01/31/1990', 'invalid_value'],
    ['date', '1990-1-31', 'invalid_value'],
    ['date', '1790-01-31', 'invalid_value'],
    ['date', '2026-11-20T25:00', 'invalid_value'],
    ['date', '2026-11-20 08:00', 'invalid_value'],
    ['date', 19900131, 'invalid_value'],
    ['date', true, 'wrong_type'],
    ['email', 'zoe', 'invalid_value'],
    ['email', 'zoe@localhost', 'invalid_value'],
    ['email', 'zoe@@example.com', 'invalid_value'],
    ['email', 'zoe@example..com', 'invalid_value'],
    ['email', 'zoe@-example.com', 'invalid_value'],
    ['email', 'Zoe <zoe@example.com>', 'invalid_value'],
    ['email', 'a b@example.com', 'invalid_value'],
    ['email', 'a\u0000b@example.com', 'invalid_value'],
    ['email', 'zoe@example.\u212Aom', 'invalid_value'],
    ['email', `${'a'.repeat(250)}@b.co`, 'invalid_value'],
    ['phone', '555-010', 'invalid_value'],
    ['phone', '1'.repeat(16), 'invalid_value'],
    ['phone', '512-555-0100 ext 2', 'invalid_value'],
    ['phone', '512+5550100', 'invalid_value'],
    ['phone', '٥١٢٥٥٥٠١٠٠', 'invalid_value'],
    ['phone', true, 'wrong_type'],
    ['state', 'Texas', 'invalid_value'],
    ['state', 'XX', 'invalid_value'],
    ['zip', '7700', 'invalid_value'],
    ['zip', '77001-12', 'invalid_value'],
    ['zip', 'ABCDE', 'invalid_value'],
    ['zip', 2134, 'invalid_value'],
    ['url', 'http://example.com', 'invalid_value'],
    ['url', 'javascript:alert(1)', 'invalid_value'],
    ['url', 'https://', 'invalid_value'],
    ['url', 'https://user:pass@example.com/', 'invalid_value'],
    ['url', 'https://example.com/a b', 'invalid_value'],
    ['url', 'https://example.com\\@evil.example', 'invalid_value'],
    ['url', `https://example.com/${'a'.repeat(2_048)}`, 'invalid_value'],
  ])('as %s refuses %j as %s', (type, raw, code) => {
    expect(read(type, raw)).toMatchObject({ field: 'it', code })
  })

  it('keeps a listed value in the operator’s spelling, and refuses any other', () => {
    for (const type of ['enum', 'string'] as const) {
      expect(read(type, 'rent ', STATES)).toBe('Rent')
      expect(read(type, 'lease', STATES)).toEqual({ field: 'it', code: 'invalid_value', expected: 'one of: Own, Rent' })
    }
    expect(read('enum', true, { values: ['true', 'false'] })).toBe('true')
    expect(read('enum', 'anything')).toMatchObject({ code: 'invalid_value' })
  })

  it.each<FieldType>(['string', 'number', 'boolean', 'date', 'email', 'phone', 'state', 'zip', 'url', 'enum'])(
    'as %s is never an object, a list, or a number that is none',
    (type) => {
      for (const raw of [{}, [], ['TX'], { it: 1 }, OVERFLOW, Number.NaN]) {
        expect(read(type, raw, STATES)).toMatchObject({ code: 'wrong_type' })
      }
    },
  )

  it('says in words what was expected', () => {
    expect(read('state', 'Texas')).toEqual({ field: 'it', code: 'invalid_value', expected: 'two-letter US state code' })
    expect(expectedOf(field('url'))).toBe('https URL')
  })
})

describe('which fields a call must carry', () => {
  const fields = [
    field('string', { name: 'first_name', required: true }),
    field('state', { name: 'state', required: true, requiredOn: 'ping' }),
    field('zip', { name: 'zip' }),
  ]
  const missing = (input: { readonly [name: string]: unknown }, call: 'ping' | 'post') =>
    readFields(fields, input, call).errors.map(({ field: name, code }) => `${name} ${code}`)

  it('a ping carries what is required on the ping', () => {
    expect(missing({}, 'ping')).toEqual(['state missing_required'])
    expect(missing({ state: 'TX' }, 'ping')).toEqual([])
  })

  it('a post carries all that is required', () => {
    expect(missing({}, 'post')).toEqual(['first_name missing_required', 'state missing_required'])
  })

  it.each([null, undefined, '', '   ', '\t\n', '\u00A0'])('takes %j for absent', (blank) => {
    expect(missing({ first_name: blank, state: 'TX', zip: blank }, 'post')).toEqual(['first_name missing_required'])
  })

  it('checks what an optional field carries', () => {
    expect(missing({ first_name: 'Zoë', state: 'TX', zip: 'x' }, 'post')).toEqual(['zip invalid_value'])
  })

  it('names every error at once, in the order of the fields', () => {
    expect(missing({ state: 'Texas', zip: [] }, 'post')).toEqual([
      'first_name missing_required',
      'state invalid_value',
      'zip wrong_type',
    ])
  })

  it('ignores members that the campaign does not know', () => {
    const { fields: kept } = readFields(fields, { first_name: 'Zoë', state: 'TX', ssn: '1', constructor: 'x' }, 'post')
    expect({ ...kept }).toEqual({ first_name: 'Zoë', state: 'TX' })
  })
})

describe('a field that is asked for under a condition', () => {
  const when = (requiredWhen: FieldDefinition['requiredWhen'] & {}, overrides: Partial<FieldDefinition> = {}) => [
    field('string', { name: 'insurer', requiredOn: 'ping', requiredWhen, ...overrides }),
    field('boolean', { name: 'insured' }),
    field('number', { name: 'age' }),
  ]
  const missing = (definitions: readonly FieldDefinition[], input: object, call: 'ping' | 'post' = 'post') =>
    readFields(definitions, { ...input }, call).errors.map((error) => `${error.field} ${error.code}`)
  const INSURED = { field: 'insured', op: 'eq', value: true } as const
  const ADULT = { field: 'age', op: 'gte', value: 18 } as const
  const NO_AGE = { field: 'age', op: 'not_exists', value: null } as const

  it('is missing only where all of it holds, whatever else is required', () => {
    expect(missing(when([INSURED, ADULT]), { insured: 'yes', age: 18 })).toEqual(['insurer missing_required'])
    expect(missing(when([INSURED, ADULT]), { insured: true, age: 17 })).toEqual([])
    expect(missing(when([INSURED], { required: true }), { insured: false })).toEqual([])
    expect(missing(when([INSURED]), { insured: true, insurer: 'Crown' })).toEqual([])
  })

  it('is judged on a post by what is absent, on a ping by what is there', () => {
    expect(missing(when([NO_AGE]), {})).toEqual(['insurer missing_required'])
    expect(missing(when([NO_AGE]), {}, 'ping')).toEqual([])
    expect(missing(when([INSURED]), { insured: true }, 'ping')).toEqual(['insurer missing_required'])
    expect(missing(when([INSURED], { requiredOn: 'post' }), { insured: true }, 'ping')).toEqual([])
  })
})
