/** A lead as the edge lets it in: what `SubmitLead` and `PostedLead` of src/contracts/auction-lead.ts come to here. */
import type { Exclusion } from '../../src/core/auction/events.ts'
import type { AuctionPlan } from '../../src/core/auction/plan.ts'

export interface Identity {
  readonly keys: readonly string[]
  readonly days: number
}

export interface SubmittedLead {
  /** What the ledger knows the lead by. */
  readonly ref: string
  readonly fingerprint: string
  /** Without turns: those are the rotation's to give. Whether it is an offer is its mode. */
  readonly plan: AuctionPlan
  readonly capped: { readonly leads: boolean; readonly payouts: boolean }
  readonly identity: Identity | null
}

export interface PostedLead {
  readonly fingerprint: string
  readonly identity: Identity | null
  readonly exclusions: readonly Exclusion[]
}

export type LeadResult =
  | { readonly kind: 'answer'; readonly status: 201 | 202; readonly body: string }
  | { readonly kind: 'conflict' | 'in_progress' | 'duplicate' | 'expired' | 'no_offer' }

export type OfferResult =
  | { readonly kind: 'answer'; readonly body: string }
  | { readonly kind: 'conflict' | 'in_progress' }
