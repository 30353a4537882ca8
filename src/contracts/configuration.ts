/**
 * What the shapes of the management API have in common: text, whole numbers, status, and the members that every answer adds.
 *
 * The `error` of each schema is the `expected` of a field error: words for the person who wrote the body.
 */
import { z } from '@hono/zod-openapi'

/** Control characters and lone surrogates never belong in a name, and a database may cut or change them. */
const PLAIN_TEXT = /^[^\p{Cc}\p{Cs}]*$/u

/** @returns text of one to `max` characters, trimmed. */
export function textSchema(max: number) {
  const error = `text of 1 to ${max} characters`
  return z
    .string(error)
    .trim()
    .min(1, error)
    .max(max, error)
    .regex(PLAIN_TEXT, { error: `${error}, without control characters` })
}

export const nameSchema = textSchema(200).openapi({ example: 'Auto insurance, Texas' })

/** @returns a whole number within the bounds, with them in its words. */
export function wholeNumberSchema(min: number, max: number, unit = '') {
  const error = `whole number${unit === '' ? '' : ` of ${unit}`} from ${min} to ${max}`
  return z.number(error).int(error).min(min, error).max(max, error)
}

export const statusSchema = z.enum(['active', 'paused'])

/** The name of a lead's field. Ours are reserved, so that no campaign can shadow what a call means. */
export const FIELD_NAME = /^[a-z][a-z0-9_]{0,63}$/
export const RESERVED_FIELD_NAMES: ReadonlySet<string> = new Set(['flo_campaign_id', 'flo_supplier_id', 'flo_ping_id'])

/** What an answer tells beyond what was sent. */
export const recordMembers = {
  /** `archived` is what DELETE leaves behind; it cannot be set. */
  status: z.enum(['active', 'paused', 'archived']),
  created_at: z.string().openapi({ format: 'date-time' }),
  updated_at: z.string().openapi({ format: 'date-time' }),
}
