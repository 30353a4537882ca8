/**
 * What webhooks are told of a lead after its sale. Each party is told its own side: a supplier its payout, a buyer its price, an
 * operator the buyer's price.
 */
import { microsToNumber } from '../core/money/micros'
import type { LeadStage } from './after-sale'
import type { Role } from './scopes'

export interface AfterSaleEvent {
  /** Names what happened: told twice under one key, it is heard once. */
  readonly key: string
  readonly type: 'lead.qualified' | 'lead.contacted' | 'lead.returned'
  readonly tellings: readonly {
    readonly role: Role
    /** The supplier or buyer; null tells the tenant's operators. */
    readonly subjectId: string | null
    readonly data: object
  }[]
}

interface LeadFacts {
  readonly leadId: string
  readonly auctionId: string
  readonly campaignId: string
  readonly supplierId: string
  readonly currency: string
  readonly test: boolean
}

export interface ReportedFact extends LeadFacts {
  /** The report's id. */
  readonly id: string
  readonly status: LeadStage
  readonly reportedRevenueMicros: number | null
  readonly occurredAt: string
  /** Who reported it: a buyer's word is not the supplier's to know in figures, nor the other way round. */
  readonly by: { readonly role: Role; readonly subjectId: string | null }
  readonly buyerIds: readonly string[]
}

/** @returns the event of a report; none for what has no event of its own */
export function feedbackEvents(fact: ReportedFact): readonly AfterSaleEvent[] {
  const { id, status, by, buyerIds, supplierId, reportedRevenueMicros: revenue } = fact
  if (status !== 'qualified' && status !== 'contacted') return []
  const members = { ...leadMembers(fact), status, occurred_at: fact.occurredAt }
  const figures = revenue === null ? {} : { reported_revenue: microsToNumber(revenue), currency: fact.currency }
  const own = (role: Role, subjectId: string) => (by.role === role && by.subjectId === subjectId ? figures : {})
  return [
    {
      key: `lead.${status}/${id}`,
      type: `lead.${status}`,
      tellings: [
        { role: 'operator', subjectId: null, data: { ...members, supplier_id: supplierId, ...figures } },
        {
          role: 'supplier',
          subjectId: supplierId,
          data: { ...members, supplier_id: supplierId, ...own('supplier', supplierId) },
        },
        // A buyer among several hears of its own reports, and of those that are nobody else's.
        ...buyerIds
          .filter((buyerId) => by.role !== 'buyer' || by.subjectId === buyerId)
          .map((buyerId) => ({
            role: 'buyer' as const,
            subjectId: buyerId,
            data: { ...members, ...own('buyer', buyerId) },
          })),
      ],
    },
  ]
}

export interface ReturnedFact extends LeadFacts {
  readonly id: string
  readonly buyerId: string
  readonly reason: string
  readonly revenueMicros: number
  readonly payoutMicros: number
}

export function returnedEvent(fact: ReturnedFact): AfterSaleEvent {
  const { id, buyerId, supplierId, reason, currency } = fact
  const members = { ...leadMembers(fact), buyer_id: buyerId, reason, currency }
  const [price, payout] = [microsToNumber(fact.revenueMicros), microsToNumber(fact.payoutMicros)]
  return {
    key: `lead.returned/${id}`,
    type: 'lead.returned',
    tellings: [
      { role: 'operator', subjectId: null, data: { ...members, supplier_id: supplierId, amount: price } },
      { role: 'supplier', subjectId: supplierId, data: { ...members, supplier_id: supplierId, amount: payout } },
      { role: 'buyer', subjectId: buyerId, data: { ...members, amount: price } },
    ],
  }
}

function leadMembers({ leadId, auctionId, campaignId, test }: LeadFacts) {
  return { lead_id: leadId, auction_id: auctionId, campaign_id: campaignId, test }
}
