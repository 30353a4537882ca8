/** A buyer contract as its endpoints answer it: never with a secret. */
import { z } from '@hono/zod-openapi'
import type { BuyerContractRow } from '../../../stores/buyer-contract-store'
import type { AppContext } from '../../app'

export const buyerContractParams = z.object({ id: z.string(), buyerId: z.string() })

export function buyerContractWire(c: AppContext): (row: BuyerContractRow) => object {
  const { contractCompiler } = c.var.services
  return (row) => ({
    id: row.id,
    campaign_id: row.campaignId,
    buyer_id: row.buyerId,
    ...contractCompiler.maskSecrets(row.settings),
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  })
}
