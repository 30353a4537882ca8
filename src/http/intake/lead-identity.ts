/** What a lead is known again by, in campaigns that take nobody twice. */
import type { SubmitLead } from '../../contracts/auction-lead'
import type { Campaign } from '../../core/campaign/campaign'
import type { LeadFields } from '../../core/lead/fields'
import type { Services } from '../services'

/** @returns one key for each field that the campaign deduplicates by and the lead carries; null where there is none */
export async function identityOf(
  services: Pick<Services, 'identityKey'>,
  campaign: Campaign,
  fields: LeadFields,
): Promise<SubmitLead['identity']> {
  if (campaign.dedupe === null) return null
  const present = campaign.dedupe.fields.filter((field) => fields[field] !== undefined)
  const keys = await Promise.all(
    present.map((field) => services.identityKey(`${campaign.id}\n${field}\n${String(fields[field]).toLowerCase()}`)),
  )
  return keys.length === 0 ? null : { keys: keys.sort(), days: campaign.dedupe.days }
}

/**
 * Whether a ping is about a lead that the campaign has. A hop is paid only where the ping carries what leads are known again
 * by; what it says is advice, for nothing is claimed.
 */
export async function isSeen(
  services: Pick<Services, 'identityKey' | 'isIdentityHeld'>,
  campaign: Campaign,
  fields: LeadFields,
): Promise<boolean> {
  const identity = await identityOf(services, campaign, fields)
  return identity !== null && services.isIdentityHeld(campaign.tenantId, campaign.id, identity.keys)
}
