/**
 * A filter on a lead's field as operators write it, in campaigns and buyer contracts alike.
 *
 * Says which kind of value an operator takes, so that `in` with a single word is refused when it is configured instead of
 * silently passing nothing later.
 */
import { z } from '@hono/zod-openapi'
import type { Filter, FilterOp } from '../core/lead/filters'

const OPS = [
  'eq',
  'ne',
  'in',
  'not_in',
  'gt',
  'gte',
  'lt',
  'lte',
  'between',
  'contains',
  'starts_with',
  'ends_with',
  'exists',
  'not_exists',
] as const satisfies readonly FilterOp[]

export const MAX_FILTERS = 50
const MAX_VALUES = 1_000

/** The name of a campaign's field. */
export const fieldNameSchema = z
  .string()
  .regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/, { error: 'name of 1 to 64 letters, digits and underscores' })
  .openapi({ example: 'state' })

const scalarSchema = z.union([z.string().max(500), z.number(), z.boolean()])

export const filterSchema = z
  .strictObject({
    field: fieldNameSchema,
    op: z.enum(OPS),
    value: z.union([scalarSchema, z.array(scalarSchema).min(1).max(MAX_VALUES), z.null()]).optional(),
  })
  .superRefine((filter, context) => {
    const expected = expectedValue(filter.op, filter.value ?? null)
    if (expected !== null) context.addIssue({ code: 'custom', path: ['value'], message: expected })
  })
  .openapi('Filter', { example: { field: 'state', op: 'in', value: ['TX', 'FL', 'CA'] } })

export type FilterInput = z.infer<typeof filterSchema>

/** @returns the filter as core takes it. */
export function toFilter({ field, op, value }: FilterInput): Filter {
  return { field, op, value: value ?? null }
}

/** @returns what the operator takes, where the value is something else; null where it fits. */
function expectedValue(op: FilterOp, value: Filter['value']): string | null {
  switch (op) {
    case 'exists':
    case 'not_exists':
      return value === null ? null : `${op} takes no value`
    case 'in':
    case 'not_in':
      return Array.isArray(value) ? null : `${op} takes a list`
    case 'between':
      return Array.isArray(value) && value.length === 2 ? null : 'between takes a list of two'
    default:
      return value !== null && typeof value !== 'object' ? null : `${op} takes a single value`
  }
}
