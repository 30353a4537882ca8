/** A supplier as its endpoints answer it. */
import { z } from '@hono/zod-openapi'
import type { SupplierRow } from '../../../stores/supplier-store'

export const supplierParams = z.object({ id: z.string().openapi({ example: 'sup_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }) })

export function supplierWire(row: SupplierRow): object {
  return {
    id: row.id,
    ...row.settings,
    status: row.archivedAt === null ? row.settings.status : 'archived',
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  }
}
