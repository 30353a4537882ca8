/** What an auction tells the database, by queue. The same message may arrive twice, late, or after a newer one. */
import { z } from '@hono/zod-openapi'

export interface ProjectedSale {
  readonly contractId: string
  readonly buyerId: string
  readonly revenueMicros: number
  readonly payoutMicros: number
  /** RFC 3339 UTC. */
  readonly at: string
  /** Which of the auction's attempts it was, for the buyer's account; left out where that was told otherwise. */
  readonly attempt?: number | undefined
}

/** One buyer's part in the auction, compact; the full trace stays in the auction. */
export interface ProjectedBid {
  readonly contractId: string
  readonly buyerId: string
  readonly priceMicros: number | null
  /** Why it did not get the lead; null for a buyer that bought. */
  readonly reason: string | null
  /** From the buyer's slot to its answer; null where it was never asked. */
  readonly durationMs: number | null
  /** Whether the lead was sent to it, whatever came of that. */
  readonly posted?: boolean | undefined
}

export interface LeadProjection {
  readonly kind: 'lead'
  /** `auc_…`; routes to the object that sent this, which is told once it is stored. */
  readonly auctionId: string
  /** `ld_…` */
  readonly leadId: string
  /** Grows with each message of one auction. */
  readonly sequence: number
  readonly tenantId: string
  readonly campaignId: string
  readonly supplierId: string
  readonly status: 'sold' | 'unsold' | 'pending'
  readonly reason: string | null
  readonly test: boolean
  readonly currency: string
  readonly receivedAt: string
  readonly settledAt: string | null
  /** From the close of the window to the buyer's acceptance, in ms; null where nothing was sold. */
  readonly closeToPostMs: number | null
  readonly sales: readonly ProjectedSale[]
  readonly bids: readonly ProjectedBid[]
  /** Contact data, sealed; null once erased. */
  readonly sealedFields: string | null
  readonly sealedKey: string | null
  /** Every other field, sealed; null once erased. */
  readonly sealedDetails: string | null
  readonly detailsKey: string | null
  /** What the lead is found again by: keyed hashes of its phones and emails. */
  readonly contactKeys: readonly string[]
}

/** Asks an auction to send a post again; fenced by the number of the try, so that a doubled message does nothing. */
export interface PostRetry {
  readonly kind: 'post_retry'
  readonly auctionId: string
  readonly contractId: string
  readonly tryNumber: number
}

const idSchema = z.string().min(1).max(200)
const microsSchema = z.number().int().nonnegative()
/** Written one way only, so that times in the database sort as text. */
const instantSchema = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString())

const saleSchema = z.object({
  contractId: idSchema,
  buyerId: idSchema,
  revenueMicros: microsSchema,
  payoutMicros: microsSchema,
  at: instantSchema,
  attempt: z.number().int().positive().optional(),
})

const bidSchema = z.object({
  contractId: idSchema,
  buyerId: idSchema,
  priceMicros: z.number().int().nullable(),
  reason: z.string().nullable(),
  durationMs: z.number().nullable(),
  posted: z.boolean().optional(),
})

/** Unknown members are dropped, so that a message of a newer version is still understood by an older consumer. */
export const leadProjectionSchema: z.ZodType<LeadProjection> = z.object({
  kind: z.literal('lead'),
  auctionId: idSchema,
  leadId: idSchema,
  sequence: z.number().int().nonnegative(),
  tenantId: idSchema,
  campaignId: idSchema,
  supplierId: idSchema,
  status: z.enum(['sold', 'unsold', 'pending']),
  reason: z.string().nullable(),
  test: z.boolean(),
  currency: z.string().regex(/^[A-Z]{3}$/),
  receivedAt: instantSchema,
  settledAt: instantSchema.nullable(),
  closeToPostMs: z.number().nullable(),
  sales: z.array(saleSchema).refine((sales) => new Set(sales.map((sale) => sale.contractId)).size === sales.length, {
    error: 'one sale a contract',
  }),
  bids: z.array(bidSchema),
  sealedFields: z.string().min(1).nullable(),
  sealedKey: z.string().min(1).nullable(),
  sealedDetails: z.string().min(1).nullable().default(null),
  detailsKey: z.string().min(1).nullable().default(null),
  contactKeys: z.array(idSchema).max(20).default([]),
})

export const postRetrySchema: z.ZodType<PostRetry> = z.object({
  kind: z.literal('post_retry'),
  auctionId: idSchema,
  contractId: idSchema,
  tryNumber: z.number().int().nonnegative(),
})
