/** `POST /v1/dev/seed` on the wire. */
import { z } from '@hono/zod-openapi'

/** As many as one call carries out well within the time a caller waits. */
const MAX_COUNT = 500

export const seedSchema = z
  .strictObject({
    count: z
      .int({ error: `whole number from 1 to ${MAX_COUNT}` })
      .min(1)
      .max(MAX_COUNT),
    vertical: z.string().min(1).max(100),
    state: z
      .string()
      .regex(/^[A-Z]{2}$/, { error: 'two-letter US state code' })
      .optional()
      .openapi({ description: 'Of all leads; `TX` where left out.', example: 'TX' }),
    seed: z
      .union([z.string().min(1).max(100), z.int()])
      .optional()
      .openapi({ description: 'The same seed makes the same leads. A new one is drawn where left out.' }),
  })
  .openapi('Seed')

const outcome = z.object({
  campaign_id: z.string(),
  supplier_id: z.string(),
  lead_id: z.string().nullable().openapi({ description: 'Null where the lead was refused.' }),
  status: z.enum(['ACCEPTED', 'UNMATCHED', 'PENDING', 'REFUSED']),
  price: z.number().nullable().openapi({ description: 'What the supplier is paid.' }),
  error: z.string().nullable().openapi({ description: 'Why it was refused.' }),
})

export const seededSchema = z
  .object({
    seed: z.string(),
    count: z.int(),
    accepted: z.int(),
    unmatched: z.int(),
    pending: z.int(),
    refused: z.int(),
    leads: z.array(outcome),
  })
  .openapi('Seeded')

export type SeedOrder = z.infer<typeof seedSchema>
export type SeededLead = z.infer<typeof outcome>
