/**
 * What suppression lists mean for a lead: a list of the campaign refuses the lead, a list of one buyer's contract takes that
 * buyer out, and a lead that every buyer has out is refused too.
 *
 * Which lists the lead is on is asked of the index in between, and only where a list could matter.
 */
import type { FieldDefinition, LeadFields } from '../lead/fields'
import type { Contact, ContactType } from '../suppression/contact'
import type { Campaign, ContractTerms } from './campaign'
import type { Intake, Refusal } from './intake'

type Eligible = Extract<Intake, { kind: 'eligible' }>

/** @returns the ids of the lists that could change what becomes of the lead; usually none */
export function listsThatMatter(campaign: Campaign, contenders: readonly ContractTerms[]): readonly string[] {
  const ids = new Set(campaign.suppressionListIds)
  for (const { suppressionListIds } of contenders) for (const id of suppressionListIds ?? []) ids.add(id)
  return [...ids]
}

/** A field as far as it says whether a phone or an email is in it. */
export type ContactField = Pick<FieldDefinition, 'name' | 'type'>

/** @returns whether a phone or an email is in the field, whatever the campaign calls it; null where neither is */
export function contactTypeOf({ name, type }: ContactField): ContactType | null {
  if (type === 'phone' || name === 'phone') return 'phone'
  return type === 'email' || name === 'email' ? 'email' : null
}

/** @returns every phone and email that the lead carries, whatever the campaign calls them */
export function contactsOf(definitions: readonly ContactField[], fields: LeadFields): readonly Contact[] {
  return definitions.flatMap((definition) => {
    const value = fields[definition.name]
    const type = contactTypeOf(definition)
    return value === undefined || type === null ? [] : [{ type, text: String(value) }]
  })
}

/**
 * @param listed the ids of the lists that the lead is on
 * @returns 'suppressed', or the way on with the buyers that are left
 */
export function withoutSuppressed(
  campaign: Campaign,
  intake: Eligible,
  listed: ReadonlySet<string>,
): Eligible | 'suppressed' {
  if (listed.size === 0) return intake
  if (campaign.suppressionListIds?.some((id) => listed.has(id))) return 'suppressed'
  const contenders: ContractTerms[] = []
  const refusals: Refusal[] = []
  for (const contract of intake.contenders) {
    const listId = contract.suppressionListIds?.find((id) => listed.has(id))
    if (listId === undefined) contenders.push(contract)
    else refusals.push(refusal(contract, listId))
  }
  if (contenders.length === 0 && refusals.length > 0) return 'suppressed'
  return { ...intake, contenders, refusals: [...intake.refusals, ...refusals] }
}

function refusal({ id, buyerId, buyerName }: ContractTerms, listId: string): Refusal {
  return { contractId: id, buyerId, buyerName, reason: 'suppressed', detail: `on suppression list ${listId}` }
}
