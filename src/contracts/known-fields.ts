/**
 * Which fields a campaign knows: those it declares, the contact fields, and those that its filters or its buyers name.
 *
 * A field that nobody declared is optional and described by its name alone, so that a filter on `state` works as soon as it
 * is written, and a buyer's template gets what it asks for.
 */
import type { FieldDefinition } from '../core/lead/fields'
import type { CampaignFieldSettings } from './campaign'
import { FIELD_NAME, RESERVED_FIELD_NAMES } from './configuration'
import { CONTACT_FIELDS, fieldByName, isPersonalByDefault, PERSONAL_NAMES } from './field-catalogue'
import { toFilter } from './filter'

/**
 * @param declared the campaign's own fields, which come first and as they are
 * @param named what filters and templates name beyond them
 */
export function knownFields(
  declared: readonly CampaignFieldSettings[],
  named: readonly string[],
): readonly FieldDefinition[] {
  const fields = new Map(declared.map((field) => [field.name, toDefinition(field)]))
  // Sorted, so that the same configuration always compiles to the same text.
  for (const name of [...CONTACT_FIELDS, ...[...named].sort()]) {
    if (!fields.has(name) && FIELD_NAME.test(name) && !RESERVED_FIELD_NAMES.has(name))
      fields.set(name, fieldByName(name))
  }
  return [...fields.values()]
}

/** @returns the names that are personal data in this campaign, declared or not. */
export function personalFieldNames(declared: readonly CampaignFieldSettings[]): readonly string[] {
  return knownFields(declared, [...PERSONAL_NAMES])
    .filter(({ pii }) => pii)
    .map(({ name }) => name)
}

function toDefinition(field: CampaignFieldSettings): FieldDefinition {
  const { name, type, required, required_on, required_when, values, pii } = field
  return {
    name,
    // Text with a list of values is an enum by another name.
    type: type === 'string' && Array.isArray(values) ? 'enum' : type,
    required,
    requiredOn: required_on,
    ...(required_when?.length ? { requiredWhen: required_when.map(toFilter) } : {}),
    values: values ?? null,
    pii: pii ?? isPersonalByDefault(name, type),
  }
}
