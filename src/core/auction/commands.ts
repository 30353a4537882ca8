/**
 * What an auction can be told. Any command may come too late or twice; it then changes nothing.
 */
import type { BidReason } from '../reasons'
import type { Exclusion, PingAnswer, PostAnswer } from './events'
import type { AuctionPlan } from './plan'

export type AuctionCommand =
  | { readonly type: 'plan'; readonly plan: AuctionPlan }
  | { readonly type: 'open' }
  | {
      readonly type: 'answer'
      readonly contractId: string
      readonly askedAt: number | null
      readonly answer: PingAnswer
    }
  /** The bid window's time is over; `askedAt` says when each buyer that is still out was asked. */
  | { readonly type: 'close'; readonly askedAt: AskedAt }
  /** The supplier posts its lead to the offer. */
  | {
      readonly type: 'take'
      /** When the post came in: what happens before it is let in does not count against the offer. */
      readonly receivedAt: number
      /** Who is out now that the whole lead is known. */
      readonly exclusions: readonly Exclusion[]
    }
  | { readonly type: 'reservation'; readonly contractId: string; readonly denied: BidReason | null }
  | {
      readonly type: 'post_answer'
      readonly contractId: string
      readonly tryNumber: number
      readonly answer: PostAnswer
    }
  | { readonly type: 'retry'; readonly contractId: string; readonly tryNumber: number }
  /** A person says what became of a post whose outcome is unknown. */
  | {
      readonly type: 'resolve'
      readonly contractId: string
      readonly outcome: 'sold' | 'not_sold'
      readonly reference: string | null
      /** After how many tries that was found out; left out where whoever says so means all of them. */
      readonly tries?: number
    }
  /** After a restart: whatever ran in memory is gone. */
  | { readonly type: 'recover' }
  /** A look by the clock: what ran for longer than it could have is as good as gone; the rest is left alone. */
  | { readonly type: 'watchdog' }
  | { readonly type: 'acknowledge'; readonly sequence: number }
  /** The queue gave up on what the database was to be told. */
  | { readonly type: 'telling_died'; readonly sequence: number }
  /** A person has it told again. */
  | { readonly type: 'tell_again' }

/** When each buyer was asked, by contract; milliseconds since 1970. */
export type AskedAt = { readonly [contractId: string]: number }
