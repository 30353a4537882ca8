/** After the sale: what suppliers and buyers report of a lead, and what buyers return. */
import { z } from '@hono/zod-openapi'
import { parseMicros } from '../core/money/micros'
import { textSchema } from './configuration'
import { amountSchema, amountToMicros } from './money'
import { pageQuerySchema, pageSchema } from './pagination'
import { returnReasonSchema } from './return-terms'
import { roleSchema } from './scopes'

/** How far a lead has come with whoever works it. */
export const LEAD_STAGES = [
  'contacted',
  'qualified',
  'disqualified',
  'appointment_set',
  'quoted',
  'converted',
  'not_interested',
  'unreachable',
  'invalid',
] as const
export type LeadStage = (typeof LEAD_STAGES)[number]

const leadId = z.string().openapi({ example: 'ld_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu' })
const returnId = z.string().openapi({ example: 'ret_01J9ZQ5F8W3B6T1X0V7K2M4N5P' })
const instant = z.string().openapi({ format: 'date-time' })
const note = textSchema(1_000).openapi({ description: 'Sealed at rest, and erased with the lead.' })

const INSTANT_WORDS = 'RFC 3339 time as 2026-11-20T09:00:00Z'
const REVENUE_WORDS = 'amount from 0 to 1000000000 with at most six decimals'

const feedbackMembers = {
  status: z.enum(LEAD_STAGES).openapi({ example: 'qualified' }),
  /** A form sends it as text. */
  reported_revenue: z
    .union([amountSchema, z.string().refine((text) => parseMicros(text) !== null, { error: REVENUE_WORDS })], {
      error: REVENUE_WORDS,
    })
    .optional()
    .openapi({ type: 'number', example: 120, description: 'What came of it, as its reporter says; moves no money.' }),
  note: note.optional(),
  occurred_at: z.iso
    .datetime({ offset: true, error: INSTANT_WORDS })
    .optional()
    .openapi({ description: 'Now where left out.' }),
}

/** The body of `POST /v1/leads/{id}/status`. */
export const leadStatusSchema = z.strictObject(feedbackMembers).openapi('LeadStatus')
/** The body of `POST /api/v1/lead-update`. */
export const leadUpdateSchema = z
  .strictObject({
    lead_id: z
      .string('id')
      .min(1, 'id')
      .max(100, 'id')
      .openapi({ example: 'ld_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu' }),
    ...feedbackMembers,
  })
  .openapi('LeadUpdate')

export type FeedbackInput = z.output<typeof leadStatusSchema>

/** @returns micros, or null where nothing was reported */
export function reportedMicros({ reported_revenue: revenue }: FeedbackInput): number | null {
  if (revenue === undefined) return null
  return typeof revenue === 'string' ? parseMicros(revenue) : amountToMicros(revenue)
}

export const feedbackAnswerSchema = z
  .object({
    data: z.object({
      id: z.string().openapi({ example: 'fbk_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
      lead_id: leadId,
      status: z.enum(LEAD_STAGES),
      reported_revenue: z.number().nullable(),
      currency: z.string().openapi({ example: 'USD' }),
      occurred_at: instant,
      created_at: instant,
    }),
  })
  .openapi('LeadFeedbackAnswer')

/** The newest that was reported of a lead, as leads show it. */
export const feedbackSchema = z
  .object({
    status: z.enum(LEAD_STAGES),
    by: roleSchema,
    reported_revenue: z.number().nullable(),
    note: z.string().nullable(),
    occurred_at: instant,
  })
  .openapi('LeadFeedback')

/** The body of `POST /v1/leads/{id}/return`. */
export const returnRequestSchema = z
  .strictObject({
    reason: returnReasonSchema,
    note: note.optional(),
    buyer_id: z
      .string('id')
      .min(1, 'id')
      .max(100, 'id')
      .optional()
      .openapi({ description: 'For operators: which buyer of a shared lead; needed where there are several.' }),
    restore_caps: z
      .boolean('true or false')
      .optional()
      .openapi({ description: "For operators; as the buyer's contract says where left out." }),
    await_decision: z
      .boolean('true or false')
      .optional()
      .openapi({ description: 'For operators: puts it on record without approving it.' }),
  })
  .openapi('ReturnRequest')

/** The body of `POST /v1/returns/{id}/approve`. */
export const returnApprovalSchema = z
  .strictObject({ restore_caps: z.boolean('true or false').optional() })
  .openapi('ReturnApproval')

export const leadReturnSchema = z
  .object({
    id: returnId,
    lead_id: leadId,
    campaign_id: z.string(),
    buyer_id: z.string(),
    status: z.enum(['requested', 'approved', 'denied']),
    reason: returnReasonSchema,
    note: z.string().nullable(),
    amount: z.number().openapi({ description: 'What the buyer paid, and gets back.', example: 38.5 }),
    payout: z.number().optional().openapi({ description: 'What the supplier gives back. Shown to operators.' }),
    currency: z.string().openapi({ example: 'USD' }),
    sold_at: instant,
    requested_by: z.enum(['buyer', 'operator']),
    requested_at: instant,
    decided_by: z.enum(['rule', 'operator']).nullable(),
    decided_at: instant.nullable(),
    restore_caps: z.boolean(),
    test: z.boolean(),
  })
  .openapi('LeadReturn')

export type LeadReturnWire = z.input<typeof leadReturnSchema>
export type FeedbackWire = z.input<typeof feedbackSchema>

export const returnListQuerySchema = pageQuerySchema(1).extend({
  status: z.enum(['requested', 'approved', 'denied']).optional(),
})
export const returnPageSchema = pageSchema(leadReturnSchema).openapi('LeadReturnPage')
