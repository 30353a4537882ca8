/**
 * Contact data has no place in a ping of the exchange: it is refused by the name of its member, wherever that stands, before
 * anything is made of it.
 */
import { PERSONAL_NAMES } from '../../contracts/field-catalogue'
import type { FieldDefinition } from '../../core/lead/fields'
import type { JsonObject } from '../plumbing/body'

const MAX_NAMED = 20

/**
 * @param definitions the campaign's fields: what one says of itself holds, for a name of its own or one of the usual
 * @returns the dotted paths of members that carry personal data
 */
export function contactDataIn(input: JsonObject, definitions: readonly FieldDefinition[]): readonly string[] {
  const personal = new Set(PERSONAL_NAMES)
  for (const { name, pii } of definitions) {
    if (pii) personal.add(name)
    else personal.delete(name)
  }
  const found: string[] = []
  const look = (value: unknown, path: string) => {
    if (typeof value !== 'object' || value === null) return
    for (const [name, member] of Object.entries(value)) {
      if (found.length >= MAX_NAMED) return
      const at = `${path}${name}`
      const isBlank = member === null || member === ''
      if (!isBlank && typeof member !== 'object' && personal.has(name.toLowerCase())) found.push(at.slice(0, 200))
      else look(member, `${at}.`)
    }
  }
  look(input, '')
  return found
}
