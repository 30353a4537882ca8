/**
 * What the Durable Objects offer to each other and to the edge: method names, arguments and answers, all plain data.
 */
import type { ContractTerms, SourceLink } from '../core/campaign/campaign'
import type { Refusal } from '../core/campaign/intake'
import type { ContactField } from '../core/campaign/suppression'
import type { LeadFields } from '../core/lead/fields'
import type { Cap } from '../core/limits/cap'
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

export type OfferResult =
  | { readonly kind: 'answer'; readonly status: 200; readonly body: string; readonly replayed: boolean }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'in_progress' }

export type SubmitResult =
  | { readonly kind: 'answer'; readonly status: 201 | 202; readonly body: string; readonly replayed: boolean }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'in_progress' }
  /** Another auction holds the lead's identity: nothing was stored. */
  | { readonly kind: 'duplicate' }

export type TakeResult =
  | SubmitResult
  /** The offer's time is over; nothing was stored. */
  | { readonly kind: 'expired' }
  /** Nothing was offered here. */
  | { readonly kind: 'no_offer' }

/** Contact data goes by age; everything goes where a person asks for it. */
export type ErasedPart = 'contact' | 'all'

export interface AuctionRpc {
  /** Runs the auction as far as its offer, or replays what was answered to the same request. */
  offer(lead: SubmitLead): Promise<OfferResult>
  /** Only replays: for a ping that would not be let in any more. @returns null where nothing was pinged here */
  replayOffer(fingerprint: string): Promise<OfferResult | null>
  /** Sells the lead to the offer, or replays what was answered to the same request. */
  take(lead: PostedLead): Promise<TakeResult>
  /** Sells the lead, or replays what was answered to the same request. */
  submit(lead: SubmitLead): Promise<SubmitResult>
  /** Only replays: for a request that would not be let in any more. @returns null where nothing was submitted here */
  replay(fingerprint: string): Promise<SubmitResult | null>
  /** @returns everything about the auction, or null where there is none or it is another tenant's */
  view(tenantId: string): Promise<AuctionView | null>
  /** The database holds everything up to this sequence. */
  acknowledge(sequence: number): Promise<void>
  /** The queue gave up on telling the database of this sequence; after some times nobody repeats it by itself. */
  tellingDied(sequence: number): Promise<void>
  /** Tells the database what it has not acknowledged, now, and by itself again where that was given up. */
  tellAgain(tenantId: string): Promise<void>
  /** Drops this part of the lead for good; bids, times, sales and the trace stay. Said twice, it is done once. */
  erase(tenantId: string, part: ErasedPart): Promise<'erased' | 'absent'>
  /** What became of an attempt: asked by who holds something for it. `over` also where it never came to be. */
  attemptOutcome(attempt: number, contractId: string): Promise<'open' | 'sold' | 'over'>
  /** What became of the lead, with the payout: asked by the gate that holds a place for it. */
  leadOutcome(): Promise<{ readonly status: 'absent' | 'open' | 'sold' | 'unsold'; readonly payoutMicros: number }>
  /** @returns whether the try was due; a message of an earlier try changes nothing */
  retryPost(contractId: string, tryNumber: number): Promise<boolean>
}

/** One buyer in an auction as operators see it. */
export interface AuctionBidView {
  readonly contractId: string
  readonly buyerId: string
  readonly buyerName: string
  readonly result: 'won' | 'lost' | 'pending'
  readonly priceMicros: number | null
  readonly reason: string | null
  readonly detail: string | null
  /** Offsets from the auction's start in ms; null where the step did not happen. */
  readonly askedAtMs: number | null
  readonly answeredAtMs: number | null
  readonly post: {
    readonly startedAtMs: number
    readonly endedAtMs: number | null
    readonly outcome: 'posting' | 'accepted' | 'rejected' | 'unknown'
    readonly tries: number
    readonly reference: string | null
    /** When an unknown is asked again, RFC 3339 UTC; null where it is not. */
    readonly retryAt: string | null
    /** Unknown, and left to a person. */
    readonly isParked: boolean
  } | null
}

export interface AuctionView {
  readonly id: string
  readonly leadId: string
  readonly tenantId: string
  readonly campaignId: string
  readonly supplierId: string
  /** Whether a lead was posted: an offer that waits for one, or waited in vain, has none. */
  readonly hasLead: boolean
  /** What the supplier was shown; null where the lead was sold at once, or there was no bid. */
  readonly offer: {
    readonly payoutMicros: number
    readonly validUntil: string
    readonly takenAt: string | null
  } | null
  /** RFC 3339 UTC; the offsets count from here. */
  readonly startedAt: string
  readonly phase: string
  readonly status: 'sold' | 'unsold' | 'pending'
  readonly reason: string | null
  readonly test: boolean
  readonly currency: string
  readonly floorMicros: number
  readonly receivedAt: string
  readonly closedAtMs: number | null
  readonly closeCause: string | null
  readonly settledAt: string | null
  readonly closeToPostMs: number | null
  readonly revenueMicros: number
  readonly payoutMicros: number
  /** Buyer of the first sale. */
  readonly buyerId: string | null
  readonly redirectUrl: string | null
  readonly bids: readonly AuctionBidView[]
  readonly trace: readonly TraceStep[]
  /** Null once the lead is erased. */
  readonly fields: LeadFields | null
}

/** One step of an auction's history. */
export interface TraceStep {
  /** Offset from the auction's start in ms. */
  readonly atMs: number
  readonly step: string
  readonly buyerId: string | null
  readonly reason: string | null
  readonly detail: string | null
}

