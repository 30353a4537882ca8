/** A body of entries as the documentation shows it. */
import { z } from '@hono/zod-openapi'

const hashed = z.object({
  hash: z.string(),
  algorithm: z.enum(['md5', 'sha1', 'sha256']).optional(),
  type: z.enum(['phone', 'email']).optional(),
})
const entrySchema = z
  .union([z.string(), z.object({ phone: z.string().optional(), email: z.string().optional() }), hashed])
  .openapi('SuppressionEntry', { example: { phone: '+15125550100' } })

const lines = (example: string) => ({ schema: z.string().openapi({ example }) })

export const entriesBody = {
  required: true,
  content: {
    'application/x-ndjson': lines('{"phone":"+15125550100"}\n{"email":"maria@example.com"}\n'),
    'text/csv': lines('phone,email\n(512) 555-0100,maria@example.com\n'),
    'application/json': { schema: z.array(entrySchema) },
  },
}
