/** What an auction is given: the lead, the campaign's terms that hold for it and the contracts that may buy it. */
import type { ContractTerms, SourceLink } from '../core/campaign/campaign'
import type { Refusal } from '../core/campaign/intake'
import type { ContactField } from '../core/campaign/suppression'
import type { LeadFields } from '../core/lead/fields'
import type { ResolvedContract } from './buyer-contract'
import type { PackedContract } from './packed-contract'

/** The campaign's terms that hold for one auction. */
export interface AuctionTerms {
  readonly tenantId: string
  readonly campaignId: string
  readonly campaignVersion: number
  readonly campaignName: string
  readonly vertical: string
  readonly subVertical: string | null
  readonly distribution: 'ping_post' | 'waterfall' | 'round_robin' | 'weighted'
  readonly currency: string
  readonly floorMicros: number
  readonly maxSells: number
  readonly bidWindowMs: number
  readonly postTimeoutMs: number
  readonly deadlineMs: number
}

/** A contract as the auction takes it along: the credentials stay in the snapshot until sending. */
export interface AuctionContract {
  readonly terms: ContractTerms
  readonly endpoints: ResolvedContract
}

/** One lead that the edge has let in. */
export interface SubmitLead {
  /** Keyed hash of the canonical body: the same request has the same fingerprint. */
  readonly fingerprint: string
  readonly terms: AuctionTerms
  readonly link: SourceLink
  readonly fields: LeadFields
  /** Names of the campaign's fields that are personal data. */
  readonly piiFields: readonly string[]
  /** The fields that hold a phone or an email, by which the lead is found again. */
  readonly contactFields?: readonly ContactField[]
  readonly contracts: readonly PackedContract[]
  readonly refusals: readonly Refusal[]
  /** Sealed secrets by contract id; kept in memory only, read again from the snapshot after a restart. */
  readonly sealedSecrets: { readonly [contractId: string]: string }
  /** What the lead is known again by, where the campaign deduplicates: keyed hashes, hex, in ascending order. */
  readonly identity: { readonly keys: readonly string[]; readonly days: number } | null
  /** RFC 3339 UTC. */
  readonly receivedAt: string
  /** Where the best bid is to be shown first, and the lead comes later; left out where it is sold at once. */
  readonly offer?: OfferOrder
}

/** How an offer is asked for, and answered. */
export interface OfferOrder {
  /** Whose words the answers are in. */
  readonly surface: 'guide' | 'exchange'
  /** What the caller knows the auction by; null where it gave no id of its own. */
  readonly reference: string | null
  /** How long the supplier waits for the offer. */
  readonly withinMs: number
}

/** The whole lead for an offer, let in by the edge. */
export interface PostedLead
  extends Pick<
    SubmitLead,
    'fingerprint' | 'link' | 'fields' | 'piiFields' | 'refusals' | 'sealedSecrets' | 'identity' | 'receivedAt'
  > {
  /** Who would take the whole lead now. */
  readonly contractIds: readonly string[]
}
