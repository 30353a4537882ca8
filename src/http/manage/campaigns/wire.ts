/** A campaign as its endpoints answer it. */
import { z } from '@hono/zod-openapi'
import type { CampaignRow } from '../../../stores/campaign-store'

export const campaignParams = z.object({ id: z.string().openapi({ example: 'camp_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }) })

export function campaignWire(row: CampaignRow): object {
  return {
    id: row.id,
    ...row.settings,
    status: row.archivedAt === null ? row.settings.status : 'archived',
    version: row.version,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  }
}
