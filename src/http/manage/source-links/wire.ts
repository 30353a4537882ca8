/** A source link as its endpoints answer it. */
import { z } from '@hono/zod-openapi'
import type { SourceLinkRow } from '../../../stores/source-link-store'

export const sourceLinkParams = z.object({ id: z.string(), supplierId: z.string() })

export function sourceLinkWire(row: SourceLinkRow): object {
  return {
    campaign_id: row.campaignId,
    supplier_id: row.supplierId,
    ...row.settings,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  }
}
