/** A lead and its auction as operators read them: `/v1/leads` and `/v1/auctions`. */
import { z } from '@hono/zod-openapi'
import { pageQuerySchema, pageSchema } from './pagination'
import { checkPeriod, periodMembers } from './period'
import { profitMembers } from './profit'

const idSchema = (example: string) => z.string().openapi({ example })
const instant = z.string().openapi({ format: 'date-time' })
const offsetMs = z.number().nullable().openapi({ description: 'From the start of the auction, in ms.' })
const statusSchema = z.enum(['sold', 'unsold', 'pending'])

const sharedMembers = {
  status: statusSchema,
  campaign_id: idSchema('camp_01J9ZQ5F8W3B6T1X0V7K2M4N5P'),
  supplier_id: idSchema('sup_01J9ZQ5F8W3B6T1X0V7K2M4N5P'),
  ...profitMembers,
  currency: z.string().openapi({ example: 'USD' }),
  reason: z.string().nullable().openapi({ description: 'Why it was not sold.' }),
  received_at: instant,
  settled_at: instant.nullable(),
  test: z.boolean().openapi({ description: 'Delivered for real, left out of money and reports.' }),
}

export const leadSchema = z
  .object({
    id: idSchema('ld_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu'),
    auction_id: idSchema('auc_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu'),
    ...sharedMembers,
    buyer_id: z.string().nullable().openapi({ description: 'The first buyer.' }),
    fields: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .nullable()
      .openapi({ description: 'What the supplier sent; null once erased.' }),
  })
  .openapi('Lead')

const auctionPostSchema = z.object({
  started_at_ms: z.number(),
  ended_at_ms: z.number().nullable(),
  outcome: z.enum(['posting', 'accepted', 'rejected', 'unknown']),
  tries: z.number().int(),
  reference: z.string().nullable().openapi({ description: "The buyer's own id of the lead." }),
})

const auctionBidSchema = z
  .object({
    buyer_id: z.string(),
    buyer_name: z.string().nullable(),
    result: z.enum(['won', 'lost', 'pending']),
    amount: z.number().nullable(),
    reason: z.string().nullable().openapi({ example: 'outbid' }),
    detail: z.string().nullable(),
    asked_at_ms: offsetMs,
    answered_at_ms: offsetMs,
    duration_ms: z.number().nullable(),
    post: auctionPostSchema.nullable(),
  })
  .openapi('AuctionBid')

const traceStepSchema = z.object({
  at_ms: z.number(),
  step: z.string(),
  buyer_id: z.string().nullable(),
  reason: z.string().nullable(),
  detail: z.string().nullable(),
})

export const auctionSchema = z
  .object({
    id: idSchema('auc_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu'),
    lead_id: idSchema('ld_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu'),
    phase: z.string().openapi({ example: 'settled' }),
    ...sharedMembers,
    floor_price: z.number().nullable(),
    closed_at_ms: offsetMs,
    close_cause: z.string().nullable(),
    close_to_post_ms: z
      .number()
      .nullable()
      .openapi({ description: "From the close of the window to the buyer's yes." }),
    bids: z.array(auctionBidSchema),
    trace: z.array(traceStepSchema).openapi({ description: 'Every step; kept for 30 days, then empty.' }),
  })
  .openapi('Auction')

export type LeadWire = z.input<typeof leadSchema>
export type AuctionWire = z.input<typeof auctionSchema>

const idFilter = z.string('id').min(1, 'id').max(100, 'id').optional()

/** The place of a row in the list: when it was received, and its id. */
const CURSOR_PARTS = 2

export const leadListQuerySchema = pageQuerySchema(CURSOR_PARTS)
  .extend({
    status: statusSchema.optional(),
    campaign_id: idFilter,
    supplier_id: idFilter,
    buyer_id: idFilter,
    ...periodMembers,
  })
  .superRefine(checkPeriod)

export const leadPageSchema = pageSchema(leadSchema).openapi('LeadPage')
