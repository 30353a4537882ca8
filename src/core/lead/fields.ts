/**
 * The fields of a lead: what a campaign knows, how a value is checked and normalised.
 *
 * Normalising is what makes two spellings of one phone number the same lead. Suppliers send forms, where every value is
 * text, so the plain text form of a number or boolean is taken for the value it spells.
 */

export type FieldType = 'string' | 'number' | 'boolean' | 'date' | 'email' | 'phone' | 'state' | 'zip' | 'url' | 'enum'

export type FieldValue = string | number | boolean

/** A lead's values by field name. Built without a prototype, so that no input can reach one. */
export type LeadFields = { [name: string]: FieldValue }

export interface FieldDefinition {
  readonly name: string
  readonly type: FieldType
  readonly required: boolean
  /** On which call a required field must be there; one required on the ping is required on the post too. */
  readonly requiredOn: 'ping' | 'post'
  /** Allowed values of an enum or a string, in the operator's spelling; null where any will do. */
  readonly values: readonly string[] | null
  /** Personal data: never sent in a ping unless a buyer contract lists it. */
  readonly pii: boolean
}

export interface FieldError {
  readonly field: string
  readonly code:
    | 'missing_required'
    | 'wrong_type'
    | 'invalid_value'
    | 'too_long'
    | 'too_many_fields'
    | 'unknown_field'
    | 'mismatch'
  readonly expected: string
}

export const MAX_FIELD_CHARS = 8_192
export const MAX_FIELDS = 100

const US_STATES = new Set(
  (
    'AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA ' +
    'RI SC SD TN TX UT VT VA WA WV WI WY DC PR VI GU AS MP AA AE AP'
  ).split(' '),
)

const EXPECTED: { readonly [type in FieldType]: string } = {
  string: 'text',
  number: 'number',
  boolean: 'true or false',
  date: 'date as YYYY-MM-DD',
  email: 'email address',
  phone: 'phone number of 7 to 15 digits',
  state: 'two-letter US state code',
  zip: 'US ZIP code of 5 or 9 digits',
  url: 'https URL',
  enum: 'one of the allowed values',
}

/** @returns what a value of this field must be, in words for a person. */
export function expectedOf(field: FieldDefinition): string {
  return field.values !== null ? `one of: ${field.values.join(', ')}` : EXPECTED[field.type]
}

/** @returns a lead without a prototype, to put values in. */
export function emptyLead(): LeadFields {
  return Object.create(null) as LeadFields
}

/**
 * Checks one call's members against the fields that a campaign knows, and normalises what is kept.
 *
 * @param definitions the campaign's fields
 * @param input members as they arrived; unknown ones are ignored, null and blank text count as absent
 * @param call which call it is: a field required on the post may be absent from a ping
 * @returns the normalised values with the errors; values are usable only where there are no errors
 */
export function readFields(
  definitions: readonly FieldDefinition[],
  input: { readonly [name: string]: unknown },
  call: 'ping' | 'post',
): { readonly fields: LeadFields; readonly errors: readonly FieldError[] } {
  const fields = emptyLead()
  const errors: FieldError[] = []
  for (const definition of definitions) {
    const raw = Object.hasOwn(input, definition.name) ? input[definition.name] : undefined
    if (raw === undefined || raw === null || (typeof raw === 'string' && raw.trim() === '')) {
      if (definition.required && (call === 'post' || definition.requiredOn === 'ping')) {
        errors.push({ field: definition.name, code: 'missing_required', expected: expectedOf(definition) })
      }
      continue
    }
    const read = readValue(definition, raw)
    if (read.ok) fields[definition.name] = read.value
    else errors.push({ field: definition.name, code: read.code, expected: read.expected ?? expectedOf(definition) })
  }
  return { fields, errors }
}

type Read =
  | { readonly ok: true; readonly value: FieldValue }
  | { readonly ok: false; readonly code: FieldError['code']; readonly expected?: string }

const INVALID: Read = { ok: false, code: 'invalid_value' }

