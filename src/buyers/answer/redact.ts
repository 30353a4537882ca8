/**
 * Takes personal data out of what a buyer says, since its words are stored and shown.
 *
 * Buyers quote what they were sent: "duplicate: 512-555-0182". Values are found in any case, phone numbers in any spelling,
 * and whatever looks like an email address goes too.
 */
import type { LeadFields } from '../../core/lead/fields'

const MAX_DETAIL_CHARS = 200
const REMOVED = '[removed]'
const EMAIL = /[^\s@<>"'(),;:]{1,64}(?:@|%40)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}/gi
const ASCII = /^[\x20-\x7e]*$/
/** What a URL spells as it is: such a value has one spelling. */
const UNRESERVED = /^[A-Za-z0-9_.~-]*$/
const DIGIT_RUN = /\+?\d(?:[\s().-]{0,3}\d){6,20}/g

/** Whose data must not be in what is kept of an answer. */
export interface LeadInAnswer {
  readonly lead: LeadFields
  /** Names of the personal fields; without them every value of the lead counts as personal. */
  readonly piiFields?: readonly string[] | undefined
}

/** @returns what the buyer gave as its reason, fit to be kept */
export function reasonOf(reason: string | null, context: LeadInAnswer): string | null {
  return reason === null ? null : withoutLead(reason, context)
}

/** @returns the text without personal data, at most 200 characters */
export function withoutLead(text: string, { lead, piiFields }: LeadInAnswer): string {
  // Cut first, with room for what is removed: the work is bounded whatever the buyer sends.
  const clean = withoutValues(text.slice(0, 2_000).replace(/\s+/g, ' '), { lead, piiFields })
  return clean.length > MAX_DETAIL_CHARS ? `${clean.slice(0, MAX_DETAIL_CHARS - 1)}…` : clean
}

/** @returns the whole text without personal data, for an operator to read; it must be bounded, as an answer's body is */
export function withoutValues(text: string, { lead, piiFields }: LeadInAnswer): string {
  let clean = text.replace(EMAIL, REMOVED)
  const values = Object.entries(lead)
    .filter(([name, value]) => typeof value !== 'boolean' && (piiFields === undefined || piiFields.includes(name)))
    .map(([, value]) => String(value).trim())
    .filter((value) => value.length >= (piiFields === undefined ? 3 : 1))
    .sort((left, right) => right.length - left.length)
  for (const value of values) clean = withoutValue(clean, value)
  const numbers = values.map((value) => value.replace(/\D/g, '')).filter((digits) => digits.length >= 7)
  return clean.replace(DIGIT_RUN, (run) => (sharesDigits(run.replace(/\D/g, ''), numbers) ? REMOVED : run))
}

/** Finds a value as a word of its own where it is short: the name "Al" is not in "already". */
function withoutValue(text: string, value: string): string {
  if (UNRESERVED.test(value) && isPlainlyAbsent(text, value)) return text
  const spellings = new Set([value, encodeURIComponent(value.toWellFormed()), value.replaceAll(' ', '+')])
  let clean = text
  for (const spelling of spellings) {
    if (isPlainlyAbsent(clean, spelling)) continue
    const pattern = spelling.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    const edges = value.length < 5 ? ['(?<![\\p{L}\\p{N}])', '(?![\\p{L}\\p{N}])'] : ['', '']
    clean = clean.replace(new RegExp(`${edges[0]}${pattern}${edges[1]}`, 'giu'), REMOVED)
  }
  return clean
}

/** Spares most values a pattern of their own. Outside ASCII, letters of other code points may be the same letter. */
function isPlainlyAbsent(text: string, value: string): boolean {
  return ASCII.test(text) && ASCII.test(value) && !text.toLowerCase().includes(value.toLowerCase())
}

function sharesDigits(digits: string, numbers: readonly string[]): boolean {
  return numbers.some((number) => digits.includes(number) || number.includes(digits))
}
