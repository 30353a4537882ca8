/** Sales of which nobody knows: posts whose outcome is unknown, for an operator to look at and to resolve. */
import { z } from '@hono/zod-openapi'
import { textSchema } from './configuration'
import type { PostFacts } from './inquiry'
import { pageQuerySchema } from './pagination'

/** What a person says became of a post. */
export interface PostResolution {
  readonly contractId: string
  readonly outcome: 'sold' | 'not_sold'
  /** The buyer's id of the lead, where it is known. */
  readonly reference: string | null
  /** After how many tries it was found out; left out where all of them are meant. */
  readonly tries?: number
}

export interface PostResolverRpc {
  /** @returns what an inquiry about the post can say; null where there is no such post, or its lead is erased */
  postFacts(tenantId: string, contractId: string): Promise<PostFacts | null>
  /** @returns whether its outcome was unknown until now; otherwise nothing is changed */
  resolvePost(resolution: PostResolution): Promise<boolean>
}

export const unresolvedParams = z.object({
  id: z.string().openapi({ description: "The lead's id.", example: 'ld_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu' }),
})

export const unresolvedQuerySchema = pageQuerySchema(2)

export const unresolvedSaleSchema = z
  .object({
    lead_id: z.string(),
    auction_id: z.string(),
    campaign_id: z.string(),
    supplier_id: z.string(),
    buyer_id: z.string(),
    buyer_name: z.string(),
    contract_id: z.string(),
    amount: z.number().nullable().openapi({ description: 'What the buyer would pay.', example: 38.5 }),
    currency: z.string().openapi({ example: 'USD' }),
    received_at: z.string().openapi({ format: 'date-time' }),
    test: z.boolean(),
    state: z.enum(['retrying', 'waiting']).openapi({
      description: '`retrying` is asked again by itself at `next_try_at`; `waiting` is left to a person.',
    }),
    tries: z.number().int().openapi({ description: 'How often the lead was sent to this buyer.', example: 12 }),
    next_try_at: z.string().nullable().openapi({ format: 'date-time' }),
    reason: z.string().nullable().openapi({ description: 'How the last try ended.', example: 'timed_out' }),
    idempotency_key: z.string().openapi({ description: 'What the buyer knows the post by.' }),
  })
  .openapi('UnresolvedSale')

const NOTE_WORDS = 'how it was found out: 1 to 500 characters, without names, e-mail addresses and phone numbers'

/** The body of `POST /v1/unresolved/{id}/resolve`. */
export const resolutionSchema = z
  .strictObject({
    outcome: z.enum(['sold', 'not_sold']),
    /** Kept in the audit log, sealed: people write about people all the same. */
    note: textSchema(500)
      .refine((text) => !/@|\d(?:[ ().+-]*\d){6}/.test(text), { error: NOTE_WORDS })
      .openapi({
        example: 'Crown Mutual confirmed by mail that the lead is in their system.',
        description: 'Sealed at rest, shown in the audit log, and erased with the lead.',
      }),
    contract_id: textSchema(64)
      .optional()
      .openapi({ description: 'Needed where several buyers of the lead are unresolved.' }),
    buyer_lead_id: textSchema(200).nullable().default(null).openapi({ description: "The buyer's id of the lead." }),
  })
  .openapi('Resolution')

export const resolvedSchema = z
  .object({
    lead_id: z.string(),
    contract_id: z.string(),
    outcome: z.enum(['sold', 'not_sold']),
    status: z.enum(['sold', 'unsold', 'pending']).openapi({ description: 'How the lead stands now.' }),
  })
  .openapi('Resolved')
