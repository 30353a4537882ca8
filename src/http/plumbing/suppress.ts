/** Takes suppressed leads, and buyers whose lists the lead is on, out of what the snapshot has let in. */
import type { Campaign } from '../../core/campaign/campaign'
import type { Intake } from '../../core/campaign/intake'
import { contactsOf, listsThatMatter, withoutSuppressed } from '../../core/campaign/suppression'
import type { Services } from '../services'

type Eligible = Extract<Intake, { kind: 'eligible' }>

/** A campaign without lists costs nothing here; nor does a ping without a phone or an email. */
export async function suppress(
  { suppression }: Pick<Services, 'suppression'>,
  campaign: Campaign,
  intake: Eligible,
): Promise<Eligible | 'suppressed'> {
  const listIds = listsThatMatter(campaign, intake.contenders)
  if (listIds.length === 0) return intake
  const contacts = contactsOf(campaign.fields, intake.fields)
  if (contacts.length === 0) return intake
  const listed = await suppression.lookup({ tenantId: campaign.tenantId, listIds, contacts })
  return withoutSuppressed(campaign, intake, listed)
}
