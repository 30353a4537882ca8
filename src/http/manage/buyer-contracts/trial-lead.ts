/** The lead of a trial: what the operator gave, checked as a supplier's lead is, and samples for the rest. */
import type { BuyerContractInput } from '../../../contracts/buyer-contract'
import type { CampaignSettings } from '../../../contracts/campaign'
import { toFilter } from '../../../contracts/filter'
import { knownFields } from '../../../contracts/known-fields'
import { type LeadFields, readFields } from '../../../core/lead/fields'
import { sampleLead } from '../../../core/lead/sample'
import type { AppContext } from '../../app'
import { problem } from '../../plumbing/reply'

export interface TrialLead {
  readonly fields: LeadFields
  /** Members that no field of the campaign is called by. */
  readonly ignored: readonly string[]
}

type Given = { readonly [name: string]: string | number | boolean | null }

/** @returns the lead, or 422 with what is wrong with it */
export function readTrialLead(
  c: AppContext,
  given: Given,
  { campaign, contract }: { readonly campaign: CampaignSettings; readonly contract: BuyerContractInput },
): TrialLead | Response {
  const { contractCompiler } = c.var.services
  const filters = [...campaign.filters, ...(contract.filters ?? [])].map(toFilter)
  const definitions = knownFields(campaign.fields, [
    ...filters.map(({ field }) => field),
    ...(campaign.dedupe?.fields ?? []),
    ...contractCompiler.fieldsRead(contractCompiler.resolve(contract)),
  ])
  const isGiven = (name: string): boolean => Object.hasOwn(given, name)
  const sampled = sampleLead(
    definitions.filter(({ name }) => !isGiven(name)),
    filters,
  )
  const { fields, errors } = readFields(definitions, { ...sampled, ...given }, 'post')
  // A field that was left out on purpose is left out, required or not: that is what is tried.
  const wrong = errors.filter(({ field }) => given[field] !== null)
  if (wrong.length > 0) {
    const fieldErrors = wrong.map((error) => ({ ...error, field: `lead.${error.field}` }))
    return problem(c, 'invalid_payload', { fieldErrors })
  }
  const known = new Set(definitions.map(({ name }) => name))
  return { fields, ignored: Object.keys(given).filter((name) => !known.has(name)) }
}
