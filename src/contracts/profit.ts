/** Money as answers and reports show it: what came in, what went out, and what is left. */
import { z } from '@hono/zod-openapi'
import { marginOf, microsToNumber } from '../core/money/micros'

const amount = (description: string, example: number) => z.number().openapi({ description, example })

export const profitMembers = {
  revenue: amount('What the buyers pay.', 120),
  payout: amount('What the supplier is paid.', 90),
  profit: amount('Revenue less payout.', 30),
  margin_percent: z
    .number()
    .nullable()
    .openapi({ description: 'Profit by revenue; null without revenue.', example: 25 }),
}

/** Revenue, payout and what follows from them. */
export function moneyOf({
  revenueMicros,
  payoutMicros,
}: {
  readonly revenueMicros: number
  readonly payoutMicros: number
}) {
  const profitMicros = revenueMicros - payoutMicros
  const margin = marginOf(profitMicros, revenueMicros)
  return {
    revenue: microsToNumber(revenueMicros),
    payout: microsToNumber(payoutMicros),
    profit: microsToNumber(profitMicros),
    margin_percent: margin === null ? null : margin / 10_000,
  }
}
