/** What a supplier is answered for a lead, by `POST /api/v1/ingest` and `GET /api/v1/leads/{id}`. */
import { z } from '@hono/zod-openapi'
import { microsToNumber } from '../core/money/micros'

export const leadAnswerSchema = z
  .object({
    data: z.object({
      id: z.string().openapi({ example: 'ld_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu' }),
      status: z.enum(['ACCEPTED', 'UNMATCHED', 'PENDING']),
      buyer_id: z.string().nullable(),
      campaign_id: z.string(),
      price: z.number().nullable().openapi({ description: 'What the supplier is paid.', example: 90 }),
      currency: z.string().openapi({ example: 'USD' }),
      redirect_url: z.string().nullable(),
    }),
  })
  .openapi('LeadAnswer')

export type LeadAnswer = z.infer<typeof leadAnswerSchema>

export interface LeadOutcome {
  readonly leadId: string
  readonly campaignId: string
  readonly currency: string
  readonly status: 'sold' | 'unsold' | 'pending'
  readonly buyerId: string | null
  readonly payoutMicros: number
  readonly redirectUrl: string | null
}

const STATUS = { sold: 'ACCEPTED', unsold: 'UNMATCHED', pending: 'PENDING' } as const

/** @returns the answer's body in the order of the contract. */
export function leadAnswer(outcome: LeadOutcome): LeadAnswer {
  const sold = outcome.status === 'sold'
  return {
    data: {
      id: outcome.leadId,
      status: STATUS[outcome.status],
      buyer_id: sold ? outcome.buyerId : null,
      campaign_id: outcome.campaignId,
      price: sold ? microsToNumber(outcome.payoutMicros) : null,
      currency: outcome.currency,
      redirect_url: sold ? outcome.redirectUrl : null,
    },
  }
}
