/** API keys as operators read them. The key itself is in the answer that makes it, and nowhere else. */
import { z } from '@hono/zod-openapi'

export const apiKeySchema = z
  .object({
    id: z.string().openapi({ example: 'key_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
    role: z.enum(['supplier', 'buyer', 'operator']),
    subject_id: z.string().nullable(),
    prefix: z.string().openapi({ example: 'ld_live_a1B2' }),
    last_four: z.string(),
    scopes: z.array(z.string()),
    created_at: z.string().openapi({ format: 'date-time' }),
    expires_at: z.string().nullable().openapi({ format: 'date-time' }),
    revoked_at: z.string().nullable().openapi({ format: 'date-time' }),
  })
  .openapi('ApiKey')

/** What a supplier's key may do unless the operator says otherwise. */
export const SUPPLIER_SCOPES: readonly string[] = ['ping', 'post', 'webhook']
