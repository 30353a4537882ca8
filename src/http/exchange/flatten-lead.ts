/**
 * The members of a posted lead under the names of the campaign's fields: what stands in `address` and `tcpa` is brought up, and
 * each name remembers where it stood, so that an error can name what was sent.
 */
import type { JsonObject } from '../plumbing/body'

const NESTED: { readonly [group: string]: { readonly [member: string]: string } } = {
  address: { line1: 'address', city: 'city', state: 'state', zip: 'zip' },
  tcpa: {
    consent_text: 'tcpa_consent_text',
    consent_timestamp: 'tcpa_consent_timestamp',
    ip_address: 'ip_address',
    trustedform_cert_url: 'trustedform_cert_url',
  },
}

export interface FlatLead {
  readonly members: JsonObject
  /** @returns the path at which the field stood, or would have to stand */
  pathOf(field: string): string
}

export function flattenLead(lead: JsonObject): FlatLead {
  const members = Object.create(null) as Record<string, unknown>
  const paths = new Map<string, string>()
  for (const [name, value] of Object.entries(lead)) {
    if (Object.hasOwn(NESTED, name) && isObject(value)) continue
    members[name] = value
    paths.set(name, `lead.${name}`)
  }
  for (const [group, names] of Object.entries(NESTED)) {
    const nested = Object.hasOwn(lead, group) ? lead[group] : undefined
    for (const [member, field] of Object.entries(names)) {
      const path = `lead.${group}.${member}`
      const value = isObject(nested) && Object.hasOwn(nested, member) ? nested[member] : undefined
      if (isPresent(value)) {
        members[field] = value
        paths.set(field, path)
      } else if (!paths.has(field)) paths.set(field, path)
    }
  }
  return { members, pathOf: (field) => paths.get(field) ?? `lead.${field}` }
}

/** Null and blank text count as absent, as everywhere in a lead. */
export function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null && !(typeof value === 'string' && value.trim() === '')
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
