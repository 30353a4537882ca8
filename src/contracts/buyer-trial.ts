/**
 * `POST /v1/campaigns/{id}/buyers/{buyerId}/try`: what a buyer would be sent for a lead, and what it answers. Nothing is
 * stored, auctioned or paid.
 */
import { z } from '@hono/zod-openapi'
import type { LeadFields } from '../core/lead/fields'
import { readingMembers } from './answer-reading'
import { type BuyerContractInput, buyerContractSchema, type ContractSecrets } from './buyer-contract'
import type { CampaignSettings } from './campaign'
import type { ContractProblem } from './contract-compiler'

const MAX_LEAD_MEMBERS = 100

const fieldValueSchema = z.union([z.string().max(8_192), z.number(), z.boolean(), z.null()], {
  error: 'text, number, true, false or null',
})

/** The body. */
export const buyerTrialSchema = z
  .strictObject({
    lead: z
      .record(z.string().min(1).max(128), fieldValueSchema)
      .refine((lead) => Object.keys(lead).length <= MAX_LEAD_MEMBERS, { error: `at most ${MAX_LEAD_MEMBERS} members` })
      .openapi({ description: 'What is left out is filled in with a sample; null leaves a field out of the lead.' })
      .optional(),
    send: z
      .union([z.boolean(), z.enum(['test', 'live'])], { error: 'one of: false, true, test, live' })
      .openapi({
        description: 'true and "test" send to the test_url of each call; "live" to the live url, for real.',
        example: 'test',
      })
      .optional(),
    contract: buyerContractSchema.optional(),
  })
  .openapi('BuyerTrial')

const requestShownSchema = z.object({
  method: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string().nullable(),
})

const answerShownSchema = z.object({
  status: z.number().int(),
  headers: z.record(z.string(), z.string()),
  body: z.string().openapi({ description: 'At most 64 KiB.' }),
  truncated: z.boolean(),
  duration_ms: z.number().int(),
})

export const triedCallSchema = z
  .object({
    request: requestShownSchema,
    sent: z.boolean(),
    not_sent: z.string().nullable(),
    answer: answerShownSchema.nullable(),
    failure: z
      .object({
        reason: z.enum(['timed_out', 'refused', 'network_error', 'no_credentials']),
        detail: z.string().nullable(),
      })
      .nullable(),
    ...readingMembers,
    outcome: readingMembers.outcome.nullable(),
    verdict: readingMembers.verdict.nullable(),
  })
  .openapi('TriedCall')

const triedBidSchema = z
  .object({
    amount: z.number().nullable(),
    currency: z.string(),
    source: z.enum(['answer', 'contract']).nullable(),
    passes: z.boolean().nullable().openapi({ description: 'Null where the buyer was not asked.' }),
    reason: z.string().nullable(),
    detail: z.string().nullable(),
    failed_filters: z.array(z.string()),
    failed_campaign_filters: z.array(z.string()),
    floor_price: z.number(),
    min_bid: z.number().nullable(),
    max_bid: z.number().nullable(),
  })
  .openapi('TriedBid')

/** The answer. */
export const buyerTrialReportSchema = z
  .object({
    target: z.enum(['test', 'live']).nullable(),
    lead: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    ignored_members: z.array(z.string()).openapi({ description: 'Given, and no field that the campaign knows.' }),
    ping: triedCallSchema.nullable(),
    bid: triedBidSchema,
    post: triedCallSchema,
  })
  .openapi('BuyerTrialReport')

export type BuyerTrialBody = z.output<typeof buyerTrialSchema>
export type BuyerTrialReport = z.output<typeof buyerTrialReportSchema>
export type TriedCall = z.output<typeof triedCallSchema>
export type TriedBid = z.output<typeof triedBidSchema>

/** One trial, with everything that was checked and looked up for it. */
export interface BuyerTrialOrder {
  /** With blanks for its secrets. */
  readonly contract: BuyerContractInput
  readonly secrets: ContractSecrets
  readonly campaign: CampaignSettings
  /** The tenant's. */
  readonly currency: string
  readonly lead: LeadFields
  /** Names of the campaign's fields that are personal data. */
  readonly piiFields: readonly string[]
  /** Null sends nothing. */
  readonly target: 'test' | 'live' | null
}

export type BuyerTrialResult =
  | { readonly ok: true; readonly report: Omit<BuyerTrialReport, 'ignored_members'> }
  /** A template does not render for this lead. */
  | { readonly ok: false; readonly problems: readonly ContractProblem[] }
