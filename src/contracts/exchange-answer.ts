/** What a supplier is answered by the exchange API: the bid of `POST /v1/ping`, the sale of `POST /v1/post`. */
import { z } from '@hono/zod-openapi'
import { microsToNumber } from '../core/money/micros'

const auctionIdSchema = z
  .string()
  .nullable()
  .openapi({ description: "The caller's own id of the auction, else ours.", example: 'a7f3c9e1' })
const idSchema = z
  .string()
  .openapi({ description: 'Our id of the auction.', example: 'auc_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu' })
const amountSchema = z.number().openapi({ description: 'What the supplier is paid.', example: 38.5 })
const currencySchema = z.string().openapi({ example: 'USD' })

const bidSchema = z.object({
  amount: amountSchema,
  currency: currencySchema,
  bid_token: z.string().openapi({ example: 'bid_eyJjaWQiOiJjYW1wXzAxIn0.k1.c2lnbmF0dXJl' }),
  valid_until: z.string().openapi({ format: 'date-time', example: '2026-11-21T12:05:00.000Z' }),
})

export const bidAnswerSchema = z
  .union([
    z.object({
      auction_id: auctionIdSchema,
      id: idSchema,
      bid: bidSchema,
      buyer_filters_passed: z.array(z.string()).openapi({ example: ['state', 'vertical', 'tcpa', 'score_threshold'] }),
    }),
    z.object({
      auction_id: auctionIdSchema,
      id: idSchema.nullable().openapi({ description: 'Null where there was no auction.' }),
      bid: z.null(),
      reject_reason: z.string().openapi({ example: 'below_score_threshold' }),
      reject_detail: z.string().nullable().openapi({ example: 'ai_quality_score 0.84 < buyer_min 0.9' }),
    }),
  ])
  .openapi('BidAnswer')

export type BidAnswer = z.infer<typeof bidAnswerSchema>

export const postAnswerSchema = z
  .object({
    auction_id: auctionIdSchema,
    id: idSchema,
    lead_uuid: z.string().openapi({ example: 'ld_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu' }),
    status: z.enum(['sold', 'unsold', 'pending']),
    reject_reason: z.string().nullable().optional().openapi({ description: 'Of an unsold lead.', example: 'capped' }),
    buyer_lead_id: z.string().nullable().openapi({ description: "The buyer's own id of the lead." }),
    price: amountSchema.nullable(),
    currency: currencySchema,
    redirect_url: z.string().nullable(),
  })
  .openapi('PostAnswer')

export type PostAnswerWire = z.infer<typeof postAnswerSchema>

export interface PostOutcome {
  /** What the caller knows the auction by. */
  readonly reference: string
  readonly auctionId: string
  readonly leadId: string
  readonly status: 'sold' | 'unsold' | 'pending'
  readonly reason: string | null
  readonly buyerLeadId: string | null
  readonly payoutMicros: number
  readonly currency: string
  readonly redirectUrl: string | null
}

/** @returns the answer's body in the order of the contract */
export function postAnswer(outcome: PostOutcome): PostAnswerWire {
  const { status, reason } = outcome
  const sold = status === 'sold'
  return {
    auction_id: outcome.reference,
    id: outcome.auctionId,
    lead_uuid: outcome.leadId,
    status,
    ...(status === 'unsold' ? { reject_reason: reason } : {}),
    buyer_lead_id: sold ? outcome.buyerLeadId : null,
    price: sold ? microsToNumber(outcome.payoutMicros) : null,
    currency: outcome.currency,
    redirect_url: sold ? outcome.redirectUrl : null,
  }
}
