/** What may be asked of a supplier's gate. */
import type { Cap } from '../core/limits/cap'

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
