/**
 * Filters that could never hold are refused where they are written: a misspelt state would otherwise keep a buyer from every
 * lead, and nobody would be told. A field that the campaign does not declare may be filtered on all the same.
 */
import type { CampaignFieldSettings, CampaignSettings } from '../../contracts/campaign'
import { type FilterInput, toFilter } from '../../contracts/filter'
import { knownFields } from '../../contracts/known-fields'
import { filterMisfit } from '../../core/lead/filter-fit'
import type { ConfigurationError } from '../plumbing/field-errors'

type Fields = readonly CampaignFieldSettings[]

/**
 * Judges filters by the fields of their campaign.
 *
 * @param at where in the body they stand, as `filters`
 * @returns an error for each that no value of its field can pass, with what would have been right
 */
export function filterErrors(
  fields: Fields,
  filters: readonly FilterInput[],
  at: string,
): readonly ConfigurationError[] {
  const known = new Map(
    knownFields(
      fields,
      filters.map(({ field }) => field),
    ).map((field) => [field.name, field]),
  )
  return filters.flatMap((filter, index) => {
    const field = known.get(filter.field)
    const misfit = field === undefined ? null : filterMisfit(field, toFilter(filter))
    if (misfit === null) return []
    const expected = `what ${filter.field} can be: ${misfit}`
    return [{ field: `${at}.${index}.value`, code: 'invalid_value' as const, expected }]
  })
}

/** @returns errors for a campaign's own filters, also those that say when a field is required */
export function campaignFilterErrors({ fields, filters }: CampaignSettings): readonly ConfigurationError[] {
  return [
    ...filterErrors(fields, filters, 'filters'),
    ...fields.flatMap(({ required_when }, index) =>
      filterErrors(fields, required_when ?? [], `fields.${index}.required_when`),
    ),
  ]
}

/**
 * Finds buyers whose filters a change of fields would leave without any value to pass. Filters that were so before stand in
 * nobody's way.
 *
 * @returns an error for each such filter, that names the buyer
 */
export function brokenFilterErrors(
  contracts: readonly { readonly buyerId: string; readonly settings: { readonly filters: readonly FilterInput[] } }[],
  { before, after }: { readonly before: Fields; readonly after: Fields },
): readonly ConfigurationError[] {
  return contracts.flatMap(({ buyerId, settings: { filters } }) => {
    const wrongBefore = new Set(filterErrors(before, filters, '').map(({ field }) => field))
    return filterErrors(after, filters, '')
      .filter(({ field }) => !wrongBefore.has(field))
      .map(({ expected }) => ({
        field: 'fields',
        code: 'invalid_value' as const,
        expected: `fields that the filters of ${buyerId} can pass; they are to be changed first (${expected})`,
      }))
  })
}
