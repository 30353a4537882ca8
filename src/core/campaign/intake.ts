/**
 * Whether a supplier's ping or lead may enter, and which buyers it may go to.
 *
 * One function for both calls, so that a ping can never promise what the lead would be refused. What a snapshot cannot
 * know (caps, suppression, duplicates) is decided elsewhere by whoever owns it; suppression.ts has what lists mean.
 */
import { type FieldError, type LeadFields, readFields } from '../lead/fields'
import { failedFilters } from '../lead/filters'
import type { BidReason } from '../reasons'
import type { Campaign, ContractTerms, SourceLink } from './campaign'

/** A buyer that is out of the auction before it begins, and why. */
export interface Refusal {
  readonly contractId: string
  readonly buyerId: string
  readonly buyerName: string
  readonly reason: BidReason
  readonly detail: string | null
}

export type Intake =
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'refused'; readonly reason: 'invalid_campaign' | 'inactive_campaign' }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] }
  | { readonly kind: 'filtered'; readonly filterErrors: readonly string[] }
  | {
      readonly kind: 'eligible'
      readonly fields: LeadFields
      readonly contenders: readonly ContractTerms[]
      readonly refusals: readonly Refusal[]
    }

export interface IntakeInput {
  readonly campaign: Campaign
  readonly link: SourceLink | null
  readonly contracts: readonly ContractTerms[]
  readonly input: { readonly [name: string]: unknown }
  readonly call: 'ping' | 'post'
}

/**
 * Judges one call against the campaign's snapshot.
 *
 * @returns the first obstacle in the order of the contract (link, status, buyers, fields, filters), or the way on; on a
 * ping, filters on fields that were not sent are passed over
 */
export function judgeIntake({ campaign, link, contracts, input, call }: IntakeInput): Intake {
  if (link === null || !link.active) return { kind: 'unauthorized' }
  if (campaign.status === 'paused') return { kind: 'refused', reason: 'inactive_campaign' }
  if (!contracts.some((contract) => contract.active)) return { kind: 'refused', reason: 'invalid_campaign' }

  const { fields, errors } = readFields(campaign.fields, input, call)
  if (errors.length > 0) return { kind: 'invalid', errors }

  const onAbsent = call === 'ping' ? 'skip' : 'fail'
  const filterErrors = failedFilters(campaign.filters, fields, onAbsent)
  if (filterErrors.length > 0) return { kind: 'filtered', filterErrors }

  return { kind: 'eligible', fields, ...sortContracts(contracts, fields, onAbsent) }
}

function sortContracts(
  contracts: readonly ContractTerms[],
  fields: LeadFields,
  onAbsent: 'skip' | 'fail',
): { readonly contenders: readonly ContractTerms[]; readonly refusals: readonly Refusal[] } {
  const contenders: ContractTerms[] = []
  const refusals: Refusal[] = []
  for (const contract of contracts) {
    const refuse = (reason: BidReason, detail: string | null) =>
      refusals.push({
        contractId: contract.id,
        buyerId: contract.buyerId,
        buyerName: contract.buyerName,
        reason,
        detail,
      })
    if (!contract.active) {
      refuse('paused', null)
      continue
    }
    const failed = failedFilters(contract.filters, fields, onAbsent)
    if (failed.length > 0) refuse('filtered', failed.join('; '))
    else contenders.push(contract)
  }
  return { contenders, refusals }
}
