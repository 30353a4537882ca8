/** A buyer as its endpoints answer it. */
import { z } from '@hono/zod-openapi'
import type { Credit } from '../../../contracts/balance'
import { DEFAULT_PINGS_PER_SECOND } from '../../../core/limits/shares'
import { microsToNumber } from '../../../core/money/micros'
import type { BuyerRow } from '../../../stores/buyer-store'

export const buyerParams = z.object({ id: z.string().openapi({ example: 'buy_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }) })

export function buyerWire(row: BuyerRow): object {
  return {
    id: row.id,
    ping_rate: { per_second: DEFAULT_PINGS_PER_SECOND },
    prepaid: null,
    ...row.settings,
    status: row.archivedAt === null ? row.settings.status : 'archived',
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  }
}

export function creditWire(credit: Credit, { buyerId, currency }: { buyerId: string; currency: string }): object {
  const { id, note, reference, amountMicros, balanceMicros, at } = credit
  return {
    id,
    buyer_id: buyerId,
    amount: microsToNumber(amountMicros),
    currency,
    note,
    reference,
    balance: microsToNumber(balanceMicros),
    created_at: new Date(at).toISOString(),
  }
}
