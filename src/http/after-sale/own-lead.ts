/** The lead that a report or return is about, where it is the caller's: its supplier's, one of its buyers', or the operator's. */
import { decodeLeadId } from '../../security/public-ids'
import type { AppContext } from '../app'
import { type AuctionSource, boughtBy, readAuction } from '../exchange/read-auction'

export interface OwnLead {
  readonly leadId: string
  readonly auctionId: string
  readonly campaignId: string
  readonly supplierId: string
  readonly currency: string
  readonly test: boolean
  /** Who bought it; empty where nobody has. */
  readonly buyerIds: readonly string[]
  readonly source: AuctionSource
}

/** @returns null where there is no such lead, or it is nothing to the caller */
export async function findOwnLead(c: AppContext, leadId: string): Promise<OwnLead | null> {
  const objectId = decodeLeadId(leadId)
  const source = objectId === null ? null : await readAuction(c, objectId)
  if (source === null || (source.kind === 'auction' && !source.view.hasLead)) return null
  const facts = source.kind === 'auction' ? source.view : source.row
  const { campaignId, supplierId, currency, test } = facts
  const buyerIds = boughtBy(source)
  const auctionId = source.kind === 'auction' ? source.view.id : source.row.auctionId
  return { leadId, auctionId, campaignId, supplierId, currency, test, buyerIds, source }
}
