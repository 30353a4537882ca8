/** The specs page of one supplier in one campaign: what its developer needs, and nothing of anybody else. */
import { z } from '@hono/zod-openapi'

const sampleSchema = z.record(z.string(), z.unknown())

export const apiSpecSchema = z
  .object({
    campaign: z.object({
      id: z.string(),
      name: z.string(),
      vertical: z.string(),
      sub_vertical: z.string().nullable(),
      type: z.enum(['ping_post', 'direct_post']),
      ping_mode: z.enum(['eligibility', 'auction']),
      status: z.enum(['active', 'paused']),
      currency: z.string(),
    }),
    supplier: z.object({ id: z.string(), name: z.string() }),
    authentication: z.object({ header: z.literal('x-api-key'), note: z.string() }),
    endpoints: z.array(z.object({ name: z.string(), method: z.string(), url: z.string(), purpose: z.string() })),
    fields: z.array(
      z.object({
        name: z.string(),
        type: z.string(),
        expected: z.string(),
        required_on: z.enum(['ping', 'post']).nullable().openapi({ description: 'Null where it is optional.' }),
        required_when: z.array(z.string()).openapi({ description: 'It is required only where all of these hold.' }),
        allowed_values: z.array(z.string()).nullable(),
        personal: z.boolean(),
        sample: z.union([z.string(), z.number(), z.boolean()]).nullable(),
      }),
    ),
    filters: z.array(z.string()).openapi({ description: 'What the campaign asks of every lead.' }),
    duplicates: z.string().nullable(),
    samples: z.object({
      ping: sampleSchema.nullable(),
      ping_accepted: sampleSchema.nullable(),
      ping_refused: sampleSchema.nullable(),
      lead: sampleSchema,
      lead_sold: sampleSchema,
      lead_unmatched: sampleSchema,
      lead_refused: sampleSchema,
      exchange_ping: sampleSchema.nullable(),
      exchange_bid: sampleSchema.nullable(),
      exchange_post: sampleSchema.nullable(),
      exchange_sold: sampleSchema.nullable(),
    }),
    rejections: z.array(
      z.object({
        code: z.string(),
        status: z.number().int(),
        on: z.enum(['ping', 'lead', 'bid', 'sale']).openapi({ description: 'The name of the endpoint.' }),
        message: z.string(),
        action: z.string(),
      }),
    ),
    documents: z.object({ html: z.string(), json: z.string(), markdown: z.string(), openapi: z.string() }),
  })
  .openapi('ApiSpec')

export type ApiSpec = z.infer<typeof apiSpecSchema>

/** The address of a specs page as operators see it. */
export const specsLinkSchema = z
  .object({
    campaign_id: z.string().openapi({ example: 'camp_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
    supplier_id: z.string().openapi({ example: 'sup_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
    url: z.string().nullable().openapi({ description: 'Whoever has it reads the page; null while there is none.' }),
  })
  .openapi('SpecsLink')

/** The body of `POST /v1/suppliers/{id}/api-specs`. */
export const specsLinkRequestSchema = z
  .strictObject({ campaign_id: z.string('id').min(1, 'id').max(64, 'id') })
  .openapi('SpecsLinkRequest', { example: { campaign_id: 'camp_01J9ZQ5F8W3B6T1X0V7K2M4N5P' } })
