/**
 * Where a lead is read from: its auction, which knows it as soon as it was answered, or the database, which knows it after
 * the auction has forgotten.
 */
import type { AuctionView } from '../../contracts/auction-view'
import { encodeLeadId } from '../../security/public-ids'
import type { LeadRow } from '../../stores/lead-store'
import type { AppContext } from '../app'

export type AuctionSource =
  | { readonly kind: 'auction'; readonly view: AuctionView }
  | { readonly kind: 'row'; readonly row: LeadRow }

/**
 * @param objectId what the public id decodes to
 * @returns null where the caller's tenant has no such auction, a supplier asks for another's, or a buyer for what it
 * has not bought
 * @throws where the auction does not answer and the database does not know the lead: that is no "no"
 */
export async function readAuction(c: AppContext, objectId: string): Promise<AuctionSource | null> {
  const { role, subjectId } = c.var.principal
  const source = await find(c, objectId)
  if (source === null || role === 'operator') return source
  if (role === 'buyer') return boughtBy(source).some((buyerId) => buyerId === subjectId) ? source : null
  const { supplierId } = source.kind === 'auction' ? source.view : source.row
  return supplierId === subjectId ? source : null
}

/** @returns who bought the lead, each once, in the order of the bids */
export function boughtBy(source: AuctionSource): readonly string[] {
  const bids = source.kind === 'auction' ? source.view.bids : source.row.bids
  return [...new Set(bids.filter(({ result }) => result === 'won').map(({ buyerId }) => buyerId))]
}

async function find(c: AppContext, objectId: string): Promise<AuctionSource | null> {
  const { services, principal } = c.var
  const asked = await askAuction(c, objectId)
  if (asked.view !== null) return { kind: 'auction', view: asked.view }
  const row = await services.stores(principal.tenantId).leads.read(encodeLeadId(objectId))
  if (row !== null) return { kind: 'row', row }
  if (asked.failure !== null) throw asked.failure.cause
  return null
}

interface Asked {
  readonly view: AuctionView | null
  readonly failure: { readonly cause: unknown } | null
}

async function askAuction(c: AppContext, objectId: string): Promise<Asked> {
  const { services, principal } = c.var
  try {
    const view = (await services.auctions.byId(objectId)?.view(principal.tenantId)) ?? null
    return { view, failure: null }
  } catch (cause) {
    return { view: null, failure: { cause } }
  }
}