/** What the gate is asked for one lead. */
export interface AdmitLead {
  readonly campaignId: string
  /** Scope of the key: client, method and path, and the key itself; null where a ping id alone identifies the request. */
  readonly requestKey: string | null
  readonly fingerprint: string
  /** The object's id to use where the key is new. */
  readonly auctionId: string
  /** Until when the key is remembered, in ms from now. */
  readonly rememberMs: number
  /** Whether a place under the supplier's caps is taken; a ping for an offer takes none. Left out, it is. */
  readonly takesPlace?: boolean
  /** Ids of what the caller has shown: its key, or its OAuth client and token. One that has ended lets nothing in. */
  readonly credentials?: readonly string[]
}

export type AdmitResult =
  | { readonly kind: 'admitted'; readonly auctionId: string }
  | { readonly kind: 'key_reused' }
  | { readonly kind: 'refused'; readonly reason: 'unauthorized' | 'revoked' | 'capped' }

/** An isolate asks how many auctions of the supplier it may run at the same time. */
export interface PlacesQuestion {
  /** Names the isolate. */
  readonly holder: string
  /** At least as many as it runs now; it uses no more than it asks for. */
  readonly wanted: number
  /** Of all isolates together. */
  readonly limit: number
}

export interface PlacesAnswer {
  readonly places: number
  /** For how long auctions may be begun in them, in ms from before the question was asked. */
  readonly lifeMs: number
}

export interface SupplierGateRpc {
  askPlaces(question: PlacesQuestion): Promise<PlacesAnswer>
  admit(request: AdmitLead): Promise<AdmitResult>
  /** @returns the auction of a request key that is known with this fingerprint, else null */
  recall(requestKey: string, fingerprint: string): Promise<string | null>
  /** Holds a payout against the caps by amount, before the lead is posted. @returns false where it would pass one */
  holdPayout(auctionId: string, campaignId: string, payoutMicros: number): Promise<boolean>
  /** The auction is over, with what the supplier is paid for it. */
  settle(auctionId: string, sold: boolean, payoutMicros: number): Promise<void>
  /** The lead never became an auction. */
  cancel(auctionId: string): Promise<void>
  /** A share of what the caps on pings and on leads leave, to be spent by one edge. */
  leasePings(campaignId: string, wanted: number): Promise<PingLease>
  /** Takes the supplier's configuration; an older version than the one known is ignored. */
  configure(configuration: GateConfiguration): Promise<void>
}

export interface GateConfiguration {
  readonly version: number
  readonly active: boolean
  /** Caps by campaign; a source link without any is left out. */
  readonly links: {
    readonly [campaignId: string]: { readonly caps: readonly Cap[]; readonly pingCaps: readonly Cap[] }
  }
  /** When credentials of the supplier have ended or will, ms since 1970, by id. */
  readonly ends?: { readonly [credentialId: string]: number }
}

export interface PingLease {
  /** How many pings may be taken; 0 where a cap is reached. */
  readonly granted: number
  /** Until when the lease, or the refusal, holds; ms since 1970. */
  readonly until: number
}

export interface ReserveRequest {
  readonly auctionId: string
  readonly attempt: number
  readonly contractId: string
  readonly priceMicros: number
  /** When the attempt began, ms since 1970: it fixes the cap period. */
  readonly at: number
}

export type ReserveResult =
  | { readonly granted: true }
  | { readonly granted: false; readonly reason: 'paused' | 'capped' | 'out_of_budget' | 'account_denied' }

export interface BuyerAccountRpc {
  /** Holds the price for an attempt. Asked twice, it answers twice the same; after a release it is denied. */
  reserve(request: ReserveRequest): Promise<ReserveResult>
  /** The attempt was sold: the hold becomes a charge. */
  commit(auctionId: string, attempt: number): Promise<void>
  /**
   * The attempt came to nothing: the hold is gone, and a late reserve of it is denied.
   *
   * @param until milliseconds since 1970; an attempt that began later is another beginning of it, and keeps its hold
   */
  release(auctionId: string, attempt: number, until: number): Promise<void>
  configure(configuration: AccountConfiguration): Promise<void>
}

export interface AccountConfiguration {
  readonly version: number
  readonly active: boolean
  /** A cap with a contract counts what that contract sold; one without counts everything the buyer bought. */
  readonly caps: readonly (Cap & { readonly contractId: string | null })[]
  /** A budget is a cap by amount with a reason of its own. */
  readonly budgets: readonly Cap[]
  /** What all isolates together may send to the buyer; the default where it is left out. */
  readonly pingsPerSecond?: number
  /** Whether sales need a prepaid balance; where it is left out, they do from the first credit on. */
  readonly prepaid?: boolean
}

export interface IdentityClaim {
  /** Keyed hashes of the lead's identities, hex, in ascending order; all of one object's prefix. */
  readonly keys: readonly string[]
  readonly auctionId: string
}

export interface IdentityIndexRpc {
  /**
   * Claims all of the keys for an auction, or none; they are seen for this long, unless they are released.
   *
   * @returns false where another auction holds one of them
   */
  claim(claim: IdentityClaim & { readonly seenMs: number }): Promise<boolean>
  /** The lead was not sold: its identities are free. */
  release(claim: IdentityClaim): Promise<void>
  /** @returns whether one of the keys is held or seen; takes nothing, so the next moment may say otherwise */
  holds(keys: readonly string[]): Promise<boolean>
}

export interface RotationRpc {
  /**
   * Whose turn it is, for one auction; the first is counted as served until the auction says otherwise.
   *
   * @returns the contracts in the order of their turns
   */
  order(auctionId: string, contractIds: readonly string[]): Promise<readonly string[]>
  /** What the auction sold in the end; said twice, it counts once. */
  settle(auctionId: string, soldContractIds: readonly string[]): Promise<void>
}
