import { describe, expect, it } from 'vitest'
import { columnNamed, readCells } from '../../../src/core/suppression/columns'
import { csvShape, isNameLine, readCsvRecord } from '../../../src/core/suppression/csv'
import { KIND_BITS, kindBits, kindNames } from '../../../src/core/suppression/entry'

const MD5 = '0123456789abcdef0123456789abcdef'
const SHA1 = `${MD5}01234567`
const SHA256 = `${MD5}${MD5}`

const read = (cells: { readonly [name: string]: string }) =>
  readCells(Object.entries(cells).map(([name, text]) => [columnNamed(name), text]))
const reasons = (cells: { readonly [name: string]: string }) => read(cells).map((one) => (one.ok ? 'ok' : one.reason))

describe('an entry', () => {
  it.each([
    [{ value: '+1 512 555 0100' }, { kind: 'raw', type: 'phone', text: '5125550100' }],
    [{ value: ' Maria@Example.com' }, { kind: 'raw', type: 'email', text: 'maria@example.com' }],
    [{ value: MD5.toUpperCase() }, { kind: 'hash', type: null, algorithm: 'md5', hex: MD5 }],
    [{ value: SHA1 }, { kind: 'hash', type: null, algorithm: 'sha1', hex: SHA1 }],
    [{ hash: SHA256 }, { kind: 'hash', type: null, algorithm: 'sha256', hex: SHA256 }],
    [
      { hash: MD5, type: 'Phone' },
      { kind: 'hash', type: 'phone', algorithm: 'md5', hex: MD5 },
    ],
    [
      { hash: SHA256, algorithm: 'SHA-256', type: 'email' },
      { kind: 'hash', type: 'email', algorithm: 'sha256', hex: SHA256 },
    ],
    [{ phone: SHA256 }, { kind: 'hash', type: 'phone', algorithm: 'sha256', hex: SHA256 }],
    [{ email_md5: MD5 }, { kind: 'hash', type: 'email', algorithm: 'md5', hex: MD5 }],
    [{ 'Phone Number': '512-555-0100' }, { kind: 'raw', type: 'phone', text: '5125550100' }],
    [{ 'E-Mail': 'a@b.example' }, { kind: 'raw', type: 'email', text: 'a@b.example' }],
    [
      { phone: '5125550100', type: 'mobile' },
      { kind: 'raw', type: 'phone', text: '5125550100' },
    ],
  ])('is read: %o', (cells, entry) => {
    expect(read(cells)).toEqual([{ ok: true, entry }])
  })

  it.each([
    [{ value: 'Maria' }, 'unrecognized'],
    [{ value: 'maria@' }, 'not_an_email'],
    [{ phone: 'maria@example.com' }, 'not_a_phone'],
    [{ email: '5125550100' }, 'not_an_email'],
    [{ hash: '5125550100' }, 'not_a_hash'],
    [{ hash: MD5, algorithm: 'sha1' }, 'wrong_hash_length'],
    [{ sha256: MD5 }, 'wrong_hash_length'],
    [{ md5: '0123' }, 'wrong_hash_length'],
    [{ hash: MD5, algorithm: 'crc32' }, 'unknown_algorithm'],
    [{ hash: MD5, type: 'address' }, 'unknown_type'],
    [{ phone: ' ', email: '' }, 'no_value'],
    [{ name: 'Maria' }, 'no_value'],
  ])('is refused: %o', (cells, reason) => {
    expect(reasons(cells)).toEqual([reason])
  })

  it('is one for each value of a line, and a bad one does not take the others with it', () => {
    expect(reasons({ phone: 'nobody', email: 'a@b.example', md5: MD5 })).toEqual(['not_a_phone', 'ok', 'ok'])
  })

  it('without a type may be the hash of either', () => {
    const [hash] = read({ hash: MD5 })
    expect(hash?.ok && kindBits(hash.entry)).toBe(KIND_BITS.md5_phone | KIND_BITS.md5_email)
    expect(kindNames(KIND_BITS.phone | KIND_BITS.sha256_email)).toEqual(['phone', 'sha256_email'])
  })
})

describe('a CSV', () => {
  it('is known by the names of its first line, in any order and with any separator', () => {
    for (const first of ['name,Phone,EMAIL', 'name;phone;email', 'name\tphone\temail']) {
      const shape = csvShape(first)
      expect(shape?.columns?.map((column) => (typeof column === 'object' ? column?.type : column))).toEqual([
        undefined,
        'phone',
        'email',
      ])
    }
  })

  it('without names has one column', () => {
    const shape = csvShape('5125550100')
    expect(shape).toMatchObject({ columns: null })
    expect(csvShape('5125550100,')).toMatchObject({ columns: null })
    expect(csvShape('Maria,5125550100')).toBeNull()
  })

  it('knows its line of names when it comes again', () => {
    const shape = csvShape('phone,email')
    if (shape === null) throw new Error('no shape')
    expect(isNameLine('phone,email', shape)).toBe(true)
    expect(isNameLine('5125550100,a@b.example', shape)).toBe(false)
  })

  it('may quote its values', () => {
    const shape = csvShape('"name","phone"')
    if (shape === null) throw new Error('no shape')
    const cells = readCsvRecord('"Garcia, ""Maria""","(512) 555-0100"', shape)
    expect(cells?.map(([, text]) => text)).toEqual(['Garcia, "Maria"', '(512) 555-0100'])
    expect(readCsvRecord('a,b,c', shape)).toBeNull()
    expect(readCsvRecord('a,b,', shape)).not.toBeNull()
  })
})
