/** `GET /v1/reports/pnl`: what was received, sold, earned and paid, by whatever it is grouped by. */
import { z } from '@hono/zod-openapi'
import { checkPeriod, periodMembers } from './period'
import { profitMembers } from './profit'

export const PNL_KEYS = ['campaign', 'supplier', 'buyer', 'day', 'hour'] as const
export type PnlKey = (typeof PNL_KEYS)[number]

const KEY_WORDS = `some of: ${PNL_KEYS.join(', ')}`

const isKey = (text: string): text is PnlKey => PNL_KEYS.some((key) => key === text)

const groupBySchema = z
  .string(KEY_WORDS)
  .transform((text, context) => {
    const names = text.split(',').map((name) => name.trim())
    const keys = names.filter(isKey)
    if (keys.length === names.length && new Set(keys).size === keys.length) return keys
    context.addIssue({ code: 'custom', message: `${KEY_WORDS}; each once, with commas between` })
    return z.NEVER
  })
  .openapi({ type: 'string', example: 'campaign,day' })

export const pnlQuerySchema = z
  .object({ ...periodMembers, group_by: groupBySchema.optional() })
  .superRefine(checkPeriod)

const { revenue, payout, profit } = profitMembers
const movedMembers = { revenue, payout, profit }
const grossSchema = z.object(profitMembers)
/** The same words for what is left once returns are taken off. */
const netMembers = {
  revenue: revenue.openapi({ description: 'Net: what the buyers pay, less returns.' }),
  payout: payout.openapi({ description: 'Net: what the supplier is paid, less returns.' }),
  profit: profit.openapi({ description: 'Net: revenue less payout.' }),
  margin_percent: profitMembers.margin_percent.openapi({ description: 'Net profit by net revenue; null without.' }),
}

const measures = {
  leads: z.number().int().openapi({ description: 'Leads received; grouped by buyer: those it bought.' }),
  sold: z.number().int().openapi({ description: 'Leads that somebody bought.' }),
  sales: z.number().int().openapi({ description: 'Sales; a lead that two buyers share is two. Returned ones count.' }),
  ...netMembers,
  gross: grossSchema.openapi({ description: 'As it was sold.' }),
  returned: z
    .object({ sales: z.number().int().openapi({ description: 'Sales that were returned.' }), ...movedMembers })
    .openapi({ description: 'What went back, at the hour of its lead.' }),
}

const name = z.string().nullable().optional()

export const pnlRowSchema = z
  .object({
    campaign_id: z.string().optional(),
    campaign_name: name,
    supplier_id: z.string().optional(),
    supplier_name: name,
    buyer_id: z.string().nullable().optional().openapi({ description: 'Null for leads that nobody bought.' }),
    buyer_name: name,
    day: z.string().optional().openapi({ example: '2026-11-20' }),
    hour: z.string().optional().openapi({ example: '2026-11-20T09:00:00Z' }),
    ...measures,
  })
  .openapi('PnlRow')

export const pnlReportSchema = z
  .object({
    from: z.string().openapi({ format: 'date-time' }),
    to: z.string().openapi({ format: 'date-time', description: 'The end, itself not in the report.' }),
    group_by: z.array(z.enum(PNL_KEYS)),
    currency: z.string().openapi({ example: 'USD' }),
    rows: z.array(pnlRowSchema),
    totals: z.object(measures),
  })
  .openapi('PnlReport')

export type PnlReportWire = z.input<typeof pnlReportSchema>
