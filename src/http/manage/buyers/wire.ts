/** A buyer as its endpoints answer it. */
import { z } from '@hono/zod-openapi'
import { DEFAULT_PINGS_PER_SECOND } from '../../../core/limits/shares'
import type { BuyerRow } from '../../../stores/buyer-store'

export const buyerParams = z.object({ id: z.string().openapi({ example: 'buy_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }) })

export function buyerWire(row: BuyerRow): object {
  return {
    id: row.id,
    ping_rate: { per_second: DEFAULT_PINGS_PER_SECOND },
    ...row.settings,
    status: row.archivedAt === null ? row.settings.status : 'archived',
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  }
}
