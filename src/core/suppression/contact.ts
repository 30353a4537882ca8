/**
 * A phone or an email as suppression knows it: one canonical form for all spellings of one contact, so that a list and a lead
 * need not write it the same way.
 *
 * Too wide a match costs one lead, too narrow a one calls somebody who asked not to be called: where a spelling is ambiguous,
 * it matches.
 */

export type ContactType = 'phone' | 'email'

export interface Contact {
  readonly type: ContactType
  /** As it was written. */
  readonly text: string
}

const MAX_PHONE_CHARS = 40
const MAX_EMAIL_CHARS = 254
const PHONE = /^[\d\s()+./-]+$/
/** What a spreadsheet makes of a phone number. */
const DECIMAL = /^(\+?\d{7,15})\.0+$/
const EMAIL = /^[^\s@]+@[^\s@]+$/

/** @returns the ten digits of a North American number, all digits of any other, or null where it is no phone number */
export function canonicalPhone(text: string): string | null {
  const digits = digitsOf(text)
  if (digits === null) return null
  return isNorthAmerican(digits) ? digits.slice(1) : digits
}

/** @returns the address trimmed and in lower case, or null where it is none */
export function canonicalEmail(text: string): string | null {
  if (text.length > 2 * MAX_EMAIL_CHARS) return null
  const email = text.trim().toLowerCase()
  return email.length <= MAX_EMAIL_CHARS && EMAIL.test(email) ? email : null
}

export function canonical({ type, text }: Contact): string | null {
  return type === 'phone' ? canonicalPhone(text) : canonicalEmail(text)
}

/**
 * The spellings that a hashed list may have hashed: a phone as its digits, national, with the 1, and as E.164; an email in
 * its canonical form.
 */
export function spellings({ type, text }: Contact): readonly string[] {
  if (type === 'email') {
    const email = canonicalEmail(text)
    return email === null ? [] : [email]
  }
  const digits = digitsOf(text)
  if (digits === null) return []
  const national = isNorthAmerican(digits) ? digits.slice(1) : digits
  if (national.length !== 10) return [digits, `+${digits}`]
  const northAmerican = [national, `1${national}`, `+1${national}`]
  // Ten digits behind a plus that are no North American number, as +47 12 34 56 78, have an E.164 form of their own.
  return text.trim().startsWith('+') && digits.length === 10 ? [...northAmerican, `+${digits}`] : northAmerican
}

function digitsOf(text: string): string | null {
  if (text.length > 2 * MAX_PHONE_CHARS) return null
  const written = text.trim().replace(DECIMAL, '$1')
  if (written.length > MAX_PHONE_CHARS || !PHONE.test(written)) return null
  const digits = written.replace(/\D/g, '')
  return digits.length >= 7 && digits.length <= 15 ? digits : null
}

function isNorthAmerican(digits: string): boolean {
  return digits.length === 11 && digits.startsWith('1')
}