function readValue(definition: FieldDefinition, raw: unknown): Read {
  if (typeof raw === 'object') return { ok: false, code: 'wrong_type' }
  if (definition.type === 'number') return readNumber(raw)
  if (definition.type === 'boolean') return readBoolean(raw)
  if (typeof raw === 'number' && !Number.isFinite(raw)) return { ok: false, code: 'wrong_type' }
  // A phone or ZIP sent as a JSON number is common and means what it spells. A boolean spells nothing but a string.
  if (typeof raw === 'boolean' && definition.type !== 'string' && definition.type !== 'enum') {
    return { ok: false, code: 'wrong_type' }
  }
  const text = String(raw).trim()
  if (text.length > MAX_FIELD_CHARS) {
    return { ok: false, code: 'too_long', expected: `at most ${MAX_FIELD_CHARS} characters` }
  }
  return readText(definition, text)
}

function readText(definition: FieldDefinition, text: string): Read {
  switch (definition.type) {
    case 'string':
      return definition.values === null ? { ok: true, value: text } : readListed(definition.values, text)
    case 'number':
    case 'boolean':
      return { ok: true, value: text }
    case 'date':
      return isDate(text) ? { ok: true, value: text.slice(0, 10) } : INVALID
    case 'email':
      return EMAIL.test(text) && text.length <= 254 ? { ok: true, value: text.toLowerCase() } : INVALID
    case 'phone':
      return readPhone(text)
    case 'state': {
      const state = text.toUpperCase()
      return US_STATES.has(state) ? { ok: true, value: state } : INVALID
    }
    case 'zip':
      return /^\d{5}(-?\d{4})?$/.test(text) ? { ok: true, value: text } : INVALID
    case 'url':
      return isHttpsUrl(text) ? { ok: true, value: text } : INVALID
    case 'enum':
      return readListed(definition.values ?? [], text)
  }
}

/** The operator's own spelling of a listed value is what is kept. */
function readListed(values: readonly string[], text: string): Read {
  const wanted = text.toLowerCase()
  const value = values.find((allowed) => allowed.toLowerCase() === wanted)
  return value === undefined ? INVALID : { ok: true, value }
}

const EMAIL = /^[^\s@"<>(),;:\\[\]]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i
const HTTPS_URL = /^https:\/\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?(?:[/?#]\S*)?$/i

function isHttpsUrl(text: string): boolean {
  return HTTPS_URL.test(text) && text.length <= 2_048
}

function readNumber(raw: unknown): Read {
  if (typeof raw === 'boolean') return { ok: false, code: 'wrong_type' }
  const text = String(raw).trim()
  if (typeof raw === 'string' && !/^-?\d{1,15}(\.\d{1,9})?$/.test(text)) return { ok: false, code: 'wrong_type' }
  const value = Number(text)
  if (!Number.isFinite(value)) return { ok: false, code: 'wrong_type' }
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER)
    return { ok: false, code: 'invalid_value', expected: 'number within ±2^53' }
  return { ok: true, value }
}

function readBoolean(raw: unknown): Read {
  if (typeof raw === 'boolean') return { ok: true, value: raw }
  const text = String(raw).trim().toLowerCase()
  if (text === 'true' || text === '1' || text === 'yes') return { ok: true, value: true }
  if (text === 'false' || text === '0' || text === 'no') return { ok: true, value: false }
  return { ok: false, code: 'wrong_type' }
}

/** Keeps digits and a leading plus; a US number of ten digits, or eleven with 1, becomes the ten digits it is known by. */
function readPhone(text: string): Read {
  if (!/^\+?[\d\s().-]+$/.test(text)) return INVALID
  const digits = text.replace(/\D/g, '')
  if (digits.length < 7 || digits.length > 15) return INVALID
  if (digits.length === 11 && digits.startsWith('1')) return { ok: true, value: digits.slice(1) }
  if (digits.length === 10 || !text.startsWith('+'))
    return { ok: true, value: text.startsWith('+') ? `+${digits}` : digits }
  return { ok: true, value: `+${digits}` }
}

function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?$/.exec(text)
  if (match === null) return false
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  if (year < 1800 || month < 1 || month > 12 || day < 1) return false
  return day <= daysInMonth(year, month)
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
