/**
 * What the supplier is paid for a sale.
 *
 * Revenue share is the guide's rule "supplier cost = buyer price × percentage"; clamps belong to the source link. The
 * payout is decided from the buyer's price alone, so that it can be promised to the supplier before the sale.
 */
import { type PartsPerMillion, shareOf } from './micros'

export type CostTerms =
  | { readonly mode: 'fixed'; readonly amountMicros: number }
  | { readonly mode: 'revenue_share'; readonly share: PartsPerMillion }

export interface PayoutTerms {
  readonly cost: CostTerms
  readonly minPayoutMicros: number | null
  readonly maxPayoutMicros: number | null
}

/**
 * @param terms the source link's cost mode and clamps
 * @param buyerPriceMicros what the buyer pays
 * @returns what the supplier is paid, in micros
 */
export function supplierPayout(terms: PayoutTerms, buyerPriceMicros: number): number {
  const raw = terms.cost.mode === 'fixed' ? terms.cost.amountMicros : shareOf(buyerPriceMicros, terms.cost.share)
  const floored = terms.minPayoutMicros === null ? raw : Math.max(raw, terms.minPayoutMicros)
  return terms.maxPayoutMicros === null ? floored : Math.min(floored, terms.maxPayoutMicros)
}
