/** A lead in the words of the wire, from its auction or from its row in the database. */
import type { LeadWire } from '../../contracts/lead-record'
import type { AuctionView } from '../../contracts/objects'
import { moneyOf } from '../../contracts/profit'
import type { LeadFields } from '../../core/lead/fields'
import type { LeadEnvelope } from '../../security/lead-envelope'
import type { ListedLead } from '../../stores/lead-store'
import { type AfterSale, afterSaleMembers } from './after-sale-of'

type LeadFacts = Omit<ListedLead, 'sequence' | 'closeToPostMs' | 'sealedFields' | 'sealedKey'>

export function leadOfAuction(view: AuctionView, afterSale: AfterSale): LeadWire {
  return toWire({ ...view, id: view.leadId, auctionId: view.id }, view.fields, afterSale)
}

/** Opens what operators may read; an erased lead has nothing to open. */
export async function leadOfRow(row: ListedLead, envelope: LeadEnvelope, afterSale: AfterSale): Promise<LeadWire> {
  const { sealedFields, sealedKey, tenantId } = row
  const erased = sealedFields === null || sealedKey === null
  const fields = erased ? null : JSON.parse(await envelope.open({ sealedFields, sealedKey }, tenantId))
  return toWire(row, fields, afterSale)
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
