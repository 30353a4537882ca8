/** A supplier as its endpoints answer it. */
import { z } from '@hono/zod-openapi'
import { DEFAULT_CONCURRENT_AUCTIONS, DEFAULT_REQUESTS_PER_SECOND } from '../../../core/limits/request-rate'
import type { SupplierRow } from '../../../stores/supplier-store'

export const supplierParams = z.object({ id: z.string().openapi({ example: 'sup_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }) })

export function supplierWire(row: SupplierRow): object {
  return {
    id: row.id,
    rate_limit: { per_second: DEFAULT_REQUESTS_PER_SECOND },
    max_concurrent_auctions: DEFAULT_CONCURRENT_AUCTIONS,
    ...row.settings,
    status: row.archivedAt === null ? row.settings.status : 'archived',
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  }
}
