/** Finds the two ends of a source link or buyer contract, and says which of them is missing. */
import type { BuyerRow } from '../../stores/buyer-store'
import type { CampaignRow } from '../../stores/campaign-store'
import type { SupplierRow } from '../../stores/supplier-store'
import type { AppContext } from '../app'
import { problem } from '../plumbing/reply'
import { pathId, storesOf } from './operator-endpoint'

/** @returns the campaign of the path, or 404 */
export async function findCampaign(c: AppContext): Promise<CampaignRow | Response> {
  const row = await storesOf(c).campaigns.read(pathId(c, 'id'))
  return row ?? problem(c, 'not_found', { message: 'There is no campaign with this id.' })
}

export async function findSupplier(c: AppContext): Promise<SupplierRow | Response> {
  const row = await storesOf(c).suppliers.read(pathId(c, 'supplierId'))
  return row ?? problem(c, 'not_found', { message: 'There is no supplier with this id.' })
}

export async function findBuyer(c: AppContext): Promise<BuyerRow | Response> {
  const row = await storesOf(c).buyers.read(pathId(c, 'buyerId'))
  return row ?? problem(c, 'not_found', { message: 'There is no buyer with this id.' })
}

/** @returns 409 where one of them is archived and can get nothing new, else null */
export function refuseArchived(
  c: AppContext,
  rows: { readonly [name: string]: { readonly archivedAt: string | null } },
): Response | null {
  const archived = Object.entries(rows).find(([, row]) => row.archivedAt !== null)
  return archived === undefined ? null : problem(c, 'conflict', { message: `The ${archived[0]} is archived.` })
}
