/** An API key as its endpoints answer it: never the key, and never its hash. */
import { z } from '@hono/zod-openapi'
import type { ApiKeyRow } from '../../../stores/api-key-store'

export const apiKeyParams = z.object({ id: z.string().openapi({ example: 'key_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }) })

/** @param now ms since 1970 */
export function apiKeyWire(row: ApiKeyRow, now: number): object {
  return {
    id: row.id,
    role: row.role,
    subject_id: row.subjectId,
    name: row.name,
    status: statusOf(row, now),
    prefix: row.prefix,
    last_four: row.lastFour,
    scopes: row.scopes,
    allowed_networks: row.allowedNetworks ?? [],
    rate_limit: row.requestsPerSecond === null ? null : { per_second: row.requestsPerSecond },
    created_at: row.createdAt,
    expires_at: row.expiresAt,
    revoked_at: row.revokedAt,
    last_used_at: row.lastUsedAt,
    replaced_by: row.replacedBy,
  }
}

function statusOf({ revokedAt, expiresAt }: ApiKeyRow, now: number): 'active' | 'expired' | 'revoked' {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== null && Date.parse(expiresAt) <= now ? 'expired' : 'active'
}
