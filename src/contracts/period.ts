/**
 * `from` and `to` of lists and reports: an instant with its offset, or a date, which is a whole day in UTC.
 *
 * A period holds its start and not its end; a date as `to` ends with its last moment, so that `from` and `to` of one date are
 * that day.
 */
import { z } from '@hono/zod-openapi'

const WORDS = 'date as 2026-11-20, or RFC 3339 time as 2026-11-20T09:00:00Z'
const DAY_MS = 86_400_000
/** Times are compared as text, which holds while years have four digits; "for ever" is often written as the last of them. */
const LATEST = Date.parse('9999-12-31T00:00:00Z')

const instant = z.iso.datetime({ offset: true })
const date = z.iso.date()

function periodEdge(edge: 'from' | 'to') {
  return z
    .string(WORDS)
    .transform((text, context) => {
      const at = readEdge(text, edge)
      if (at !== null) return at
      context.addIssue({ code: 'custom', message: WORDS })
      return z.NEVER
    })
    .openapi({ type: 'string', example: edge === 'from' ? '2026-11-01' : '2026-11-30' })
}

/** @returns ms since 1970, or null where the text is neither */
function readEdge(text: string, edge: 'from' | 'to'): number | null {
  if (date.safeParse(text).success) return atMost(Date.parse(`${text}T00:00:00Z`) + (edge === 'to' ? DAY_MS : 0))
  // A plus that was not percent-encoded arrives as a space.
  const spelled = text.toUpperCase().replace(' ', '+')
  return instant.safeParse(spelled).success ? atMost(Date.parse(spelled)) : null
}

function atMost(ms: number): number {
  return Math.min(ms, LATEST)
}

/** Members of a query; ms since 1970. */
export const periodMembers = { from: periodEdge('from').optional(), to: periodEdge('to').optional() }

/** Refuses a period that ends before it begins. */
export function checkPeriod(
  period: { readonly from?: number | undefined; readonly to?: number | undefined },
  context: z.core.$RefinementCtx,
): void {
  if (period.from === undefined || period.to === undefined || period.from < period.to) return
  context.addIssue({ code: 'custom', path: ['to'], message: 'later than from' })
}
