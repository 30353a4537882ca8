/** A lead and its auction as operators, suppliers and buyers read them: `/v1/leads` and `/v1/auctions`. */
import { z } from '@hono/zod-openapi'
import { feedbackSchema, leadReturnSchema } from './after-sale'
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
    feedback: feedbackSchema.nullable().openapi({ description: 'The newest that was reported of it.' }),
    returns: z
      .array(
        leadReturnSchema
          .pick({
            id: true,
            buyer_id: true,
            status: true,
            reason: true,
            amount: true,
            requested_at: true,
            decided_at: true,
          })
          .extend({ payout: z.number() }),
      )
      .openapi({ description: 'One a sale that was asked back; the money above is gross.' }),
  })
  .openapi('Lead')

const leadIdSchema = idSchema('ld_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu')
  .nullable()
  .openapi({ description: 'Null as long as no lead was posted to the offer.' })

const offerSchema = z
  .object({
    amount: z.number().openapi({ description: 'What the supplier was promised.' }),
    valid_until: instant,
    posted_at: instant.nullable(),
  })
  .nullable()
  .openapi({ description: 'What a ping was answered; null where the lead was sold at once, or there was no bid.' })

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
    lead_id: leadIdSchema,
    phase: z.string().openapi({ example: 'settled' }),
    ...sharedMembers,
    floor_price: z.number().nullable(),
    offer: offerSchema,
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

/** What a supplier may see of its own: what it is paid, and neither whom by nor what for. */
const supplierMembers = {
  status: statusSchema,
  campaign_id: sharedMembers.campaign_id,
  supplier_id: sharedMembers.supplier_id,
  payout: z.number().openapi({ description: 'What the supplier is paid.', example: 90 }),
  currency: sharedMembers.currency,
  reason: sharedMembers.reason,
  received_at: instant,
  settled_at: instant.nullable(),
  test: sharedMembers.test,
}

export const supplierLeadSchema = z
  .object({
    id: leadSchema.shape.id,
    auction_id: leadSchema.shape.auction_id,
    ...supplierMembers,
    fields: leadSchema.shape.fields,
    feedback: feedbackSchema.nullable().openapi({ description: 'The newest that the supplier itself reported.' }),
    returned_payout: z.number().openapi({ description: 'Of the payout, what went back with returns.', example: 0 }),
  })
  .openapi('SupplierLeadRecord')

/** What a buyer may see of a lead that it bought. */
export const buyerLeadSchema = z
  .object({
    id: leadSchema.shape.id,
    auction_id: leadSchema.shape.auction_id,
    status: z.enum(['sold', 'returned']),
    campaign_id: sharedMembers.campaign_id,
    buyer_id: z.string(),
    price: z.number().nullable().openapi({ description: 'What the buyer pays.', example: 38.5 }),
    currency: sharedMembers.currency,
    received_at: instant,
    test: sharedMembers.test,
    fields: leadSchema.shape.fields,
    feedback: feedbackSchema.nullable().openapi({ description: 'The newest that the buyer itself reported.' }),
    return: leadReturnSchema
      .pick({ id: true, status: true, reason: true, requested_at: true, decided_at: true })
      .nullable(),
  })
  .openapi('BuyerLeadRecord')

export const supplierAuctionSchema = z
  .object({
    id: auctionSchema.shape.id,
    lead_id: leadIdSchema,
    phase: auctionSchema.shape.phase,
    ...supplierMembers,
    offer: offerSchema,
    closed_at_ms: offsetMs,
    close_cause: z.string().nullable(),
    close_to_post_ms: auctionSchema.shape.close_to_post_ms,
    bids: z.array(
      z.object({
        bidder: z.number().int().openapi({ description: 'Tells the bidders of this auction apart, and nothing else.' }),
        result: auctionBidSchema.shape.result,
        reason: auctionBidSchema.shape.reason,
        asked_at_ms: offsetMs,
        answered_at_ms: offsetMs,
        duration_ms: z.number().nullable(),
        post: auctionPostSchema.omit({ reference: true }).nullable(),
      }),
    ),
  })
  .openapi('SupplierAuction')

export const leadEventsSchema = z
  .object({
    data: z.array(traceStepSchema.extend({ at: instant })),
    next_cursor: z.null(),
  })
  .openapi('LeadEvents')

export type SupplierLeadWire = z.input<typeof supplierLeadSchema>
export type SupplierAuctionWire = z.input<typeof supplierAuctionSchema>
export type BuyerLeadWire = z.input<typeof buyerLeadSchema>
export type LeadEventsWire = z.input<typeof leadEventsSchema>
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
export const supplierLeadPageSchema = pageSchema(supplierLeadSchema).openapi('SupplierLeadPage')
export const buyerLeadPageSchema = pageSchema(buyerLeadSchema).openapi('BuyerLeadPage')
