/**
 * Every "no" that Gavel can say, as one union: what is stored, shown and counted.
 *
 * A reason is a value, never an exception. Adding one here makes each exhaustive map over it fail to compile until it
 * has its words.
 */

/** Why a buyer of an auction did not get the lead. */
export type BidReason =
  | 'filtered'
  | 'suppressed'
  | 'capped'
  | 'out_of_budget'
  | 'out_of_schedule'
  | 'paused'
  | 'rate_limited'
  | 'circuit_open'
  | 'declined'
  | 'below_floor'
  | 'below_min_bid'
  | 'above_max_bid'
  | 'wrong_currency'
  | 'invalid_bid'
  | 'timed_out'
  | 'buyer_error'
  | 'duplicate'
  | 'below_promise'
  | 'bid_expired'
  | 'offer_expired'
  | 'outbid'
  | 'post_rejected'
  | 'account_denied'
  | 'not_reached'

/** Why a supplier's ping or lead was turned away before, or without, an auction. */
export type IntakeReason =
  | 'filtered'
  | 'suppressed'
  | 'invalid_campaign'
  | 'inactive_campaign'
  | 'duplicate'
  | 'capped'
  | 'unauthorized'

/** The sentence a person reads beside the code. The wording of the intake reasons is the guide's. */
export const INTAKE_MESSAGES: { readonly [reason in IntakeReason]: string } = {
  filtered: 'Lead does not meet campaign filters',
  suppressed: "Lead phone or email appears on a buyer's suppression list",
  invalid_campaign: 'Campaign not found or has no active buyers',
  inactive_campaign: 'Campaign is paused',
  duplicate: 'Lead was already received',
  capped: 'Supplier has reached its cap for this campaign',
  unauthorized: 'Invalid API key or supplier not linked to this campaign',
}
