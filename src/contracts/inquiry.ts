/**
 * `POST /v1/unresolved/{id}/ask`: the buyer is asked what became of a post, where its contract says how. What it answers is
 * shown, and resolves the sale where it is clear.
 */
import { z } from '@hono/zod-openapi'
import type { LeadFields } from '../core/lead/fields'
import type { BuyerContractInput, ContractSecrets } from './buyer-contract'
import { triedCallSchema } from './buyer-trial'
import { textSchema } from './configuration'
import type { ContractProblem } from './contract-compiler'

/** The body. */
export const askSchema = z
  .strictObject({
    contract_id: textSchema(64)
      .optional()
      .openapi({ description: 'Needed where several buyers of the lead are unresolved.' }),
  })
  .openapi('Ask')

/** The answer. */
export const askedSchema = z
  .object({
    lead_id: z.string(),
    contract_id: z.string(),
    outcome: z.enum(['sold', 'not_sold', 'not_known']).openapi({ description: "What the buyer's answer says." }),
    reason: z.string().nullable().openapi({ description: 'Why it is not known, or what the buyer says of its no.' }),
    resolved: z.boolean().openapi({
      description: 'Whether this resolved the sale; false too where it was resolved, or sent again, meanwhile.',
    }),
    status: z.enum(['sold', 'unsold', 'pending']).openapi({ description: 'How the lead stands now.' }),
    call: triedCallSchema.openapi({
      description: 'Secrets are masked; personal values of the lead are taken out where they stand as they were sent.',
    }),
  })
  .openapi('Asked')

/** What an auction knows about a post whose outcome is asked for, to be handed to templates. */
export interface PostFacts {
  readonly fields: LeadFields
  /** Names of the campaign's fields that are personal data. */
  readonly piiFields: readonly string[]
  readonly vertical: string | null
  readonly subVertical: string | null
  readonly floorMicros: number
  readonly currency: string
  /** What the ping's answer gave. */
  readonly bidToken: string | null
  readonly captures: { readonly [name: string]: string }
}

/** One inquiry, with everything that was looked up for it. */
export interface InquiryOrder {
  /** With blanks for its secrets. */
  readonly contract: BuyerContractInput
  readonly secrets: ContractSecrets
  /** The contract that the post was made under. */
  readonly contractId: string
  readonly auctionId: string
  readonly leadId: string
  readonly post: PostFacts
}

/** What the buyer's answer says became of the post. */
export type InquiryOutcome =
  /** @member reference the buyer's id of the lead, where it said so */
  | { readonly kind: 'sold'; readonly reference: string | null; readonly reason: null }
  | { readonly kind: 'not_sold'; readonly reason: string | null }
  | { readonly kind: 'not_known'; readonly reason: string }

export type InquiryResult =
  | { readonly ok: true; readonly outcome: InquiryOutcome; readonly call: z.output<typeof triedCallSchema> }
  /** A template does not render for this lead; nothing was sent. */
  | { readonly ok: false; readonly problems: readonly ContractProblem[] }
