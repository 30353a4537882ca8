/** A lead in the words of the wire, from its auction or from its row in the database. */

import type { AuctionView } from '../../contracts/auction-view'
import type { LeadWire } from '../../contracts/lead-record'
import { moneyOf } from '../../contracts/profit'
import type { LeadFields } from '../../core/lead/fields'
import type { LeadEnvelope } from '../../security/lead-envelope'
import type { ListedLead } from '../../stores/lead-store'
import { type AfterSale, afterSaleMembers } from './after-sale-of'

type SealedColumns = 'sealedFields' | 'sealedKey' | 'sealedDetails' | 'detailsKey' | 'contactKeys'
type LeadFacts = Omit<ListedLead, 'sequence' | 'closeToPostMs' | SealedColumns>

export function leadOfAuction(view: AuctionView, afterSale: AfterSale): LeadWire {
  return toWire({ ...view, id: view.leadId, auctionId: view.id }, view.fields, afterSale)
}

/** Opens what may be read; an erased lead has nothing to open, and one whose contact data is gone the rest. */
export async function leadOfRow(row: ListedLead, envelope: LeadEnvelope, afterSale: AfterSale): Promise<LeadWire> {
  const open = async (sealedFields: string | null, sealedKey: string | null): Promise<LeadFields | null> => {
    if (sealedFields === null || sealedKey === null) return null
    return JSON.parse(await envelope.open({ sealedFields, sealedKey }, row.tenantId))
  }
  const [contact, details] = await Promise.all([
    open(row.sealedFields, row.sealedKey),
    open(row.sealedDetails, row.detailsKey),
  ])
  return toWire(row, contact === null && details === null ? null : { ...contact, ...details }, afterSale)
}

function toWire(lead: LeadFacts, fields: LeadFields | null, afterSale: AfterSale): LeadWire {
  return {
    id: lead.id,
    auction_id: lead.auctionId,
    status: lead.status,
    campaign_id: lead.campaignId,
    supplier_id: lead.supplierId,
    buyer_id: lead.buyerId,
    ...moneyOf(lead),
    currency: lead.currency,
    reason: lead.reason,
    received_at: lead.receivedAt,
    settled_at: lead.settledAt,
    test: lead.test,
    fields,
    ...afterSaleMembers(afterSale),
  }
}
