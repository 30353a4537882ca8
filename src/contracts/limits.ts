/** Caps and budgets of source links and buyers. The cap itself is the one of buyer contracts. */
import { z } from '@hono/zod-openapi'
import { capSchema } from './buyer-contract'
import { amountSchema } from './money'

export const capsSchema = z.array(capSchema).max(20, 'at most 20 caps')

/** A bare amount is a total; an object names the period in which it is renewed. */
export const budgetSchema = z.union(
  [
    amountSchema,
    z.strictObject({
      amount: amountSchema,
      period: z.enum(['day', 'week', 'month', 'total']).default('total'),
      timezone: capSchema.shape.timezone.default('UTC'),
    }),
  ],
  { error: 'amount, or {"amount","period","timezone"}' },
)
