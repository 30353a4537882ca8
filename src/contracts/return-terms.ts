/** What a buyer contract says of returns. */
import { z } from '@hono/zod-openapi'
import { DEFAULT_RETURN_TERMS, RETURN_REASONS, type ReturnTerms } from '../core/sale/returns'

const MAX_RULES = 20

export const returnReasonSchema = z.enum(RETURN_REASONS).openapi({ example: 'wrong_number' })

const reasonsSchema = z.array(returnReasonSchema).min(1).max(RETURN_REASONS.length)

const ruleSchema = z.strictObject({
  decision: z.enum(['approve', 'deny']),
  reasons: reasonsSchema.optional().openapi({ description: 'Any reason where left out.' }),
  within_hours: z
    .number()
    .int()
    .min(1)
    .max(8_760)
    .optional()
    .openapi({ description: 'Of the sale; any time where left out.' }),
})

export const returnTermsSchema = z
  .strictObject({
    window_days: z
      .number()
      .int()
      .min(0)
      .max(365)
      .optional()
      .openapi({ description: 'From the sale; 0 allows no returns.', default: 7 }),
    reasons: reasonsSchema.optional().openapi({ description: 'Those that are taken; all where left out.' }),
    automatic: z
      .array(ruleSchema)
      .max(MAX_RULES)
      .optional()
      .openapi({ description: 'The first rule that fits decides; where none does, the operator.' }),
    restore_caps: z.boolean().optional().openapi({
      description: "Whether a return gives the buyer's caps and budgets their place back.",
      default: false,
    }),
  })
  .openapi('ReturnTerms')

export type ReturnTermsInput = z.infer<typeof returnTermsSchema>

/** @param input as the contract has it; left out or null is the default */
export function readReturnTerms(input: ReturnTermsInput | null | undefined): ReturnTerms {
  return {
    windowDays: input?.window_days ?? DEFAULT_RETURN_TERMS.windowDays,
    reasons: input?.reasons ?? DEFAULT_RETURN_TERMS.reasons,
    automatic: (input?.automatic ?? []).map(({ decision, reasons = null, within_hours: withinHours = null }) => {
      return { decision, reasons, withinHours }
    }),
    restoreCaps: input?.restore_caps ?? DEFAULT_RETURN_TERMS.restoreCaps,
  }
}
