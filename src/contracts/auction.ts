/** What may be asked of an auction. */
import type { PostedLead, SubmitLead } from './auction-lead'
import type { AuctionView } from './auction-view'

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
