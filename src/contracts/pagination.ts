/**
 * Lists: `?limit=&cursor=` → `{"data":[…],"next_cursor":null}`.
 *
 * A cursor names the last row that was seen, so that rows which come or go meanwhile neither repeat nor hide others. It is
 * opaque to callers and holds nothing secret; a store treats what it decodes as a value to compare with, never as proof.
 */
import { z } from '@hono/zod-openapi'

export const DEFAULT_LIMIT = 50
export const MAX_LIMIT = 200

const LIMIT_WORDS = `whole number from 1 to ${MAX_LIMIT}`
const CURSOR_WORDS = 'next_cursor of an earlier answer'

/** One page of rows, and the place after the last of them. */
export interface Page<Row> {
  readonly rows: readonly Row[]
  /** Null on the last page. */
  readonly next: readonly string[] | null
}

/** @param after the place that an earlier page ended at */
export interface PageRequest {
  readonly limit: number
  readonly after: readonly string[] | null
}

const limitSchema = z
  .string(LIMIT_WORDS)
  .regex(/^\d{1,3}$/, { error: LIMIT_WORDS })
  .transform(Number)
  .refine((limit) => limit >= 1 && limit <= MAX_LIMIT, { error: LIMIT_WORDS })
  .openapi({ type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT })

/** @returns the query of a list whose cursor has this many parts. */
export function pageQuerySchema(cursorParts: number) {
  const cursor = z.string(CURSOR_WORDS).transform((text, context) => {
    const parts = decodeCursor(text)
    if (parts !== null && parts.length === cursorParts) return parts
    context.addIssue({ code: 'custom', message: CURSOR_WORDS })
    return z.NEVER
  })
  return z.object({ limit: limitSchema.optional(), cursor: cursor.openapi({ type: 'string' }).optional() })
}

/** @returns the answer's schema for a list of these. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), next_cursor: z.string().nullable() })
}

/** @returns an answer in the shape of the contract. */
export function pageBody<Row>(page: Page<Row>, toWire: (row: Row) => unknown): object {
  return { data: page.rows.map(toWire), next_cursor: page.next === null ? null : encodeCursor(page.next) }
}

/**
 * Cuts a page from rows that were asked for with a limit of one more, which tells whether there are others.
 *
 * @param placeOf what the cursor after a row consists of
 */
export function toPage<Row>(rows: readonly Row[], limit: number, placeOf: (row: Row) => readonly string[]): Page<Row> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { rows: shown, next: rows.length > limit && last !== undefined ? placeOf(last) : null }
}

/** @param parts ASCII texts, as ids and times are */
export function encodeCursor(parts: readonly string[]): string {
  return btoa(JSON.stringify(parts)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** @returns the parts, or null where the text is not a cursor. */
export function decodeCursor(text: string): readonly string[] | null {
  if (!/^[A-Za-z0-9_-]{1,512}$/.test(text)) return null
  let parts: unknown
  try {
    parts = JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/')))
  } catch {
    return null
  }
  return isPlace(parts) ? parts : null
}

function isPlace(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((part) => typeof part === 'string' && /^[ -~]*$/.test(part))
}
