/** An OAuth client as its endpoints answer it: never the secret, and never its hash. */
import { z } from '@hono/zod-openapi'
import type { OAuthClientRow } from '../../../stores/oauth-client-store'

export const oauthClientParams = z.object({
  id: z.string().openapi({ example: 'ld_client_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
})

export function oauthClientWire(row: OAuthClientRow): object {
  return {
    id: row.id,
    client_id: row.id,
    role: row.role,
    subject_id: row.subjectId,
    name: row.name,
    status: row.revokedAt === null ? 'active' : 'revoked',
    secret_last_four: row.secretLastFour,
    previous_secret_until: row.previousUntil,
    scopes: row.scopes,
    allowed_networks: row.allowedNetworks,
    rate_limit: row.requestsPerSecond === null ? null : { per_second: row.requestsPerSecond },
    created_at: row.createdAt,
    revoked_at: row.revokedAt,
    last_used_at: row.lastUsedAt,
  }
}
