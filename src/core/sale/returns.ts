/**
 * Whether a buyer may return a lead that it bought, and who decides: a rule of its contract, or the operator.
 *
 * Knows nothing of money: what is approved is reversed as it was booked.
 */

/** Why a lead is returned. */
export const RETURN_REASONS = [
  'wrong_number',
  'disconnected_number',
  'invalid_email',
  'false_information',
  'duplicate',
  'out_of_criteria',
  'no_consent',
  'do_not_call',
  'unreachable',
  'other',
] as const
export type ReturnReason = (typeof RETURN_REASONS)[number]

/** Decides returns that it fits without the operator. */
export interface ReturnRule {
  readonly decision: 'approve' | 'deny'
  /** Null fits any. */
  readonly reasons: readonly ReturnReason[] | null
  /** Fits returns that are asked for within so many hours of the sale; null fits any. */
  readonly withinHours: number | null
}

/** What a contract says of returns. */
export interface ReturnTerms {
  /** Days from the sale within which the buyer may ask; 0 allows no returns. */
  readonly windowDays: number
  readonly reasons: readonly ReturnReason[]
  /** The first that fits decides; where none does, the operator. */
  readonly automatic: readonly ReturnRule[]
  /** Whether a return gives the buyer's caps and budgets their place back. */
  readonly restoreCaps: boolean
}

export const DEFAULT_RETURN_TERMS: ReturnTerms = {
  windowDays: 7,
  reasons: RETURN_REASONS,
  automatic: [],
  restoreCaps: false,
}

export type ReturnVerdict =
  | { readonly kind: 'window_closed'; readonly closedAt: number }
  | { readonly kind: 'reason_not_taken' }
  | { readonly kind: 'ask_operator' }
  | { readonly kind: 'decided'; readonly decision: 'approve' | 'deny' }

interface ReturnClaim {
  readonly reason: ReturnReason
  /** Milliseconds since 1970. */
  readonly soldAt: number
  readonly now: number
}

const HOUR_MS = 60 * 60 * 1_000
const DAY_MS = 24 * HOUR_MS

/** Judges what a buyer asks for. The window's last moment is in it. */
export function judgeReturn(terms: ReturnTerms, { reason, soldAt, now }: ReturnClaim): ReturnVerdict {
  const closedAt = soldAt + terms.windowDays * DAY_MS
  if (terms.windowDays === 0 || now > closedAt) return { kind: 'window_closed', closedAt }
  if (!terms.reasons.includes(reason)) return { kind: 'reason_not_taken' }
  const rule = terms.automatic.find(
    ({ reasons, withinHours }) =>
      (reasons === null || reasons.includes(reason)) && (withinHours === null || now <= soldAt + withinHours * HOUR_MS),
  )
  return rule === undefined ? { kind: 'ask_operator' } : { kind: 'decided', decision: rule.decision }
}
