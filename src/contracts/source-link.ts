/** A supplier in a campaign, and what it is paid there: `/v1/campaigns/{id}/suppliers/{supplierId}`. */
import { z } from '@hono/zod-openapi'
import { recordMembers, statusSchema } from './configuration'
import { capsSchema } from './limits'
import { amountSchema, percentSchema } from './money'

/** The body of the PUT. The amount of the mode that is not chosen may stand there; it has no effect. */
export const sourceLinkSettingsSchema = z
  .strictObject({
    status: statusSchema.default('active'),
    cost_mode: z.enum(['fixed', 'revenue_share']),
    cost_amount: amountSchema.nullable().default(null),
    cost_percent: percentSchema.nullable().default(null),
    min_payout: amountSchema.nullable().default(null),
    max_payout: amountSchema.nullable().default(null),
    caps: capsSchema.default([]),
    ping_caps: capsSchema.default([]),
    test_mode: z.boolean().default(false),
  })
  .superRefine((link, context) => {
    const wanted = link.cost_mode === 'fixed' ? 'cost_amount' : 'cost_percent'
    if (link[wanted] === null) {
      const message = `${wanted}, as cost_mode is ${link.cost_mode}`
      context.addIssue({ code: 'custom', path: [wanted], message, params: { code: 'missing_required' } })
    }
    if (link.min_payout !== null && link.max_payout !== null && link.min_payout > link.max_payout) {
      context.addIssue({ code: 'custom', path: ['max_payout'], message: 'at least min_payout' })
    }
  })
  .openapi('SourceLinkSettings', { example: { cost_mode: 'revenue_share', cost_percent: 75 } })

export const sourceLinkSchema = z
  .object({
    campaign_id: z.string(),
    supplier_id: z.string(),
    ...sourceLinkSettingsSchema.shape,
    ...recordMembers,
    status: statusSchema,
  })
  .openapi('SourceLink')

export type SourceLinkSettings = z.output<typeof sourceLinkSettingsSchema>
