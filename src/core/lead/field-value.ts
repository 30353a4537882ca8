/**
 * One value of a lead: checked against its field's type, and normalised.
 *
 * Normalising is what makes two spellings of one phone number the same lead. Suppliers send forms, where every value is
 * text, so the plain text form of a number or boolean is taken for the value it spells. No pattern here sees more text than
 * its type can need, so that no hostile value costs more than a plain one.
 */
import { unreachable } from '../assert'
import type { FieldDefinition, FieldError, FieldType, FieldValue } from './fields'

export type Read =
  | { readonly ok: true; readonly value: FieldValue }
  | { readonly ok: false; readonly code: FieldError['code']; readonly expected?: string }

export const MAX_FIELD_CHARS = 8_192

/** The longest text that can be a value of its type, with room for white space and punctuation within. */
const MAX_CHARS: { readonly [type in FieldType]: number } = {
  string: MAX_FIELD_CHARS,
  enum: MAX_FIELD_CHARS,
  number: 40,
  boolean: 10,
  date: 40,
  email: 254,
  phone: 40,
  state: 2,
  zip: 10,
  url: 2_048,
}

const US_STATES = new Set(
  (
    'AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA ' +
    'RI SC SD TN TX UT VT VA WA WV WI WY DC PR VI GU AS MP AA AE AP'
  ).split(' '),
)

const INVALID: Read = { ok: false, code: 'invalid_value' }
const WRONG_TYPE: Read = { ok: false, code: 'wrong_type' }

/** @param raw a member as it arrived: any JSON value, or a form's text */
export function readValue(definition: FieldDefinition, raw: unknown): Read {
  if (typeof raw === 'number' ? !Number.isFinite(raw) : typeof raw !== 'string' && typeof raw !== 'boolean') {
    return WRONG_TYPE
  }
  const { type } = definition
  // Half of a surrogate pair, cut off by a careless form, cannot be written in UTF-8.
  const text = String(raw).trim().toWellFormed()
  if (text.length > MAX_FIELD_CHARS) {
    return { ok: false, code: 'too_long', expected: `at most ${MAX_FIELD_CHARS} characters` }
  }
  if (type === 'number') return readNumber(raw, text)
  if (type === 'boolean') return readBoolean(text)
  // A phone or ZIP sent as a JSON number is common and means what it spells. A boolean spells nothing but a string.
  if (typeof raw === 'boolean' && type !== 'string' && type !== 'enum') return WRONG_TYPE
  return text.length > MAX_CHARS[type] ? INVALID : readText(type, definition.values, text)
}

function readText(
  type: Exclude<FieldType, 'number' | 'boolean'>,
  values: readonly string[] | null,
  text: string,
): Read {
  switch (type) {
    case 'string':
      return values === null ? { ok: true, value: text } : readListed(values, text)
    case 'enum':
      return readListed(values ?? [], text)
    case 'date':
      return isDate(text) ? { ok: true, value: text.slice(0, 10) } : INVALID
    case 'email':
      return EMAIL.test(text) ? { ok: true, value: text.toLowerCase() } : INVALID
    case 'phone':
      return readPhone(text)
    case 'state': {
      const state = text.toUpperCase()
      return US_STATES.has(state) ? { ok: true, value: state } : INVALID
    }
    case 'zip':
      return readZip(text)
    case 'url':
      return HTTPS_URL.test(text) ? { ok: true, value: text } : INVALID
    default:
      return unreachable(type)
  }
}

// Without the flag i: together with u it would take the Kelvin sign for a k.
const EMAIL =
  /^[^\s\p{Cc}@"<>(),;:\\[\]]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)+$/u
const HTTPS_URL =
  /^[hH][tT]{2}[pP][sS]:\/\/[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d{1,5})?(?:[/?#][^\s\p{Cc}]*)?$/u

/** The operator's own spelling of a listed value is what is kept. */
function readListed(values: readonly string[], text: string): Read {
  const wanted = text.toLowerCase()
  const value = values.find((allowed) => allowed.toLowerCase() === wanted)
  return value === undefined ? INVALID : { ok: true, value }
}

/** A form spells a number in digits; an exponent is taken only from JSON, where it is a number already. */
function readNumber(raw: unknown, text: string): Read {
  if (typeof raw === 'boolean') return WRONG_TYPE
  if (typeof raw === 'string' && (text.length > MAX_CHARS.number || !/^-?\d{1,15}(\.\d{1,9})?$/.test(text))) {
    return WRONG_TYPE
  }
  const value = Number(text)
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER)
    return { ok: false, code: 'invalid_value', expected: 'number within ±2^53' }
  return { ok: true, value }
}

function readBoolean(text: string): Read {
  switch (text.length > MAX_CHARS.boolean ? '' : text.toLowerCase()) {
    case 'true':
    case '1':
    case 'yes':
    case 'on':
      return { ok: true, value: true }
    case 'false':
    case '0':
    case 'no':
      return { ok: true, value: false }
    default:
      return WRONG_TYPE
  }
}

/** Keeps digits and a leading plus; a US number of ten digits, or eleven with 1, becomes the ten digits it is known by. */
function readPhone(text: string): Read {
  if (!/^\+?[\d\s().-]+$/.test(text)) return INVALID
  const digits = text.replace(/\D/g, '')
  if (digits.length < 7 || digits.length > 15) return INVALID
  if (digits.length === 11 && digits.startsWith('1')) return { ok: true, value: digits.slice(1) }
  return { ok: true, value: text.startsWith('+') ? `+${digits}` : digits }
}

/** Nine digits are written with their hyphen, as the post office does. */
function readZip(text: string): Read {
  const match = /^(\d{5})(?:-?(\d{4}))?$/.exec(text)
  if (match === null) return INVALID
  const [, five = '', four] = match
  return { ok: true, value: four === undefined ? five : `${five}-${four}` }
}

/** A time of day may follow; the day is what is kept. */
const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/

function isDate(text: string): boolean {
  const match = DATE.exec(text)
  if (match === null) return false
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  if (year < 1800 || month < 1 || month > 12 || day < 1) return false
  return day <= daysInMonth(year, month)
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
