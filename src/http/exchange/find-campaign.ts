/** The campaign that a ping is for: the one it names, or the one that the supplier is linked to for its vertical. */
import type { CampaignSnapshot } from '../../contracts/snapshot'
import type { Services } from '../services'

export type FoundCampaign =
  | { readonly kind: 'found'; readonly snapshot: CampaignSnapshot }
  | { readonly kind: 'none' }
  | { readonly kind: 'ambiguous' }

export interface CampaignWanted {
  readonly tenantId: string
  readonly supplierId: string
  readonly campaignId: string | null
  readonly vertical: string
  readonly subVertical: string | null
}

/** Reads snapshots only. A campaign that is paused is found where there is no other. */
export async function findCampaign(
  { snapshots }: Pick<Services, 'snapshots'>,
  wanted: CampaignWanted,
): Promise<FoundCampaign> {
  if (wanted.campaignId !== null) {
    const snapshot = await snapshots.campaign(wanted.campaignId)
    return snapshot?.campaign.tenantId === wanted.tenantId ? { kind: 'found', snapshot } : { kind: 'none' }
  }
  const known = await snapshots.supplierCampaigns(wanted.supplierId)
  const hints = known?.tenantId === wanted.tenantId ? known.campaigns.filter((hint) => fits(hint, wanted)) : []
  const read = await Promise.all(hints.map(({ id }) => snapshots.campaign(id)))
  // The hint may be older than the campaign and its links.
  const linked = read
    .filter((snapshot) => snapshot !== null)
    .filter((snapshot) => {
      return snapshot.links[wanted.supplierId]?.active === true && fits(snapshot.campaign, wanted)
    })
  const active = linked.filter(({ campaign }) => campaign.status === 'active')
  const candidates = active.length > 0 ? active : linked
  const exact = candidates.filter(({ campaign }) => same(campaign.subVertical, wanted.subVertical))
  const [only, ...others] = exact.length > 0 ? exact : candidates
  if (only === undefined) return { kind: 'none' }
  return others.length === 0 ? { kind: 'found', snapshot: only } : { kind: 'ambiguous' }
}

interface Verticals {
  readonly vertical: string
  readonly subVertical: string | null
}

/** A side that names no sub-vertical means any. */
export function fits(campaign: Verticals, wanted: Verticals): boolean {
  if (!same(campaign.vertical, wanted.vertical)) return false
  const { subVertical } = wanted
  return subVertical === null || campaign.subVertical === null || same(campaign.subVertical, subVertical)
}

function same(left: string | null, right: string | null): boolean {
  return left?.toLowerCase() === right?.toLowerCase()
}
