/** Where synthetic leads go: the campaigns of a vertical that take leads, each from a supplier that is linked to it. */
import type { CampaignSnapshot } from '../../contracts/snapshot'
import type { Services } from '../services'

export interface SeedTarget {
  readonly snapshot: CampaignSnapshot
  readonly supplierId: string
}

const PAGE = 200
const MAX_PAGES = 10
/** Of one call; the newest are taken. */
const MAX_TARGETS = 20

/** @returns one a campaign, in the order of their ids; none where no campaign of the vertical has a supplier and a buyer */
export async function seedTargets(
  { stores, snapshots }: Pick<Services, 'stores' | 'snapshots'>,
  tenantId: string,
  vertical: string,
): Promise<readonly SeedTarget[]> {
  const found: SeedTarget[] = []
  const { campaigns } = stores(tenantId)
  let after: readonly string[] | null = null
  for (let page = 0; page < MAX_PAGES && found.length < MAX_TARGETS; page++) {
    const { rows, next } = await campaigns.list({ limit: PAGE, after })
    for (const { id, vertical: own } of rows) {
      const snapshot = own === vertical && found.length < MAX_TARGETS ? await snapshots.campaign(id) : null
      const target = snapshot === null || snapshot.campaign.tenantId !== tenantId ? null : targetOf(snapshot)
      if (target !== null) found.push(target)
    }
    if (next === null) break
    after = next
  }
  return found.sort((one, other) => (one.snapshot.campaign.id < other.snapshot.campaign.id ? -1 : 1))
}

function targetOf(snapshot: CampaignSnapshot): SeedTarget | null {
  const { campaign, links, contracts } = snapshot
  const [supplierId] = Object.values(links)
    .filter(({ active }) => active)
    .map(({ supplierId }) => supplierId)
    .sort()
  const takesLeads = campaign.status === 'active' && contracts.some(({ terms }) => terms.active)
  return takesLeads && supplierId !== undefined ? { snapshot, supplierId } : null
}
