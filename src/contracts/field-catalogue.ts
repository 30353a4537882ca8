/**
 * What a lead's field is by its name alone: the type of fields that a campaign uses without declaring, and whether a field
 * is personal data unless the operator says otherwise.
 *
 * The type errs towards text: a wrong guess would refuse leads that the operator never asked to have checked.
 */
import type { FieldDefinition, FieldType } from '../core/lead/fields'

/** A lead's contact data: every campaign knows these, and asks for all four where it declares no fields. */
export const CONTACT_FIELDS = ['first_name', 'last_name', 'phone', 'email'] as const

const TYPES = new Map<string, FieldType>([
  ['phone', 'phone'],
  ['email', 'email'],
  ['state', 'state'],
  ['zip', 'zip'],
  ['url', 'url'],
  ['trustedform_cert_url', 'url'],
  ['landing_page_url', 'url'],
  // The exchange's own members, which it says the types of.
  ['ai_quality_score', 'number'],
  ['currently_insured', 'boolean'],
  ['tcpa_consent', 'boolean'],
  ['dob', 'date'],
  ['date_of_birth', 'date'],
])

export const PERSONAL_NAMES: ReadonlySet<string> = new Set([
  'first_name',
  'last_name',
  'name',
  'email',
  'phone',
  'address',
  'street',
  'ip_address',
  'dob',
  'date_of_birth',
])
const PERSONAL_TYPES = new Set<FieldType>(['email', 'phone'])

/** @returns the type of a field that nobody declared. */
export function typeByName(name: string): FieldType {
  return TYPES.get(name) ?? 'string'
}

/** Whether a field is personal data where the operator does not say. */
export function isPersonalByDefault(name: string, type: FieldType): boolean {
  return PERSONAL_NAMES.has(name) || PERSONAL_TYPES.has(type)
}

/** @returns an optional field as its name alone describes it. */
export function fieldByName(name: string): FieldDefinition {
  const type = typeByName(name)
  return { name, type, required: false, requiredOn: 'post', values: null, pii: isPersonalByDefault(name, type) }
}
