/**
 * What a buyer of the standard contract receives, and how it answers. The preset `standard` sends and reads it; these shapes
 * are for those who build such a buyer, and a test holds the preset against them.
 */
import { z } from '@hono/zod-openapi'

const auctionId = z.string().openapi({
  description: 'Gavel’s id of the auction; the same in ping and post.',
  example: 'auc_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu',
})
const value = z.union([z.string(), z.number(), z.boolean()])
const amount = z.number().min(0).openapi({ description: 'At most six decimals.', example: 38.5 })
const instant = z.string().openapi({ format: 'date-time' })

export const buyerPingSchema = z
  .object({
    auction_id: auctionId,
    vertical: z.string().optional(),
    sub_vertical: z.string().optional(),
    expires_at: instant.openapi({ description: 'A bid that arrives later does not count.' }),
  })
  .catchall(value)
  .openapi('BuyerPing', {
    description: 'The fields of the lead that may be sent in a ping stand beside these; never contact data.',
    example: {
      auction_id: 'auc_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu',
      state: 'TX',
      zip: '77002',
      currently_insured: true,
      vertical: 'auto_insurance',
      expires_at: '2026-11-20T09:00:02Z',
    },
  })

const bid = z.looseObject({
  amount,
  currency: z.string().openapi({ example: 'USD' }),
  bid_token: z.string().optional().openapi({ description: 'Comes back with the post.', example: 'bid_v3JxK9' }),
  valid_until: instant.optional(),
})

export const buyerBidSchema = z
  .union([
    z.looseObject({ auction_id: z.string().optional(), bid }),
    z.looseObject({
      auction_id: z.string().optional(),
      bid: z.null(),
      reject_reason: z.string().openapi({ example: 'below_score_threshold' }),
      reject_detail: z.string().optional(),
    }),
  ])
  .openapi('BuyerBid')

export const buyerPostSchema = z
  .object({
    auction_id: auctionId,
    bid_token: z.string().nullable().optional().openapi({ description: 'Of your own bid.' }),
    lead: z.looseObject({
      lead_uuid: z.string(),
      first_name: z.string().optional(),
      last_name: z.string().optional(),
      email: z.string().optional(),
      phone: z.string().optional(),
      address: z
        .object({ line1: z.string(), city: z.string(), state: z.string(), zip: z.string() })
        .partial()
        .optional(),
      tcpa: z
        .object({
          consent_text: z.string(),
          consent_timestamp: z.string(),
          ip_address: z.string(),
          trustedform_cert_url: z.string(),
        })
        .partial()
        .optional(),
    }),
  })
  .openapi('BuyerPost', {
    example: {
      auction_id: 'auc_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu',
      bid_token: 'bid_v3JxK9',
      lead: {
        lead_uuid: 'ld_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu',
        first_name: 'Maria',
        last_name: 'Garcia',
        email: 'maria@example.com',
        phone: '5125550182',
        address: { line1: '1200 Sample St', city: 'Houston', state: 'TX', zip: '77002' },
        tcpa: { consent_text: 'I agree to be called.', consent_timestamp: '2026-11-20T08:59:58Z' },
      },
    },
  })

export const buyerPostAnswerSchema = z
  .looseObject({
    lead_id: z.string().openapi({ description: 'Your id of the lead.', example: 'B-77' }),
    redirect_url: z.string().nullable().optional(),
  })
  .openapi('BuyerPostAnswer', { example: { lead_id: 'B-77', redirect_url: 'https://buyer.example/thanks' } })

export const buyerRefusalSchema = z
  .looseObject({ error: z.string().openapi({ example: 'duplicate' }), message: z.string().optional() })
  .openapi('BuyerRefusal', { example: { error: 'duplicate', message: 'We have this lead.' } })
