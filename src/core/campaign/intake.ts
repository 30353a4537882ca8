/**
 * Whether a supplier's ping or lead may enter, and which buyers it may go to.
 *
 * One function for both calls, so that a ping can never promise what the lead would be refused. What a snapshot cannot
 * know (caps, suppression, duplicates) is decided elsewhere by whoever owns it; suppression.ts has what lists mean.
 */
import { type FieldError, type FieldValue, type LeadFields, readFields } from '../lead/fields'
import { describeFilter, explainFailure, type Filter, failingFilters } from '../lead/filters'
import { isOpen } from '../limits/schedule'
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

/** What was let in, and whom it may go to. */
export type Eligible = Extract<Intake, { kind: 'eligible' }>

export interface IntakeInput {
  readonly campaign: Campaign
  readonly link: SourceLink | null
  readonly contracts: readonly ContractTerms[]
  readonly input: { readonly [name: string]: unknown }
  readonly call: 'ping' | 'post'
  /** Milliseconds since 1970. */
  readonly now: number
}

/**
 * Judges one call against the campaign's snapshot.
 *
 * @returns the first obstacle in the order of the contract (link, status, buyers, fields, filters), or the way on; on a
 * ping, filters on fields that were not sent are passed over
 */
export function judgeIntake({ campaign, link, contracts, input, call, now }: IntakeInput): Intake {
  if (link === null || !link.active) return { kind: 'unauthorized' }
  if (campaign.status === 'paused') return { kind: 'refused', reason: 'inactive_campaign' }
  if (!contracts.some((contract) => contract.active)) return { kind: 'refused', reason: 'invalid_campaign' }

  const { fields, errors } = readFields(campaign.fields, input, call)
  if (errors.length > 0) return { kind: 'invalid', errors }

  const onAbsent = call === 'ping' ? 'skip' : 'fail'
  const filterErrors = failingFilters(campaign.filters, fields, onAbsent).map(describeFilter)
  if (filterErrors.length > 0) return { kind: 'filtered', filterErrors }

  const personal = new Set(campaign.fields.filter(({ pii }) => pii).map(({ name }) => name))
  return { kind: 'eligible', fields, ...sortContracts(contracts, { fields, personal, onAbsent, now }) }
}

/** @returns the sentence for a ping that no buyer is left for */
export function whyNobody(refusals: readonly Refusal[]): string {
  return refusals.some(({ reason }) => reason === 'out_of_schedule')
    ? 'no buyer is open now'
    : 'no active buyer takes a lead with these values'
}

interface Judged {
  readonly fields: LeadFields
  /** Names of fields whose values no reason may repeat. */
  readonly personal: ReadonlySet<string>
  readonly onAbsent: 'skip' | 'fail'
  readonly now: number
}

function sortContracts(
  contracts: readonly ContractTerms[],
  { fields, personal, onAbsent, now }: Judged,
): { readonly contenders: readonly ContractTerms[]; readonly refusals: readonly Refusal[] } {
  const contenders: ContractTerms[] = []
  const refusals: Refusal[] = []
  const explain = (filter: Filter, value: FieldValue | undefined) =>
    personal.has(filter.field) ? describeFilter(filter) : explainFailure(filter, value)
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
    const failed = failingFilters(contract.filters, fields, onAbsent)
    if (failed.length > 0) refuse('filtered', failed.map((filter) => explain(filter, fields[filter.field])).join('; '))
    // After the filters: who is out of schedule would take this lead at another time.
    else if (contract.schedule !== undefined && !isOpen(contract.schedule, now)) refuse('out_of_schedule', null)
    else contenders.push(contract)
  }
  return { contenders, refusals }
}
